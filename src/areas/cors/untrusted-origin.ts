import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Target } from '../../target/target.ts';
import type { Readiness } from '../../config/options.ts';
import { defineCheck } from '../../verify.ts';
import { ANY_WEBSITE, hostileOrigins } from './origins.ts';
import type { HostileOrigin } from './origins.ts';
import { fetchFrom, grantOf, isHandshake, preflightFrom, variesByOrigin } from './probe.ts';

/** A path that is probed. */
export interface ProbedPath {
  readonly path: string;
  /** `api` answers hold a user's data, and so do protected pages; other pages and the webhook endpoint hold none. */
  readonly kind: 'api' | 'protected' | 'page' | 'webhook';
}

/** One answer to a request from another origin. */
export interface OriginAnswer extends ProbedPath {
  /** Value of the Origin header. */
  readonly origin: string;
  /** Undefined for the target's own origin and the declared ones. */
  readonly hostile?: HostileOrigin;
  readonly request: 'GET' | 'preflight';
  readonly exchange: Exchange;
}

/** Every answer, and the paths that were left out. */
export interface UntrustedOriginEvidence {
  readonly answers: readonly OriginAnswer[];
  readonly leftOut: readonly string[];
}

/** Paths that get every hostile origin; further ones get the first two: any website, and null. */
const THOROUGH_PATHS = 12;
/** Hostile origins for pages and the webhook endpoint beside a declared API, whose paths get them all: any website, null, localhost. */
const FEW = 3;
/** Paths in all. */
const MAX_PATHS = 40;
/** Declared origins whose lookalikes are tried, and that are asked for as positive controls. */
const MAX_DECLARED = 2;

/**
 * cors/untrusted-origin. Each of the first 12 paths gets a GET and a preflight from each hostile origin (11 for the own host,
 * and on API paths 7 more for each of two declared ones) and a GET from each trusted one; each further path gets 4 requests.
 * At most 748 requests in all; an app with two API paths, a webhook and one declared origin gets about 135.
 */
