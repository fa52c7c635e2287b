import { addHeader, header, isHtml, withHeader } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { Next, Site } from './defect.ts';
import { inPage, onAnswer, onceLoaded, sendForm, untilLoaded, whenSessionEnds } from './in-page.ts';
import {
  all,
  at,
  by,
  changing,
  cookie,
  isRsc,
  isServerAction,
  redirect,
  replaceBody,
  replaceHtml,
  signedIn,
  under,
} from './tools.ts';

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
    name: 'expired-forgets-page',
    title: 'an expired session leads to sign-in, and nobody remembers the page',
    apply: whenExpired((response, _request, site) => redirect(response, `${site.url}/sign-in`)),
  },
  {
    name: 'expired-loop',
    title: 'an expired session is redirected to the same page for ever',
    apply: whenExpired((response, request, site) => redirect(response, site.url + request.target)),
  },
  {
    name: 'expired-spinner',
    title: 'an expired session leaves a spinner that never ends',
    apply: whenExpired((response) =>
      replaceHtml(response, 200, 'Fernwork', '<main><div role="status" aria-busy="true">Loading…</div></main>'),
    ),
  },
  {
    name: 'expired-blank',
    title: 'an expired session leaves a blank page',
    apply: whenExpired((response) => replaceHtml(response, 200, 'Fernwork', '<div id="root"></div>')),
  },
  {
    name: 'expired-exception',
    title: 'an expired session ends in an uncaught exception',
    apply: whenExpired((response) =>
      replaceHtml(response, 500, 'Fernwork', '<main><h1>Something went wrong</h1></main>'),
    ),
  },
  {
    name: 'expired-home',
    title: 'an expired session is sent to the home page, without a word',
    apply: whenExpired((response, _request, site) => redirect(response, `${site.url}/`)),
  },
]);

/** A browser in which somebody signed in, whatever has become of the session. */
function hadSession(request: DemoRequest): boolean {
  return (cookie(request, '__client_uat') ?? '0') !== '0';
}

/** The app's own session beside Clerk's. */
const OWN_SESSION = 'fernwork_session';

/**
 * Sets a cookie of the app's own on protected pages that were shown, and takes it for a session where the token fits:
 * undefined is no cookie, empty is one without a token.
 */
function withOwnSession(
  condition: (request: DemoRequest, site: Site) => boolean,
  fits: (token: string | undefined) => boolean,
) {
  return async (request: DemoRequest, next: Next, site: Site): Promise<DemoResponse> => {
    const own = cookie(request, OWN_SESSION) !== undefined;
    const taken = own && hadSession(request) && condition(request, site) && fits(cookie(request, '__session'));
    const response = await next(taken ? signedIn(request, site) : request);
    return isProtectedPage(request, site) && isHtml(response) && response.status === 200
      ? addHeader(response, 'Set-Cookie', `${OWN_SESSION}=1; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax`)
      : response;
  };
}

export const revokedOpenPage = defectsOf('session/revoked-open-page', [
  {
    name: 'revoked-blank',
    title: 'an open page turns blank when its session is revoked',
    apply: inPage(whenSessionEnds('revoked', `document.documentElement.style.visibility = 'hidden';`)),
  },
  {
    name: 'revoked-spinner',
    title: 'an open page waits for ever when its session is revoked',
    apply: inPage(whenSessionEnds('revoked', `cover('<p role="status">Loading…</p>');`)),
  },
  {
    name: 'revoked-stays',
    title: 'an open page keeps what it rendered when its session is revoked',
    apply: inPage(whenSessionEnds('revoked', `cover(kept);`)),
  },
  {
    name: 'revoked-exception',
    title: 'a script of an open page throws when its session is revoked',
    apply: inPage(whenSessionEnds('revoked', `setTimeout(() => { throw new TypeError('no user to greet'); });`)),
  },
  {
    name: 'revoked-loop',
    title: 'an open page moves on and on when its session is revoked',
    apply: inPage(
      whenSessionEnds(
        'revoked',
        `location.replace((location.pathname === '/sign-in' ? '/pricing?' : '/sign-in?') + Math.random());`,
      ),
    ),
  },
  {
    name: 'revoked-error-page',
    title: 'an open page becomes an error page without a way to sign in when its session is revoked',
    apply: inPage(
      whenSessionEnds('revoked', `cover('<h1>Something went wrong</h1><button type="button">Try again</button>');`),
    ),
  },
  {
    name: 'revoked-api',
    title: "the API goes on answering a page by the app's own cookie when its session is revoked",
    apply: withOwnSession(at('/api/me'), (token) => !token),
  },
  {
    name: 'revoked-forgets-page',
    title: 'an open page leads to sign-in when its session is revoked, and nobody remembers the page',
    apply: async (request, next, site) => {
      // What the router asks for when Clerk tells it that nobody is signed in any more; an action answers alike.
      const byRouter = isRsc(request, site) || isServerAction(request, site);
      if (byRouter && isProtectedPage(request, site) && cookie(request, '__client_uat') !== undefined) {
        const response = await next(request);
        return header(response, 'location') === undefined ? response : redirect(response, `${site.url}/sign-in`);
      }
      return inPage(
        whenSessionEnds(
          'revoked',
          `addEventListener('click', (event) => {
            if (!event.target.closest('a[href^="/sign-in?"]')) return;
            event.preventDefault();
            event.stopImmediatePropagation();
            location.assign('/sign-in');
          }, true);`,
        ),
      )(request, next, site);
    },
  },
  {
    name: 'revoked-form-json',
    title: 'a form goes to the API, and its bare refusal takes the place of the page',
    apply: inPage(sendForm('/api/projects')),
  },
  {
    name: 'revoked-form-blank',
    title: 'a form that nobody may send any more ends on a blank page',
    apply: async (request, next, site) =>
      all(at('/dashboard'), by('POST'), hadSession)(request, site) && !isServerAction(request, site)
        ? replaceHtml(await next(request), 200, 'Fernwork', '')
        : inPage(sendForm('/dashboard'))(request, next, site),
  },
  {
    name: 'revoked-action-throws',
    title: 'a server action throws when its session is over, and the page ends at an error boundary without a way out',
    apply: async (request, next, site) => {
      if (all(at('/dashboard'), hadSession, isServerAction)(request, site)) {
        const response = await next(request);
        return header(response, 'location') === undefined ? response : replaceBody(response, 500, 'text/plain', '');
      }
      return inPage(
        onAnswer(
          'status === 500',
          `const style = new CSSStyleSheet();
          style.replaceSync('body > :not(#demo-error) { display: none !important }');
          document.adoptedStyleSheets = [style];
          document.body.insertAdjacentHTML('beforeend', '<div id="demo-error"><h1>Something went wrong</h1></div>');`,
        ),
      )(request, next, site);
    },
  },
  {
    name: 'cleared-blank',
    title: 'an open page turns blank when the cookies are cleared',
    apply: inPage(whenSessionEnds('cleared', `document.documentElement.style.visibility = 'hidden';`)),
  },
]);

