import type { ApiRoute, Readiness } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, header, isHtml, isRedirect, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { jsonOf, member } from '../../target/json.ts';
import type { Target } from '../../target/target.ts';
import { defineCheck } from '../../verify.ts';
import { listed } from '../../text.ts';
import { sendable } from './routes.ts';

const AUTH_DOCS = 'https://clerk.com/docs/reference/nextjs/app-router/auth';

/** Methods that carry a body. */
const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/** One anonymous call of a declared route. */
export interface ApiCall {
  readonly route: ApiRoute;
  readonly method: string;
  readonly exchange: Exchange;
}

/** api/unauthenticated-401. */
export const unauthenticated401 = defineCheck<readonly ApiCall[]>({
  id: 'api/unauthenticated-401',
  collect: ({ target, readiness }) =>
    Promise.all(
      (readiness.api || []).flatMap((route) =>
        sendable(route, readiness).map(async (method) => ({
          route,
          method,
          exchange: await ask(target, route.path, method),
        })),
      ),
    ),
  judge: (calls, { readiness }): Judgement => ({
    findings: calls.flatMap(judgeCall),
    ...doubt(calls, readiness),
    summary: `${listed(calls.map(({ method, route }) => `${method} ${route.path}`))} refused with ${[...new Set(calls.map(({ exchange }) => status(exchange)))].join(', ')}; no positive control without a session`,
  }),
});

async function ask({ anonymous }: Target, path: string, method: string): Promise<Exchange> {
  if (method === 'GET') return anonymous.api(path);
  const body = WITH_BODY.includes(method) && { headers: { 'content-type': 'application/json' }, body: '{}' };
  return anonymous.request(path, { method, as: 'api', ...body });
}

/** Says which declared methods were held back, and which declared refusals do not look like one. */
function doubt(calls: readonly ApiCall[], readiness: Readiness): Pick<Judgement, 'unverified'> {
  const held = (readiness.api || []).flatMap((route) =>
    route.methods
      .filter((method) => !sendable(route, readiness).includes(method))
      .map((method) => `${method} ${route.path}`),
  );
  const served = calls
    .filter(isServed)
    .map(({ method, route, exchange }) => `${method} ${route.path} (${status(exchange)})`);
  const doubts =
    served.length > 0
      ? [`answered as declared, and only errors without data would be a refusal: ${listed(served)}`]
      : [];
  if (held.length > 0)
    doubts.push(
      `not sent in mode read-only, because a route without a guard would replace or remove something: ${listed(held)}; set mode: 'full' against a deployment where that does no harm`,
    );
  return doubts.length === 0 ? {} : { unverified: doubts.join('; ') };
}

/** True for a declared 2xx but for that of GraphQL, which has its refusals in the body. */
function isServed({ route, exchange }: ApiCall): boolean {
  if (!isSuccess(exchange) || !route.unauthenticatedStatus.includes(status(exchange))) return false;
  const json = jsonOf(exchange);
  const errors = member(json, 'errors');
  const data = JSON.stringify(member(json, 'data') ?? null).replaceAll(/"\w+":/g, '');
  return !Array.isArray(errors) || errors.length === 0 || !/^[{}[\],nul]*$/.test(data);
}

function judgeCall({ route, method, exchange }: ApiCall): Finding[] {
  const code = status(exchange);
  // No answer at all is an obstacle, which the engine reports.
  if (code === 0 || route.unauthenticatedStatus.includes(code)) return [];
  return [
    error({
      subject: `${method} ${route.path}`,
      message: describe(exchange),
      expected: `status ${route.unauthenticatedStatus.join(' or ')} to a request without a session`,
      docs: AUTH_DOCS,
      exchange,
      ...explain(exchange, code),
    }),
  ];
}

function explain(exchange: Exchange, code: number): Pick<Finding, 'cause' | 'fix'> {
  if (isSuccess(exchange)) {
    return {
      cause:
        'The handler does not check userId for this method; an empty list to anonymous is still an answer, and the next change fills it.',
      fix: 'Start every handler with const { userId } = await auth() (getAuth() in Express, Hono and Fastify, locals.auth() in Astro) and return 401 JSON when it is null.',
    };
  }
  if (isRedirect(exchange)) {
    return {
      cause:
        'The guard treats the API route as a page: auth.protect() redirects when the request accepts HTML, redirectToSignIn() and requireAuth() of Express always do. A fetch then follows to the sign-in page and fails on parsing HTML.',
      fix: 'Answer API routes with 401 JSON in the handler, and do not call redirectToSignIn() for /api in the middleware.',
    };
  }
  if (code === 404 && header(exchange, 'x-clerk-auth-reason')?.includes('protect-rewrite') === true) {
    return {
      cause:
        'auth.protect() in the middleware: Clerk answers signed-out requests that are no page with 404. Access is denied, but with a status that clients take for a wrong URL.',
      fix: 'Check userId in the handler and answer 401, or declare unauthenticatedStatus: [401, 404] if 404 is meant.',
    };
  }
  if (code === 404) {
    return {
      cause: isHtml(exchange)
        ? 'The route does not exist in this deployment, or auth.protect() hides it.'
        : 'The route does not exist in this deployment, or the handler answers 404 before it checks the session.',
      fix: 'Correct the path in api, or check userId before anything else and answer 401.',
    };
  }
  if (code === 405) {
    return { cause: 'The route does not serve this method.', fix: 'Correct methods in the api option.' };
  }
  if (code >= 500) {
    return {
      cause:
        'The handler throws without a session: userId is null where a value is expected, or auth() or getAuth() runs in a route that Clerk’s middleware does not cover.',
      fix: 'Return 401 before using userId, and let the matcher cover /api: "/(api|trpc)(.*)" (Next.js); elsewhere register Clerk’s middleware before the route and in its scope.',
    };
  }
  return {
    cause: 'The handler judges the request (body, parameters, method) before it checks the session.',
    fix: 'Check userId first; an anonymous request must learn nothing but 401.',
  };
}
