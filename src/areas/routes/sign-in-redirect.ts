import type { ProtectedRoute } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import { underBasePath } from '../../target/base-path.ts';
import { status } from '../../target/exchange.ts';
import type { Visit } from '../../target/exchange.ts';
import type { Identity } from '../../target/identity.ts';
import { cookiesOnTheWay, mayKeep, returnUrl } from '../../target/sign-in.ts';
import type { Expectation } from '../../verify.ts';
import { decoded } from './same-document.ts';
import { isSameUrlPage } from './shared.ts';

/** What a finding says of what was observed, before why and what to do. */
export type FindingBase = Omit<Parameters<typeof error>[0], 'cause' | 'fix'>;

/** Judges a page that leads a visitor to sign-in: whether it may, whether sign-in is there, and whether it leads back. */
export function judgeSignInRedirect(
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
  return judgeWayBack(route, base, visit, end, identity);
}

/** The page that sign-in will return to must be the one asked for. */
function judgeWayBack(route: ProtectedRoute, base: FindingBase, visit: Visit, end: URL, identity: Identity): Finding[] {
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
