import type { Judgement } from '../../result.ts';
import { status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Identity } from '../../target/identity.ts';
import type { Target } from '../../target/target.ts';
import type { Readiness } from '../../config/options.ts';
import { defineCheck } from '../../verify.ts';
import { listed } from '../../text.ts';
import { hostileOrigins } from './origins.ts';
import type { HostileOrigin } from './origins.ts';
import { judgeGrants, judgeVary } from './untrusted-findings.ts';
import { grantOf, isHandshake, OriginProbe } from './probe.ts';

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
export const THOROUGH_PATHS = 12;
/** Hostile origins for pages and the webhook endpoint beside a declared API, whose paths get them all: any website, null, localhost. */
export const FEW = 3;
/** Paths in all. */
const MAX_PATHS = 40;
/** Declared origins whose lookalikes are tried, and that are asked for as positive controls. */
const MAX_DECLARED = 2;

/**
 * cors/untrusted-origin for what anyone gets. Each of the first 12 paths gets a GET and a preflight from each hostile origin (12 for the own host,
 * and on API paths 7 more for each of two declared ones) and a GET from each trusted one; each further path gets 4 requests.
 * At most 772 requests in all; an app with two API paths, a webhook and one declared origin gets about 140.
 */
export const untrustedOrigin = defineCheck<UntrustedOriginEvidence>({
  id: 'cors/untrusted-origin',
  async collect({ target, readiness }) {
    const { trusted, hostile } = originsFor(target.identity, readiness);
    const probe = new OriginProbe(target.anonymous, target.identity.origin);
    const paths = await probedPaths(target, readiness);
    const hasApi = paths.some(({ kind }) => kind === 'api');
    const answers = paths.slice(0, MAX_PATHS).flatMap((probed, index) => {
      const full = probed.kind === 'api' ? hostile.all : hostile.own.slice(0, hasApi ? FEW : undefined);
      const tried = index < THOROUGH_PATHS ? full : hostile.own.slice(0, 2);
      return [
        ...tried.flatMap((each) => bothRequests(probe, readiness, probed, each)),
        ...(index < THOROUGH_PATHS ? trusted.map((each) => answerTo(probe, probed, each)) : []),
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

/** Origins that are trusted, and those that must not be: `own` are the lookalikes of the app only. */
export function originsFor(
  { origin }: Identity,
  readiness: Readiness,
): { trusted: readonly string[]; hostile: { all: readonly HostileOrigin[]; own: readonly HostileOrigin[] } } {
  const declared = declaredOrigins(readiness).slice(0, MAX_DECLARED);
  const all = hostileOrigins(origin, declared);
  const strange = hostileOrigins(origin, []).map((each) => each.origin);
  const own = all.filter((each) => strange.includes(each.origin));
  return { trusted: [origin, ...declared], hostile: { all, own } };
}

/** The origins that the options trust beside the app’s own. */
export function declaredOrigins({ cors }: Readiness): readonly string[] {
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
  probe: OriginProbe,
  { api }: Readiness,
  probed: ProbedPath,
  hostile: HostileOrigin,
): Array<Promise<OriginAnswer>> {
  const methods = (api || []).find(({ path }) => path === probed.path)?.methods ?? [];
  const method = methods.find((each) => !['GET', 'HEAD'].includes(each)) ?? 'POST';
  return [
    answerTo(probe, probed, hostile.origin, hostile),
    probe.preflight(probed.path, hostile.origin, method).then((exchange) => ({
      ...probed,
      origin: hostile.origin,
      hostile,
      request: 'preflight',
      exchange,
    })),
  ];
}

/** What a path answers to a GET from an origin. */
export async function answerTo(
  probe: OriginProbe,
  probed: ProbedPath,
  origin: string,
  hostile?: HostileOrigin,
): Promise<OriginAnswer> {
  const exchange = await probe.get(probed.path, origin);
  return { ...probed, origin, ...(hostile && { hostile }), request: 'GET', exchange };
}

function doubt(answers: readonly OriginAnswer[], leftOut: readonly string[], { api }: Readiness): string | undefined {
  const paths = [...new Set(answers.flatMap(({ path, kind }) => (kind === 'protected' ? [] : [path])))];
  const silent = paths.filter((path) =>
    answers
      .filter((answer) => answer.path === path)
      .every(({ exchange }) => status(exchange) === 0 || status(exchange) >= 500 || isHandshake(exchange)),
  );
  if (silent.length > 0)
    return `${listed(silent)} answered every probe with an error or a Clerk handshake, which proves nothing about CORS; repair it and run again`;
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
        ? `control: ${listed(grantedTo)} is granted`
        : `control: none of the declared origins (${listed(declared)}) was granted either; cors/allowed-origin judges that`;
  return `${hostile.size} hostile origins got no permission on ${paths.length} paths (${listed(paths)}), by GET and preflight; ${control}`;
}
