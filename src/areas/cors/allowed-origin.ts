import { byClerk } from '../../target/clerk.ts';
import type { ApiRoute } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, FindingParts, Judgement } from '../../result.ts';
import { describe, header, isRedirect, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { isSameSite } from '../../target/site.ts';
import { defineCheck } from '../../verify.ts';
import { listed } from '../../text.ts';
import { ANY_WEBSITE } from './origins.ts';
import { ASKED_HEADERS, grantOf, isHandshake, listOf, OriginProbe, variesByOrigin } from './probe.ts';

/** What a declared origin was answered on one API path. */
export interface AllowedOriginAnswer {
  readonly path: string;
  readonly origin: string;
  /** Undefined when the route does not serve GET: a read-only run sends nothing else from another origin. */
  readonly get?: Exchange;
  /** Control of a permission without `Vary: Origin`: what any other website gets. */
  readonly control?: Exchange;
  readonly preflights: ReadonlyArray<{ readonly method: string; readonly exchange: Exchange }>;
}

/** Every answer, and how many pairs of origin and path were left out. */
export interface AllowedOriginEvidence {
  readonly answers: readonly AllowedOriginAnswer[];
  readonly leftOut: number;
}

/** Pairs of origin and path that are probed, each with one GET and one preflight for each declared method. */
const MAX_PAIRS = 60;

/** cors/allowed-origin; at most 60 pairs of declared origin and API path, each with one GET, a control where it lacks Vary, and a preflight for each method. */
export const allowedOrigin = defineCheck<AllowedOriginEvidence>({
  id: 'cors/allowed-origin',
  async collect({ target: { anonymous, identity }, readiness }) {
    if (!readiness.cors || !readiness.api) throw new Error('cors.allowedOrigins and api are needed');
    const { allowedOrigins } = readiness.cors;
    const probe = new OriginProbe(anonymous, identity.origin);
    const pairs = readiness.api.flatMap((route) => allowedOrigins.map((origin) => ({ route, origin })));
    const answers = pairs.slice(0, MAX_PAIRS).map(async ({ route, origin }) => {
      const [get, ...preflights] = await Promise.all([
        servesGet(route) ? probe.get(route.path, origin) : undefined,
        ...route.methods.map(async (method) => ({
          method,
          exchange: await probe.preflight(route.path, origin, method),
        })),
      ]);
      // Looked up only where Vary is missing: a permission that is the same for every origin needs none.
      const unmarked = get !== undefined && grantOf(get)?.origin === origin && !variesByOrigin(get);
      const control = unmarked ? await probe.get(route.path, ANY_WEBSITE.origin) : undefined;
      return { path: route.path, origin, ...(get && { get }), ...(control && { control }), preflights };
    });
    return { answers: await Promise.all(answers), leftOut: Math.max(0, pairs.length - MAX_PAIRS) };
  },
  judge: ({ answers, leftOut }, { identity }): Judgement => {
    const origins = new Set(answers.map(({ origin }) => origin));
    const paths = new Set(answers.map(({ path }) => path));
    const preflightOnly = [...new Set(answers.filter(({ get }) => get === undefined).map(({ path }) => path))];
    const handshakes = answers.filter(({ get }) => get && isHandshake(get)).map(({ path }) => path);
    const unverified =
      leftOut > 0
        ? `${leftOut} pairs of origin and path were not probed (at most ${MAX_PAIRS} are); declare fewer in api or cors.allowedOrigins`
        : handshakes.length > 0
          ? `${listed(handshakes)} answered with a Clerk handshake instead of the app’s own answer`
          : undefined;
    return {
      findings: answers.flatMap((answer) => [...judgeGet(answer, identity.origin), ...judgePreflights(answer)]),
      summary: `${listed(origins)} gets exact permission on ${paths.size} API paths: GET, and preflights with Authorization and Content-Type${preflightOnly.length > 0 ? `; by preflight only: ${listed(preflightOnly)}` : ''}`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function servesGet({ methods }: ApiRoute): boolean {
  return methods.includes('GET') || methods.includes('HEAD');
}

const DOCS = 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS';
const MIDDLEWARE =
  'Answer CORS before authentication: app.use(cors({ origin: […], credentials: true })) before clerkMiddleware() in Express and Hono, @fastify/cors before clerkPlugin in Fastify; in Next.js handle OPTIONS and add the headers inside clerkMiddleware, before auth.protect()';

function judgeGet({ path, origin, get, control }: AllowedOriginAnswer, own: string): Finding[] {
  if (!get || isHandshake(get)) return [];
  const base = {
    subject: `GET ${path} from ${origin}`,
    expected: `Access-Control-Allow-Origin: ${origin} and Vary: Origin`,
    docs: DOCS,
    exchange: get,
  };
  const refused = judgeOrigin(get, origin, base);
  if (refused) return [refused];
  return [
    ...(variesByOrigin(get) || (control && grantOf(control)?.origin === origin)
      ? []
      : [
          error({
            ...base,
            message: 'the permission is right, and Vary: Origin is missing',
            cause:
              'A cache may give this answer to another origin, or another origin’s answer to this one; the front end then fails at random.',
            fix: "Add headers.append('Vary', 'Origin') next to the line that sets Access-Control-Allow-Origin.",
          }),
        ]),
    ...(grantOf(get)?.credentials === true || !isSameSite(origin, own)
      ? []
      : [
          warning({
            ...base,
            message: 'Access-Control-Allow-Credentials is missing, so a request with cookies is refused',
            cause:
              'The origin is on the same site as the API, so cookies could be used. With a Bearer token from getToken() it is not needed.',
            fix: "Add Access-Control-Allow-Credentials: true if the front end sends cookies (credentials: 'include').",
          }),
        ]),
  ];
}

/** The error of an answer whose permission is not exactly the origin that asked. */
function judgeOrigin(
  exchange: Exchange,
  origin: string,
  base: Pick<FindingParts, 'subject' | 'expected' | 'docs' | 'exchange'>,
): Finding | undefined {
  const granted = grantOf(exchange)?.origin;
  if (granted === origin) return undefined;
  if (granted === undefined) {
    const refusedFirst = [401, 403].includes(status(exchange)) || isRedirect(exchange);
    return error({
      ...base,
      message: `${describe(exchange)} without Access-Control-Allow-Origin`,
      cause: refusedFirst
        ? `The guard refuses before the CORS headers are added${byClerk(exchange)}, so the front end sees a network error instead of the refusal and cannot ask to sign in.`
        : 'The origin is not on the server’s list, or CORS is set for other paths, methods or statuses only.',
      fix: `${MIDDLEWARE}. Compare the declared origin letter by letter: scheme, port, no trailing slash.`,
    });
  }
  if (granted === '*') {
    return error({
      ...base,
      message: 'Access-Control-Allow-Origin: * allows every website, and no request with cookies',
      cause:
        'cors() without options, or a header rule with *. The route is behind sign-in, so the permission must name the origin.',
      fix: `${MIDDLEWARE}.`,
    });
  }
  return error({
    ...base,
    message: `Access-Control-Allow-Origin: ${granted} is not the origin that asked`,
    cause: granted.includes(',')
      ? 'Several origins stand in one header, or the header is sent twice; browsers refuse that.'
      : 'The server always sends one fixed origin, or the answer comes from a cache without Vary: Origin.',
    fix: `${MIDDLEWARE}.`,
  });
}

function judgePreflights({ path, origin, preflights }: AllowedOriginAnswer): Finding[] {
  const seen = new Set<string>();
  return preflights
    .flatMap(({ method, exchange }) =>
      judgePreflight(
        { subject: `preflight of ${method} ${path} from ${origin}`, docs: DOCS, exchange },
        exchange,
        origin,
        method,
      ),
    )
    .filter(({ level, message }) => !seen.has(level + message) && seen.add(level + message));
}

/** Methods that need no permission (Fetch, CORS-safelisted method). */
const SAFELISTED_METHODS = ['GET', 'HEAD', 'POST'];

function judgePreflight(
  where: Pick<FindingParts, 'subject' | 'docs' | 'exchange'>,
  exchange: Exchange,
  origin: string,
  method: string,
): Finding[] {
  const base = {
    ...where,
    expected: `2xx without authentication, Access-Control-Allow-Origin: ${origin}, and leave for ${method}, ${ASKED_HEADERS.join(' and ')}`,
  };
  if (!isSuccess(exchange)) return [error({ ...base, message: describe(exchange), ...refusalOf(exchange) })];
  const refused = judgeOrigin(exchange, origin, base);
  if (refused) return [refused];

  const credentials = grantOf(exchange)?.credentials === true;
  // Unlike headers, methods are compared case by case (Fetch, CORS-preflight fetch).
  const named = header(exchange, 'access-control-allow-methods') ?? '(absent)';
  const methods = named.split(/\s*,\s*/);
  const headers = listOf(exchange, 'access-control-allow-headers');
  const anyMethod = methods.includes('*') && !credentials;
  const missingHeaders = ASKED_HEADERS.filter(
    (name) => !headers.includes(name) && !(name !== 'authorization' && headers.includes('*') && !credentials),
  );
  return [
    ...(SAFELISTED_METHODS.includes(method) || anyMethod || methods.includes(method)
      ? []
      : [
          error({
            ...base,
            message: `Access-Control-Allow-Methods: ${named} does not allow ${method}`,
            cause: methods.includes('*')
              ? '* is taken literally where credentials are allowed.'
              : 'The list of methods was written before this one was added, or in lower case.',
            fix: `Name ${method} in Access-Control-Allow-Methods.`,
          }),
        ]),
    ...(missingHeaders.length === 0
      ? []
      : [
          // Content-Type alone is missed only by a front end that names the type of no body.
          (['GET', 'HEAD'].includes(method) && !missingHeaders.includes('authorization') ? warning : error)({
            ...base,
            message: `Access-Control-Allow-Headers: ${header(exchange, 'access-control-allow-headers') ?? '(absent)'} does not allow ${missingHeaders.join(' and ')}`,
            cause: headers.includes('*')
              ? '* never covers Authorization, and nothing at all where credentials are allowed (Fetch, CORS-unsafe request-header names).'
              : 'The list of headers leaves it out; Clerk’s session token travels in Authorization, JSON needs Content-Type.',
            fix: `Name ${missingHeaders.join(' and ')} in Access-Control-Allow-Headers.`,
          }),
        ]),
  ];
}

function refusalOf(exchange: Exchange): { cause: string; fix: string } {
  const code = status(exchange);
  if ([401, 403].includes(code) || isRedirect(exchange)) {
    return {
      cause: `The guard also catches OPTIONS${byClerk(exchange)}. Browsers send preflights without cookies or tokens, so every cross-origin call fails.`,
      fix: `${MIDDLEWARE}.`,
    };
  }
  if (code === 404 || code === 405) {
    return {
      cause: `No handler answers OPTIONS here${byClerk(exchange)}: the route exports none, or auth.protect() hides it with 404.`,
      fix: `Export OPTIONS from the route, or: ${MIDDLEWARE}.`,
    };
  }
  return { cause: 'The preflight handler fails.', fix: `Look into the server log for OPTIONS. ${MIDDLEWARE}.` };
}