export const signOut = defectsOf('session/sign-out', [
  {
    name: 'sign-out-long-token',
    title: 'session tokens hold for an hour',
    clerk: (clerk) => {
      clerk.setTokenLifetime(3600);
      return () => clerk.setTokenLifetime(60);
    },
  },
  {
    name: 'sign-out-own-session',
    title: "protected pages are shown by the app's own cookie, which signing out leaves in place",
    apply: withOwnSession(under('/dashboard'), (token) => token === undefined),
  },
  {
    name: 'sign-out-cached',
    title: 'the browser may keep protected pages for ten minutes',
    apply: changing(isProtectedPage, (response) =>
      isHtml(response) && response.status === 200
        ? withHeader(response, 'Cache-Control', 'private, max-age=600')
        : response,
    ),
  },
  {
    name: 'sign-out-copy',
    title: 'the app keeps a copy of the last page and shows it when somebody comes back',
    apply: inPage(
      `const COPY = 'demo-copy';
      if (performance.getEntriesByType('navigation')[0]?.type === 'back_forward')
        addEventListener('DOMContentLoaded', () =>
          document.body.insertAdjacentHTML('afterbegin', sessionStorage.getItem(COPY) ?? ''));
      ${onceLoaded(`
        if (clerk.session && location.pathname === '/dashboard')
          sessionStorage.setItem(COPY, '<div>' + document.querySelector('main').innerHTML + '</div>');`)}`,
    ),
  },
  {
    name: 'sign-out-second-tab',
    title: 'a second tab keeps what it rendered when somebody signs out in the first',
    apply: inPage(whenSessionEnds('in another tab', `cover(kept);`)),
  },
]);

export const outage = defectsOf('session/outage', [
  {
    name: 'outage-hidden',
    title: 'pages are hidden until Clerk has loaded',
    apply: inPage(untilLoaded('')),
  },
  {
    name: 'outage-spinner',
    title: 'pages show a spinner until Clerk has loaded',
    apply: inPage(untilLoaded('<p role="status">Loading…</p>')),
  },
  {
    name: 'outage-exception',
    title: "a script throws when Clerk's script cannot be loaded",
    apply: inPage(
      `addEventListener('error', ({ target }) => {
        if (target instanceof HTMLScriptElement && target.src.includes('/@clerk/')) throw new Error('no auth client');
      }, true);`,
    ),
  },
  {
    name: 'outage-error-page',
    title: "an error page takes the page's place when Clerk's script cannot be loaded",
    apply: inPage(
      `addEventListener('error', ({ target }) => {
        if (target instanceof HTMLScriptElement && target.src.includes('/@clerk/'))
          document.documentElement.innerHTML = '<body><h1>Application error</h1></body>';
      }, true);`,
    ),
  },
  {
    name: 'outage-dead-links',
    title: 'links lead nowhere until Clerk has loaded',
    apply: inPage(
      `addEventListener('click', (event) => {
        if (window.Clerk?.loaded !== true || window.Clerk.status === 'degraded') event.preventDefault(), event.stopPropagation();
      }, true);`,
    ),
  },
]);

export const sessionVariants = [
  ...variantsOf('session/revoked-open-page', [
    {
      name: 'guarded-twice',
      title: 'a script guards some of the protected pages, and the server as well',
      options: (options) => ({
        ...options,
        routes: {
          ...options.routes,
          protected: (options.routes?.protected || []).map((route, index) => ({
            ...(typeof route === 'string' ? { path: route } : route),
            ...(index > 0 && { guard: 'client' as const }),
          })),
        },
      }),
    },
    {
      name: 'user-of-the-run',
      title: 'the test user is made for the run, and deleted while a page is open',
      options: (options) => ({ ...options, session: { user: 'ephemeral' } }),
    },
    {
      name: 'draft-lost',
      title: 'a form keeps nothing of what was typed',
      apply: inPage(`sessionStorage.clear(); setInterval(() => sessionStorage.clear(), 10);`),
    },
  ]),
  ...variantsOf('session/outage', [
    {
      name: 'outage-account-late',
      title: 'only the corner with the account waits for Clerk',
      apply: inPage(
        `{
          const style = new CSSStyleSheet();
          style.replaceSync('.account { display: none }');
          document.adoptedStyleSheets = [style];
          ${onceLoaded('document.adoptedStyleSheets = [];')}
        }`,
      ),
    },
  ]),
];
