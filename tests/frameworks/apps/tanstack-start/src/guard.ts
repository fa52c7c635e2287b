import { auth } from '@clerk/tanstack-react-start/server';
import { redirect } from '@tanstack/react-router';
import { createMiddleware, createServerFn } from '@tanstack/react-start';
import { callerOf } from '../shared/api.ts';
import { signInPath } from '../shared/paths.ts';
import { has, settings } from './settings.ts';

/** Sends whoever is signed out from the page at a path to sign-in and back. */
export const requireUser = createServerFn()
  .validator((path: string) => path)
  .handler(async ({ data: path }) => {
    const isGuardedElsewhere = path.startsWith('/admin/')
      ? has('hidden-page-open')
      : has('guard-in-component') || has('guard-in-route-middleware');
    if (!isGuardedElsewhere && (await auth()).userId === null) throw redirect({ href: signInPath(path) });
  });

/** Lets the server functions that have it give their data to signed-in users only. */
export const signedIn = createMiddleware({ type: 'function' }).server(async ({ next }) => {
  const { userId } = await auth();
  if (userId === null && !has('server-function-open') && !has('guard-in-component'))
    throw new Response(null, { status: 401 });
  return next({ context: { userId: userId ?? 'nobody' } });
});

/** Guards the pages of a route on the server alone: what they show comes from functions with a guard of their own. */
export const guardedRoute = createMiddleware().server(async ({ next, request }) => {
  const { pathname, search } = new URL(request.url);
  if (has('guard-in-route-middleware') && (await auth()).userId === null)
    return new Response(null, { status: 307, headers: { Location: signInPath(pathname + search) } });
  return next();
});

/** The user who calls the API, or the answer to somebody else. */
export async function caller(request: Request): Promise<string | Response> {
  return callerOf((await auth()).userId, request, settings);
}