export const untrustedOrigin = defineCheck<UntrustedOriginEvidence>({
  id: 'cors/untrusted-origin',
  async collect({ target, readiness }) {
    const declared = declaredOrigins(readiness).slice(0, MAX_DECLARED);
    const { origin } = target.identity;
    const all = hostileOrigins(origin, declared);
    const strange = hostileOrigins(origin, []).map((each) => each.origin);
    const hostile = { all, own: all.filter((each) => strange.includes(each.origin)) };
    const paths = await probedPaths(target, readiness);
    const hasApi = paths.some(({ kind }) => kind === 'api');
    const trusted = [origin, ...declared];
    const answers = paths.slice(0, MAX_PATHS).flatMap((probed, index) => {
      const full = probed.kind === 'api' ? hostile.all : hostile.own.slice(0, hasApi ? FEW : undefined);
      const tried = index < THOROUGH_PATHS ? full : hostile.own.slice(0, 2);
      return [
        ...tried.flatMap((each) => bothRequests(target, readiness, probed, each)),
        ...(index < THOROUGH_PATHS ? trusted.map((each) => trustedRequest(target, probed, each)) : []),
      ];
    });
    return { answers: await Promise.all(answers), leftOut: paths.slice(MAX_PATHS).map(({ path }) => path) };
  },
  judge: ({ answers, leftOut }, { readiness, identity }): Judgement => {
    const own = answers.filter(({ exchange }) => !isHandshake(exchange));
    const trusted = [identity.origin, ...declaredOrigins(readiness)];
    const unverified = doubt(answers, leftOut, readiness);
    return {
      findings: [...judgeGrants(own, trusted, readiness), ...judgeVary(own)],
      summary: summary(own, readiness),
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function declaredOrigins({ cors }: Readiness): readonly string[] {
  return cors ? cors.allowedOrigins : [];
}

async function probedPaths(target: Target, { api, routes, webhook }: Readiness): Promise<ProbedPath[]> {
  const pages = [target.home, ...(routes.signIn?.startsWith('/') === true ? [routes.signIn] : [])];
  const all: ProbedPath[] = [
    ...(api || []).map(({ path }) => ({ path, kind: 'api' as const })),
    ...(await Promise.all(pages.map(async (path) => ({ path: await finalPath(target, path), kind: 'page' as const })))),
    ...(webhook ? [{ path: webhook.path, kind: 'webhook' as const }] : []),
    // One, because a rule for pages covers them all.
    ...(routes.protected || []).slice(0, 1).map(({ path }) => ({ path, kind: 'protected' as const })),
  ];
  return all.filter(({ path }, index) => all.findIndex((other) => other.path === path) === index);
}

/** Where a page really is, when it redirects within the target. */
async function finalPath(target: Target, path: string): Promise<string> {
  const { final, stopped } = await target.anonymous.page(path);
  const url = new URL(final.request.url);
  return stopped === undefined && url.origin === target.identity.origin ? url.pathname : path;
}

function bothRequests(
  { anonymous }: Target,
  { api }: Readiness,
  probed: ProbedPath,
  hostile: HostileOrigin,
): Array<Promise<OriginAnswer>> {
  const methods = (api || []).find(({ path }) => path === probed.path)?.methods ?? [];
  const method = methods.find((each) => !['GET', 'HEAD'].includes(each)) ?? 'POST';
  const base = { ...probed, origin: hostile.origin, hostile };
  return [
    fetchFrom(anonymous, probed.path, hostile.origin).then((exchange) => ({ ...base, request: 'GET', exchange })),
    preflightFrom(anonymous, probed.path, hostile.origin, method).then((exchange) => ({
      ...base,
      request: 'preflight',
      exchange,
    })),
  ];
}

async function trustedRequest({ anonymous }: Target, probed: ProbedPath, origin: string): Promise<OriginAnswer> {
  return { ...probed, origin, request: 'GET', exchange: await fetchFrom(anonymous, probed.path, origin) };
}

const EXPECTED = 'no Access-Control-Allow-Origin, or the app’s own or a declared origin in it';
const DOCS = 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS';
const FIX_LIST =
  "Compare the whole Origin header with an exact list: cors({ origin: ['https://app.example.com'] }) in Express, Hono and Fastify; in Next.js and Astro set the header in the route handler or middleware only for a listed origin, with Vary: Origin.";

type Verdict = 'granted' | 'any' | 'undeclared' | 'invalid';

function judgeGrants(answers: readonly OriginAnswer[], trusted: readonly string[], readiness: Readiness): Finding[] {
  const groups = new Map<string, OriginAnswer[]>();
  for (const answer of answers) {
    const verdict = verdictOf(answer, trusted);
    if (verdict === undefined) continue;
    const key = `${answer.path} ${verdict}`;
    groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  return [...groups].flatMap(([key, group]) => {
    const [first] = group;
    if (!first) return [];
    switch (key.slice(first.path.length + 1) as Verdict) {
      case 'granted':
        return [granted(first, group)];
      case 'any':
        return [anyOrigin(first, group)];
      case 'undeclared':
        return [undeclared(first, readiness)];
      case 'invalid':
        return [invalid(first)];
    }
  });
}

function verdictOf({ hostile, origin, exchange }: OriginAnswer, trusted: readonly string[]): Verdict | undefined {
  const grant = grantOf(exchange);
  if (!grant) return undefined;
  if (grant.origin === '*') return 'any';
  if (grant.origin.includes(',')) return 'invalid';
  if (hostile && grant.origin === origin) return 'granted';
  if (trusted.includes(grant.origin)) return undefined;
  // null stands for every sandboxed frame, whoever asked.
  return grant.origin === 'null' ? 'granted' : 'undeclared';
}

/** The answer with credentials tells most. */
function worst(group: readonly OriginAnswer[]): OriginAnswer | undefined {
  return (
    group.find(({ exchange }) => grantOf(exchange)?.credentials) ??
    group.find(({ request }) => request === 'GET') ??
    group[0]
  );
}

function granted(first: OriginAnswer, group: readonly OriginAnswer[]): Finding {
  const shown = worst(group) ?? first;
  const origins = [...new Set(group.map(({ exchange, origin }) => grantOf(exchange)?.origin ?? origin))];
  const everyone = origins.includes(ANY_WEBSITE.origin);
  const credentials = group.some(({ exchange }) => grantOf(exchange)?.credentials);
  const mistakes = new Set(
    group.flatMap(({ hostile }) => (hostile && origins.includes(hostile.origin) ? [hostile.mistake] : [])),
  );
  return error({
    subject: first.path,
    message: [
      credentials ? 'CRITICAL: ' : '',
      everyone ? 'every origin that asks gets permission' : `permission for ${origins.join(', ')}`,
      ` (${[...new Set(group.map(({ request }) => request))].join(' and ')})`,
      credentials
        ? ', with Access-Control-Allow-Credentials: true: such a website reads answers made with your user’s cookies'
        : '',
    ].join(''),
    expected: EXPECTED,
    cause: everyone
      ? "The Origin header is sent back without a comparison: origin: true in cors(), or request.headers.get('origin') copied into the answer."
      : `Likely ${[...mistakes].join('; ')}.`,
    fix: FIX_LIST,
    docs: DOCS,
    exchange: shown.exchange,
  });
}

function anyOrigin(first: OriginAnswer, group: readonly OriginAnswer[]): Finding {
  const shown = worst(group) ?? first;
  const credentials = group.some(({ exchange }) => grantOf(exchange)?.credentials);
  const isPrivate = first.kind === 'api';
  return (isPrivate || credentials ? error : warning)({
    subject: first.path,
    message: `Access-Control-Allow-Origin: *${credentials ? ' with Access-Control-Allow-Credentials: true, which browsers refuse together' : ''}${isPrivate ? ' on a route behind sign-in' : first.kind === 'protected' ? ' on a page behind sign-in' : ' on a public path'}`,
    expected: EXPECTED,
    cause: isPrivate
      ? 'cors() without options, or a header rule for /api/:path*, allows every website to call the route and read what it answers, errors and anything cached included.'
      : 'A header rule for every path sends it; a public answer without cookies loses little by it, and the next route that is added inherits it.',
    fix: isPrivate ? FIX_LIST : 'Send * only where other websites are meant to read: fonts, feeds, a public API.',
    docs: DOCS,
    exchange: shown.exchange,
  });
}

function undeclared(first: OriginAnswer, { cors }: Readiness): Finding {
  const origin = grantOf(first.exchange)?.origin ?? '';
  return (cors === undefined ? warning : error)({
    subject: first.path,
    message: `permission for ${origin}, which ${cors === undefined ? 'no option declares' : 'is not among the declared origins'}`,
    expected: EXPECTED,
    cause: 'Another front end of yours, an origin left from an earlier domain, or one of a staging environment.',
    fix: `If it is yours, set cors: { allowedOrigins: ['${origin}'] }; else remove it from the app’s list.`,
    docs: DOCS,
    exchange: first.exchange,
  });
}

function invalid(first: OriginAnswer): Finding {
  return warning({
    subject: first.path,
    message: `Access-Control-Allow-Origin: ${grantOf(first.exchange)?.origin} is a list, which browsers refuse`,
    expected: 'one origin, the one that asked',
    cause: 'The list of allowed origins was written into the header, or the app and a proxy each add the header.',
    fix: 'Answer the one origin that asked, when it is on the list, and set the header in one place only.',
    docs: DOCS,
    exchange: first.exchange,
  });
}

/** A permission that depends on the origin must say so, or a cache gives one origin’s answer to another. Preflights are not cached by URL. */
function judgeVary(answers: readonly OriginAnswer[]): Finding[] {
  const plain = answers.filter(({ request, exchange }) => request === 'GET' && exchange.response !== undefined);
  const paths = [...new Set(plain.map(({ path }) => path))];
  return paths.flatMap((path) => {
    const here = plain.filter((answer) => answer.path === path);
    const grants = new Set(here.map(({ exchange }) => grantOf(exchange)?.origin));
    const unmarked = here.find(({ exchange }) => grantOf(exchange) && !variesByOrigin(exchange));
    if (grants.size < 2 || !unmarked) return [];
    return [
      error({
        subject: path,
        message: `Access-Control-Allow-Origin: ${grantOf(unmarked.exchange)?.origin} changes with the origin that asks, and the answer has no Vary: Origin`,
        expected: 'Vary: Origin wherever Access-Control-Allow-Origin depends on the request',
        cause:
          'A cache may hand the answer made for one origin to another: the front end then breaks at random, or a permission is handed on. Hand-written CORS code often forgets it; cors() of Express, Hono and Fastify sets it.',
        fix: "Add headers.append('Vary', 'Origin') next to the line that sets Access-Control-Allow-Origin.",
        docs: 'https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches',
        exchange: unmarked.exchange,
      }),
    ];
  });
}

function doubt(answers: readonly OriginAnswer[], leftOut: readonly string[], { api }: Readiness): string | undefined {
  const paths = [...new Set(answers.flatMap(({ path, kind }) => (kind === 'protected' ? [] : [path])))];
  const silent = paths.filter((path) =>
    answers
      .filter((answer) => answer.path === path)
      .every(({ exchange }) => status(exchange) === 0 || status(exchange) >= 500 || isHandshake(exchange)),
  );
  if (silent.length > 0)
    return `${silent.join(', ')} answered every probe with an error or a Clerk handshake, which proves nothing about CORS; repair it and run again`;
  if (leftOut.length > 0)
    return `${leftOut.length} API paths were not probed (at most ${MAX_PATHS} are); declare one path of each kind in api`;
  if (api !== false && api.length === 0)
    return 'no API path is declared, and CORS matters there most: set api, or api: false when there is none';
  return undefined;
}

function summary(answers: readonly OriginAnswer[], readiness: Readiness): string {
  const hostile = new Set(answers.flatMap(({ hostile: each }) => each?.origin ?? []));
  const paths = [...new Set(answers.map(({ path }) => path))];
  const declared = declaredOrigins(readiness);
  const grantedTo = declared.filter((origin) =>
    answers.some((answer) => answer.origin === origin && grantOf(answer.exchange)?.origin === origin),
  );
  const any = answers.some(({ exchange }) => grantOf(exchange) !== undefined);
  const control =
    declared.length === 0
      ? `no origin is declared, so there is no positive control${any ? '' : '; no answer had a CORS permission at all'}`
      : grantedTo.length > 0
        ? `control: ${grantedTo.join(', ')} is granted`
        : `control: none of the declared origins (${declared.join(', ')}) was granted either; cors/allowed-origin judges that`;
  return `${hostile.size} hostile origins got no permission on ${paths.length} paths (${paths.slice(0, 6).join(', ')}${paths.length > 6 ? ', …' : ''}), by GET and preflight; ${control}`;
}
