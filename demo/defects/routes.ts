import { header, mapText, pathOf, withHeader, without } from '../front/message.ts';
import { defectsOf } from './defect.ts';
import {
  all,
  anonymous,
  at,
  by,
  changing,
  isRsc,
  redirect,
  replaceHtml,
  rewriting,
  signedIn,
  signInUrl,
} from './tools.ts';

export { bypass, bypassVariants } from './routes/bypass.ts';
export { notCacheable, notCacheableVariants } from './routes/not-cacheable.ts';
export { openRedirect, openRedirectVariants } from './routes/open-redirect.ts';

export const publicReachable = defectsOf('routes/public-reachable', [
  {
    name: 'public-page-guarded',
    title: 'the matcher of protected pages also catches /pricing',
    apply: changing(all(at('/pricing'), anonymous), (response, request, site) =>
      redirect(response, signInUrl(request, site)),
    ),
  },
  {
    name: 'public-page-500',
    title: '/pricing throws while it renders',
    // The headers of a page that fails prove nothing.
    mayAlsoBreak: ['headers/csp', 'headers/csp-clerk', 'headers/security'],
    apply: changing(at('/pricing'), (response) =>
      replaceHtml(
        response,
        500,
        'Fernwork',
        '<main><h1>Something went wrong</h1><p><a href="/pricing">Try again</a></p></main>',
      ),
    ),
  },
  {
    name: 'public-page-404',
    title: '/pricing was not deployed',
    apply: rewriting(at('/pricing'), (request) => ({ ...request, target: '/pricing-not-deployed' })),
  },
]);

const isDashboard = at('/dashboard');

/** Where anyone is let in, nothing shows that a broken credential is refused. */
/** What a guard adds to answers is gone with it, and so is what it does with broken credentials. */
const GUARD_IS_OPEN = ['errors/auth-failure', 'environment/middleware-file'] as const;

export const protectedRedirect = defectsOf('routes/protected-redirect', [
  {
    name: 'guard-missing',
    title: '/dashboard renders for anonymous visitors',
    mayAlsoBreak: GUARD_IS_OPEN,
    apply: rewriting(all(isDashboard, anonymous), signedIn),
  },
  {
    name: 'guard-client-side',
    title: '/dashboard answers 200 with its data and sends the visitor away in the browser',
    mayAlsoBreak: GUARD_IS_OPEN,
    apply: async (request, next, site) => {
      if (!isDashboard(request, site) || !anonymous(request, site)) return next(request);
      const response = await next(signedIn(request, site));
      return mapText(response, (html) =>
        html.replace('<head>', `<head><meta http-equiv="refresh" content="0;url=${signInUrl(request, site)}">`),
      );
    },
  },
  {
    name: 'guard-get-only',
    mayAlsoBreak: ['routes/bypass'],
    title: 'the guard looks at GET requests only: /dashboard renders for POST',
    // The app renders pages for GET alone, so the broken handler is played by a GET.
    apply: rewriting(all(isDashboard, anonymous, by('POST')), (request, site) => ({
      ...without(signedIn(request, site), 'content-length', 'content-type'),
      method: 'GET',
      body: Buffer.alloc(0),
    })),
  },
  {
    name: 'guard-not-rsc',
    mayAlsoBreak: ['routes/bypass'],
    title: 'the guard looks at documents only: /dashboard gives its RSC payload to anonymous visitors',
    apply: async (request, next, site) => {
      if (!isDashboard(request, site) || !anonymous(request, site) || !isRsc(request, site)) return next(request);
      const response = await next(signedIn(request, site));
      // Next.js 16 redirects RSC requests without its cache-busting parameter to themselves with it; older ones answer at once.
      const location = header(response, 'location');
      return location?.startsWith('/dashboard?_rsc')
        ? next(signedIn({ ...request, target: location }, site))
        : response;
    },
  },
  {
    name: 'guard-redirects-home',
    title: '/dashboard sends anonymous visitors to the home page',
    apply: changing(all(isDashboard, anonymous), (response, _request, site) => redirect(response, `${site.url}/`)),
  },
  {
    name: 'guard-second-page-missing',
    mayAlsoBreak: ['environment/middleware-file'],
    title: '/settings/billing was forgotten in the matcher and in the page',
    apply: rewriting(
      all((request) => pathOf(request) === '/settings/billing', anonymous),
      signedIn,
    ),
  },
  {
    name: 'guard-internal-return',
    title: 'the app does not know its public address: redirect_url names an internal one',
    apply: changing(all(isDashboard, anonymous), (response, request, site) =>
      withHeader(
        response,
        'Location',
        `${site.url}/sign-in?redirect_url=${encodeURIComponent(`http://localhost:3000${request.target}`)}`,
      ),
    ),
  },
]);
