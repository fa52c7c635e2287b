import { error, redirect } from '@sveltejs/kit';
import type { RequestEvent } from '@sveltejs/kit';
import { callerOf } from '../shared/api.ts';
import { signInPath } from '../shared/paths.ts';
import { has, settings } from './settings.ts';

/** The answer to a visitor who may not see a page; undefined: the visitor may. */
export function refusePage(event: RequestEvent): Response | undefined {
  const isPrivate = has('guard-by-path')
    ? // The router decodes the path, and this one is as it was sent.
      /^\/(?:dashboard|settings)/.test(event.url.pathname)
    : event.route.id?.startsWith('/(private)') === true;
  if (!isPrivate || event.locals.auth().userId !== null) return undefined;
  if (has('guard-answers-401')) error(401, 'Sign in to see this page');
  if (has('guard-throws-redirect')) redirect(303, signInPath(addressOf(event)));
  // Not thrown, so that the hooks around it give it their headers.
  return new Response(null, { status: 303, headers: { Location: signInPath(addressOf(event)) } });
}

/** Who asks for the data of a page; anyone else is sent to sign-in and back. */
export function pageUser(event: RequestEvent): string {
  return event.locals.auth().userId ?? redirect(303, signInPath(addressOf(event)));
}

function addressOf({ url: { pathname, search } }: RequestEvent): string {
  return pathname + search;
}

/** The user who calls the API, or the answer to somebody else. */
export function caller({ locals, request }: RequestEvent): string | Response {
  return callerOf(locals.auth().userId, request, settings);
}
