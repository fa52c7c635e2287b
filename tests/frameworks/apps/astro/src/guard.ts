import type { APIContext, AstroGlobal } from 'astro';
import { has, settings } from './settings.ts';

/** The answer to a visitor without a session; undefined: the visitor may see the page. */
export function refusePage({ locals }: AstroGlobal): Response | undefined {
  const { userId, redirectToSignIn } = locals.auth();
  if (userId !== null || has('guard-forgotten') || has('guard-by-path')) return undefined;
  return redirectToSignIn();
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

/** The user who calls the API, or the answer to somebody else. */
export function caller({ locals, request }: APIContext): string | Response {
  const { userId } = locals.auth();
  if (!userId) return json({ error: 'unauthenticated' }, 401, { 'WWW-Authenticate': 'Bearer' });
  const from = request.headers.get('origin');
  if (from !== null && from !== settings.origin && from !== settings.allowedOrigin)
    return json({ error: 'foreign_origin' }, 403);
  return userId;
}
