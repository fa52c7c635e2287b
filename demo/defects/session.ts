import { header } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { defectsOf } from './defect.ts';
import type { Site } from './defect.ts';
import { all, changing, cookie, redirect, replaceHtml, under } from './tools.ts';

/** A well-formed token of this instance; whether it is still good, the app's answer tells. Garbage is another check's. */
function hasOwnToken(request: DemoRequest, site: Site): boolean {
  const [, payload] = cookie(request, '__session')?.split('.') ?? [];
  try {
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as { readonly iss?: unknown };
    return claims.iss === `https://${site.frontendApi}`;
  } catch {
    return false;
  }
}

const isProtectedPage = (request: DemoRequest, site: Site): boolean =>
  [under('/dashboard'), under('/settings')].some((condition) => condition(request, site));

/** What happens instead of sign-in, when the token of a visitor of a protected page is no longer good. */
function whenExpired(change: (response: DemoResponse, request: DemoRequest, site: Site) => DemoResponse) {
  return changing(all(isProtectedPage, hasOwnToken), (response, request, site) => {
    const turnedAway = header(response, 'location') !== undefined;
    return turnedAway ? change(response, request, site) : response;
  });
}

export const expiredReturn = defectsOf('session/expired-return', [
  {
    name: 'expired-blank',
    title: 'an expired session leaves a blank page',
    apply: whenExpired((response) => replaceHtml(response, 200, 'Fernwork', '<div id="root"></div>')),
  },
  {
    name: 'expired-loop',
    title: 'an expired session is redirected to the same page for ever',
    apply: whenExpired((response, request, site) => redirect(response, site.url + request.target)),
  },
  {
    name: 'expired-exception',
    title: 'an expired session ends in an uncaught exception',
    apply: whenExpired((response) =>
      replaceHtml(response, 500, 'Fernwork', '<main><h1>Something went wrong</h1></main>'),
    ),
  },
  {
    name: 'expired-forgets-page',
    title: 'an expired session leads to sign-in, and nobody remembers the page',
    apply: whenExpired((response, _request, site) => redirect(response, `${site.url}/sign-in`)),
  },
  {
    name: 'expired-spinner',
    title: 'an expired session leaves a spinner that never ends',
    apply: whenExpired((response) =>
      replaceHtml(response, 200, 'Fernwork', '<main><div role="status" aria-busy="true">Loading…</div></main>'),
    ),
  },
  {
    name: 'expired-home',
    title: 'an expired session is sent to the home page, without a word',
    apply: whenExpired((response, _request, site) => redirect(response, `${site.url}/`)),
  },
]);
