import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, status } from '../../target/exchange.ts';
import type { Visit } from '../../target/exchange.ts';
import { endOf, isSamePage, isSignIn } from '../../target/sign-in.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { listed } from '../../text.ts';
import { isSameUrlPage, MIDDLEWARE_DOCS } from './shared.ts';

/** A page and how it was visited. */
interface PageVisit {
  readonly path: string;
  readonly visit: Visit;
}

/** routes/public-reachable. */
export const publicReachable = defineCheck<readonly PageVisit[]>({
  id: 'routes/public-reachable',
  collect: ({ target, readiness }) =>
    Promise.all(readiness.routes.public.map(async (path) => ({ path, visit: await target.anonymous.page(path) }))),
  judge(visits, expectation): Judgement {
    return {
      findings: visits.flatMap((page) => judgePublic(page, expectation)),
      summary: `${listed(visits.map(pathAndEnd))} ${visits.length === 1 ? 'answers' : 'answer'} 200 to an anonymous visitor`,
      ...(visits.length === 0 && { unverified: 'routes.public is empty: name at least one public page' }),
    };
  },
});

function pathAndEnd({ path, visit }: PageVisit): string {
  const end = endOf(visit).pathname;
  return isSamePage(path.split('?')[0] ?? path, end) ? path : `${path} (at ${end})`;
}

function judgePublic({ path, visit }: PageVisit, expectation: Expectation): Finding[] {
  const end = endOf(visit);
  const base = {
    subject: path,
    message: describe(visit.final),
    expected: 'status 200 without signing in',
    exchange: visit.final,
  };
  const { origin, basePath } = expectation.identity;
  const asked = new URL(path, origin);
  if (isSignIn(end, expectation) && !isSignIn(asked, expectation)) {
    return [
      error({
        ...base,
        message: `the visitor ends at sign-in (${end.pathname})`,
        cause: 'The guard covers this page: it reaches too far, or the list of public routes misses the page.',
        fix: `Leave '${path}' out of the guard (in Next.js: add it to the public routes of clerkMiddleware), or take it out of routes.public if it is meant to be protected.`,
        docs: MIDDLEWARE_DOCS,
      }),
    ];
  }
  if (visit.stopped === 'left-target') {
    return [
      error({
        ...base,
        message: `the visitor is sent to ${end.origin}`,
        cause: 'The page redirects to another origin, so nothing of this app was reached.',
        fix: 'Set baseURL to the origin that serves the page, or take the page out of routes.public.',
      }),
    ];
  }
  if (visit.stopped === 'too-many-redirects') {
    return [
      error({
        ...base,
        message: `${visit.exchanges.length} redirects without an end`,
        cause:
          'The page redirects in a circle, often between a locale or trailing-slash rule and the guard, or because publishable and secret key belong to different instances.',
        fix: 'Open the page in a private window and follow the Location headers; make the two rules agree.',
      }),
    ];
  }
  const code = status(visit.final);
  if (code === 200 && path !== '/' && !isSameUrlPage(end, asked)) {
    return [
      warning({
        ...base,
        message: `the visitor ends at another page, ${end.pathname}`,
        cause: 'The page has moved, or a maintenance or campaign rule answers in its place.',
        fix: `Declare '${end.pathname}' instead, or check the rule that redirects.`,
      }),
    ];
  }
  if (code === 200) return [];
  return [
    error({
      ...base,
      cause:
        code === 0
          ? 'The connection broke or timed out on this page, although the site itself was reached: the page hangs or crashes on the server.'
          : code >= 500
            ? 'The page fails on the server; with Clerk often a missing CLERK_SECRET_KEY or auth() in a route that the middleware does not cover.'
            : code === 404
              ? `The page does not exist, or auth.protect() hides it from anonymous visitors${basePath === undefined ? '' : `; the app is served from ${basePath} on`}.`
              : 'The guard, a firewall or the hosting refuses the page.',
      fix:
        code === 0 || code >= 500
          ? 'Read the server log of this request and repair the page.'
          : basePath === undefined
            ? 'Correct routes.public, or make the page public.'
            : `Write paths as browsers ask for them, from ${basePath} on (routes.public: ['${basePath}']), or make the page public.`,
      docs: MIDDLEWARE_DOCS,
    }),
  ];
}
