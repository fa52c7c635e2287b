import type { ProtectedRoute } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { Anonymous, AnonymousRequest } from '../../target/anonymous.ts';
import { underBasePath } from '../../target/base-path.ts';
import { describe, header, isRedirect, redirectTarget, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { isNextRedirectToSignIn, isNextRefusal } from '../../target/next.ts';
import type { Shape } from '../../target/shapes.ts';
import {
  cookiesOnTheWay,
  endOf,
  isSamePage,
  isSignIn,
  mayKeep,
  redirectsToSignIn,
  returnUrl,
} from '../../target/sign-in.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { destinations } from './redirects.ts';
import { decoded } from './same-document.ts';
import { CLIENT_GUARD, contains, isSameUrlPage, MIDDLEWARE_DOCS } from './shared.ts';

/** One anonymous request to a protected page. */
interface Attempt {
  readonly shape: string;
  readonly exchange: Exchange;
}

/** Everything that was tried on one protected page. */
export interface ProtectedPageEvidence {
  readonly route: ProtectedRoute;
  /** As a browser opens it. */
  readonly visit: Visit;
  /** As a browser with leftovers of an old session opens it. */
  readonly stale: Visit;
  readonly attempts: readonly Attempt[];
}

const PREFETCH = 'RSC prefetch';

/** Request shapes besides opening the page; a guard that decides by headers or methods may miss one. */
const ATTEMPTS: ReadonlyArray<{
  readonly shape: string;
  readonly method: string;
  readonly as: Shape;
  readonly body?: string;
}> = [
  { shape: 'fetch', method: 'GET', as: 'fetch' },
  { shape: 'fetch that accepts JSON', method: 'GET', as: 'api' },
  { shape: 'RSC request', method: 'GET', as: 'rsc' },
  { shape: PREFETCH, method: 'GET', as: 'prefetch' },
  { shape: 'HEAD', method: 'HEAD', as: 'document' },
  { shape: 'POST', method: 'POST', as: 'document', body: '' },
  { shape: 'server action', method: 'POST', as: 'server-action', body: '[]' },
];

/** Redirects to the same page that a request shape follows: one for a trailing slash, one for a locale. */
const MAX_SAME_PAGE_HOPS = 2;

/** A `__client_uat` without a session token: what a browser keeps when a session is gone. */
const STALE_COOKIES = { __client_uat: '1700000000' };

/** routes/protected-redirect. */
export const protectedRedirect = defineCheck<{ pages: readonly ProtectedPageEvidence[]; unknown: Visit }>({
  id: 'routes/protected-redirect',
  async collect({ target, readiness }) {
    const routes = readiness.routes.protected || [];
    const [pages, unknown] = await Promise.all([
      Promise.all(
        routes.map(async (route) => {
          const [visit, stale, ...attempts] = await Promise.all([
            target.anonymous.page(route.path),
            target.anonymous.visit(route.path, { cookies: STALE_COOKIES }),
            ...ATTEMPTS.map(async ({ shape, ...request }) => ({
              shape,
              exchange: await attempt(target.anonymous, route.path, request),
            })),
          ]);
          return { route, visit, stale, attempts };
        }),
      ),
      target.anonymous.page(target.unknownPath),
    ]);
    return { pages, unknown };
  },
  judge({ pages, unknown }, expectation): Judgement {
    const judged = pages.map((page) => judgeProtected(page, unknown.final, expectation));
    const doubt = judged.find(({ unverified }) => unverified !== undefined)?.unverified;
    return {
      findings: judged.flatMap(({ findings }) => findings),
      summary: `${count(pages.length, 'page')} in ${ATTEMPTS.length + 2} request shapes each: ${[...new Set(judged.map(({ refusal }) => refusal))].join('; ')}${isSignIn(endOf(unknown), expectation) ? ' (as every path does: no positive control without a session)' : ''}`,
      ...(doubt !== undefined && { unverified: doubt }),
    };
  },
});

/** Follows redirects to the same page, as to its trailing slash, where the shape meets the guard. */
async function attempt(anonymous: Anonymous, path: string, request: AnonymousRequest): Promise<Exchange> {
  let exchange = await anonymous.request(path, request);
  for (let hops = 0; hops < MAX_SAME_PAGE_HOPS; hops += 1) {
    const to = redirectTarget(exchange);
    if (to === undefined || !isSameUrlPage(to, new URL(exchange.request.url))) break;
    exchange = await anonymous.request(to.pathname + to.search, request);
  }
  return exchange;
}

interface JudgedPage {
  readonly findings: readonly Finding[];
  /** How the page refuses, for the summary. */
  readonly refusal: string;
  readonly unverified?: string;
}

function judgeProtected(page: ProtectedPageEvidence, unknown: Exchange, expectation: Expectation): JudgedPage {
  const { route, visit, stale, attempts } = page;
  const marksOthers = publicPageWithText(page, unknown, expectation);
  const findings = [
    ...judgeVisit(route, 'document', visit, expectation),
    ...judgeVisit(route, 'document with a stale __client_uat cookie', stale, expectation),
    ...attempts.flatMap((attempt) => judgeAttempt(page, attempt, expectation)),
    ...(marksOthers ? [] : leaks(page)),
  ];
  const doubt = marksOthers
    ? `"${route.contains}" also stands on the ${marksOthers} page that anyone may see: set contains to a text of ${route.path} alone`
    : doubtAbout(route, visit, unknown, expectation);
  return { findings, refusal: refusalOf(visit, expectation), ...(doubt !== undefined && { unverified: doubt }) };
}

function judgeVisit(route: ProtectedRoute, shape: string, visit: Visit, expectation: Expectation): Finding[] {
  const end = endOf(visit);
  const base = {
    subject: `${route.path} as ${shape}`,
    message: describe(visit.final),
    expected: expectedRefusal(route),
    docs: MIDDLEWARE_DOCS,
    exchange: visit.final,
  };
  if (visit.stopped === 'too-many-redirects') {
    return [
      error({
        ...base,
        message: `${visit.exchanges.length} redirects without an end`,
        cause:
          'The guard and the sign-in page send the visitor back and forth; with Clerk usually publishable and secret key of different instances, or a guard that trusts a cookie’s presence.',
        fix: 'Use keys of one instance, and decide by auth(), never by whether a cookie exists.',
      }),
    ];
  }
  const code = status(visit.final);
  // No answer at all is an obstacle, which the engine reports.
  if (code === 0) return [];
  const own = isSameUrlPage(end, new URL(route.path, expectation.identity.origin));
  if (!own && isSignIn(end, expectation)) return judgeSignInRedirect(route, base, visit, end, expectation);
  if (visit.stopped === 'left-target' || !own) {
    return [
      error({
        ...base,
        message: `the visitor ends at ${end.href} (${status(visit.final)}) instead of sign-in`,
        cause: 'The guard redirects to a fixed page, or the sign-in URL is not the one in the options.',
        fix: 'Redirect to sign-in with auth.protect() or redirectToSignIn(), and set routes.signIn to that page.',
      }),
    ];
  }
  const served = judgeStatus(route, base, visit.final, expectation);
  if (served.length > 0 || code < 400) return served;
  if (route.unauthenticated === 'redirect') {
    return [
      error({
        ...base,
        cause: 'The page refuses, but does not lead to sign-in as declared.',
        fix: 'Redirect with auth.protect(), or change unauthenticated in the options.',
      }),
    ];
  }
  if (
    (route.unauthenticated === 'hidden' && code !== 404) ||
    (route.unauthenticated === 'unauthorized' && ![401, 403].includes(code))
  ) {
    return [
      error({
        ...base,
        cause: `The page is declared as "${route.unauthenticated}", but the guard refuses in another way.`,
        fix: 'Answer in the guard as declared, or change unauthenticated in the options.',
      }),
    ];
  }
  return [];
}

type FindingBase = Omit<Parameters<typeof error>[0], 'cause' | 'fix'>;

function judgeSignInRedirect(
  route: ProtectedRoute,
  base: FindingBase,
  visit: Visit,
  end: URL,
  { identity }: Expectation,
): Finding[] {
  if (route.unauthenticated !== undefined && route.unauthenticated !== 'redirect') {
    return [
      error({
        ...base,
        message: `the visitor is led to sign-in (${end.pathname})`,
        cause: `The page is declared as "${route.unauthenticated}", but the guard redirects, which tells that it exists.`,
        fix: 'Answer 404 or 401 in the guard, or change unauthenticated in the options.',
      }),
    ];
  }
  if (end.origin === identity.origin && status(visit.final) !== 200) {
    return [
      error({
        ...base,
        message: `the sign-in page it leads to answers ${status(visit.final)}`,
        cause:
          'The sign-in URL is configured, but no page is there; with Clerk’s components it must be a catch-all route.',
        fix: 'Create the page as a catch-all (app/sign-in/[[...sign-in]]/page.tsx in Next.js), or correct the sign-in URL of the environment.',
      }),
    ];
  }
  const back = returnUrl(end, identity.origin);
  const cookies = cookiesOnTheWay(visit);
  // Some apps keep the page to return to in a cookie of their own.
  const isInCookie = cookies.some(([, value]) => decoded(value).replaceAll('"', '') === route.path);
  if (!back && !isInCookie) {
    if (mayKeep(route.path, end, cookies)) {
      return [
        warning({
          ...base,
          message: 'the page to come back to is not to be seen in the redirect to sign-in',
          expected: `redirect_url=${identity.origin}${route.path} on the sign-in URL, or a test user who comes back`,
          cause: 'It is kept in an opaque parameter or a sealed cookie, or nowhere.',
          fix: 'Set session.user, so that session/expired-return shows in a browser that the person comes back.',
        }),
      ];
    }
    return [
      error({
        ...base,
        message: 'the redirect to sign-in names no page to come back to',
        expected: `redirect_url=${identity.origin}${route.path} on the sign-in URL`,
        cause: 'The guard redirects to a fixed sign-in URL.',
        fix: 'Use auth.protect() or redirectToSignIn(), which add redirect_url.',
      }),
    ];
  }
  if (back && back.origin === identity.origin && !isSameUrlPage(back, new URL(route.path, identity.origin))) {
    const within = new URL(underBasePath(identity.basePath, back.pathname) + back.search, identity.origin);
    if (isSameUrlPage(within, new URL(route.path, identity.origin))) {
      return [
        warning({
          ...base,
          message: `after signing in the visitor would be sent to ${back.pathname}, without the base path ${identity.basePath}`,
          expected: `redirect_url=${identity.origin}${route.path} on the sign-in URL`,
          cause:
            'The guard names the page as the router of the app knows it, which leads there only as long as that router moves on, and not the browser.',
          fix: 'Put the base path in front, unless session/expired-return shows in a browser that the person comes back.',
        }),
      ];
    }
    return [
      error({
        ...base,
        message: `after signing in the visitor would be sent to ${back.pathname} instead of ${route.path}`,
        expected: `redirect_url=${identity.origin}${route.path} on the sign-in URL`,
        cause: 'The guard names a fixed page to return to.',
        fix: 'Use auth.protect() or redirectToSignIn(), which name the page asked for.',
      }),
    ];
  }
  if (back && back.origin !== identity.origin) {
    return [
      error({
        ...base,
        message: `after signing in the visitor would be sent to ${back.origin}`,
        expected: `redirect_url on ${identity.origin}`,
        cause:
          'The app does not see its public address: the proxy in front does not pass X-Forwarded-Host and X-Forwarded-Proto.',
        fix: 'Forward both headers in the proxy, and let the app believe them (Express: trust proxy).',
      }),
    ];
  }
  return [];
}

function judgeAttempt(
  { route, visit }: ProtectedPageEvidence,
  { shape, exchange }: Attempt,
  expectation: Expectation,
): Finding[] {
  const base = {
    subject: `${route.path} as ${shape}`,
    message: describe(exchange),
    expected: expectedRefusal(route),
    docs: MIDDLEWARE_DOCS,
    exchange,
  };
  if (isRedirect(exchange)) {
    const to = redirectTarget(exchange);
    // The page itself, or a hop by which a browser that opens the page comes to sign-in.
    const known = [
      ...(isSignIn(endOf(visit), expectation) ? visit.exchanges.map(({ request }) => request.url) : []),
      route.path,
    ];
    const leadsOn = to && known.some((url) => isSameUrlPage(to, new URL(url, expectation.identity.origin)));
    if (redirectsToSignIn(exchange, expectation) || leadsOn) return [];
    return [
      error({
        ...base,
        cause: 'The guard answers this request shape with a redirect to another place than sign-in.',
        fix: 'Guard every request shape alike with auth.protect().',
      }),
    ];
  }
  // Where the page itself refuses, inside a 200, a HEAD has no body to refuse in.
  if (exchange.request.method === 'HEAD' && status(exchange) === 200 && isNextRefusal(visit.final, expectation))
    return [];
  // Next answers a prefetch with the router's state and no page, before a guard inside the page runs; its text is judged by contains.
  if (shape === PREFETCH && status(exchange) === 200) return [];
  return judgeStatus(route, base, exchange, expectation);
}

/** The page itself answered: that is right only when it refuses. */
function judgeStatus(
  route: ProtectedRoute,
  base: FindingBase,
  exchange: Exchange,
  expectation: Expectation,
): Finding[] {
  const code = status(exchange);
  if (code >= 400 && code < 500) return [];
  if (code >= 500) {
    return [
      error({
        ...base,
        cause:
          'The guard throws instead of refusing; with Clerk often auth() or getAuth() in a route that Clerk’s middleware does not cover.',
        fix: 'Let the matcher cover the page (Next.js) or register Clerk’s middleware before the route and in its scope (Express, Hono, Fastify), and read the server log of this request.',
      }),
    ];
  }
  // No answer at all is an obstacle, which the engine reports.
  if (code === 0 || route.guard === 'client' || isNextRefusal(exchange, expectation)) return [];
  if (destinations({ exchanges: [exchange], final: exchange }).some(({ to }) => isSignIn(to, expectation))) {
    return [
      error({
        ...base,
        message: `a client-side redirect to sign-in, by a Refresh header or a meta element, was served with ${code}`,
        cause: 'The server lets the request through and leaves the rest to the browser.',
        fix: `Redirect on the server with a status (302 or 307). ${CLIENT_GUARD}`,
      }),
    ];
  }
  return [
    error({
      ...base,
      message: `the page was served to an anonymous visitor with ${code}`,
      cause:
        'No guard covers this request shape: the matcher misses it, the guard is registered after the route or in another scope, it looks at some methods or headers only, or it runs in the browser.',
      fix: `Refuse on the server, whatever the method: auth.protect() in clerkMiddleware and again in the page (Next.js), a guard before the route that redirects without getAuth().userId (Express, Hono, Fastify), return redirectToSignIn() in the page (Astro). ${CLIENT_GUARD}`,
    }),
  ];
}

/** The public page whose answer has the text of the protected one too, so that the text proves nothing. */
function publicPageWithText(
  { route, visit }: ProtectedPageEvidence,
  unknown: Exchange,
  expectation: Expectation,
): string | undefined {
  if (route.contains === undefined) return undefined;
  if (status(unknown) === 404 && contains(unknown, route.contains)) return '404';
  const end = endOf(visit);
  const atSignIn = isSignIn(end, expectation) && !isSameUrlPage(end, new URL(route.path, expectation.identity.origin));
  return atSignIn && status(visit.final) === 200 && contains(visit.final, route.contains) ? 'sign-in' : undefined;
}

/** Protected text in any body, whatever the status: a redirect may carry the page it protects. */
function leaks({ route, visit, stale, attempts }: ProtectedPageEvidence): Finding[] {
  const text = route.contains;
  if (text === undefined) return [];
  const all = [...visit.exchanges, ...stale.exchanges, ...attempts.map(({ exchange }) => exchange)];
  const leaking = all.find((exchange) => contains(exchange, text));
  if (!leaking) return [];
  return [
    error({
      subject: route.path,
      message: `the protected text "${text}" is in an answer to an anonymous visitor (${describe(leaking)})`,
      expected: 'no protected content in any body, redirects included',
      cause:
        'The page is rendered before the guard decides, the guard sets a status and lets the handler go on, or the data is in the payload of a page that redirects in the browser.',
      fix: 'Decide on the server before loading data, and end the request there: auth.protect() in the middleware and at the top of the page (Next.js), a guard that sends or returns the refusal elsewhere.',
      docs: MIDDLEWARE_DOCS,
      exchange: leaking,
    }),
  ];
}

/** A 404 proves nothing by itself: a page that does not exist answers the same. */
function doubtAbout(
  route: ProtectedRoute,
  visit: Visit,
  unknown: Exchange,
  expectation: Expectation,
): string | undefined {
  const answered =
    status(visit.final) === 200 && isSamePage(endOf(visit).pathname, route.path.split('?')[0] ?? route.path);
  if (answered && route.guard === 'client' && route.contains === undefined) {
    return `${route.path} is guarded in the browser: set contains to a text of the real page, so that its absence proves something`;
  }
  if (answered && route.contains === undefined && !isNextRedirectToSignIn(visit.final, expectation)) {
    return `${route.path} refuses a part of the page inside an answer with status 200: set contains to a text of the real page, so that its absence proves something`;
  }
  const hiddenByClerk = header(visit.final, 'x-clerk-auth-reason')?.includes('protect-rewrite') === true;
  if (status(visit.final) !== 404 || route.unauthenticated === 'hidden' || hiddenByClerk) return undefined;
  return `${route.path} answers 404${status(unknown) === 404 ? ' like a path that does not exist' : ''}: correct the path, or set unauthenticated: 'hidden' when anonymous visitors are meant to get a 404`;
}

function refusalOf(visit: Visit, expectation: Expectation): string {
  const end = endOf(visit);
  if (isSignIn(end, expectation))
    return `they lead to ${end.origin === expectation.identity.origin ? end.pathname : end.origin + end.pathname} and back`;
  if (status(visit.final) === 404) return 'they are hidden with 404 (no positive control without a session)';
  return `they answer ${status(visit.final)}`;
}

function expectedRefusal({ unauthenticated }: ProtectedRoute): string {
  if (unauthenticated === 'hidden') return 'status 404, as for a page that does not exist';
  if (unauthenticated === 'unauthorized') return 'status 401 or 403';
  return 'a redirect to sign-in that keeps the page asked for, or 401, 403 or 404';
}
