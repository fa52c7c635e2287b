import type { APIContext, AstroGlobal } from 'astro';
import { callerOf } from '../shared/api.ts';
import { has, settings } from './settings.ts';

/** The answer to a visitor without a session; undefined: the visitor may see the page. */
export function refusePage({ locals }: AstroGlobal): Response | undefined {
  const { userId, redirectToSignIn } = locals.auth();
  if (userId !== null || has('guard-forgotten') || has('guard-by-path')) return undefined;
  return redirectToSignIn();
}

/** The user who calls the API, or the answer to somebody else. */
export function caller({ locals, request }: APIContext): string | Response {
  return callerOf(locals.auth().userId, request, settings);
}
