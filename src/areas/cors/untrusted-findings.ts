import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import type { Readiness } from '../../config/options.ts';
import { ANY_WEBSITE } from './origins.ts';
import { grantOf, variesByOrigin } from './probe.ts';
import type { OriginAnswer } from './untrusted-origin.ts';

const EXPECTED = 'no Access-Control-Allow-Origin, or the app’s own or a declared origin in it';
const DOCS = 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS';
const FIX_LIST =
  "Compare the whole Origin header with an exact list: cors({ origin: ['https://app.example.com'] }) in Express, Hono and Fastify; in Next.js and Astro set the header in the route handler or middleware only for a listed origin, with Vary: Origin.";

type Verdict = 'granted' | 'any' | 'undeclared' | 'invalid';

/** One finding for each path and kind of permission that it should not give. */
export function judgeGrants(
  answers: readonly OriginAnswer[],
  trusted: readonly string[],
  readiness: Readiness,
): Finding[] {
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
export function judgeVary(answers: readonly OriginAnswer[]): Finding[] {
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
          'A cache may hand the answer made for one origin to another: the front end then breaks at random, or a permission is handed on. cors() of Express, Hono and Fastify sets it.',
        fix: "Add headers.append('Vary', 'Origin') next to the line that sets Access-Control-Allow-Origin.",
        docs: 'https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches',
        exchange: unmarked.exchange,
      }),
    ];
  });
}
