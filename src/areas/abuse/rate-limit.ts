import type { Readiness } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, header, isRedirect, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { wallOf } from '../../target/wall.ts';
import { defineCheck } from '../../verify.ts';
import { secondsOf } from './retry-after.ts';

/** The answers to a burst, in order of their requests; it ends early once the limit is met, with {@link CLAIMS} if by 429. */
export type Burst = readonly Exchange[];

/** Addresses of nobody (RFC 5737): a limit that believes the caller lets each of them through while it refuses others. */
const CLAIMS = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'];

/** Headers in which libraries look for the address of the caller. */
const CLAIMED = ['x-forwarded-for', 'x-real-ip', 'true-client-ip', 'x-client-ip'];

/** Longest wait that a limit may ask for, in seconds; a day keeps out more people than attackers. */
const MAX_WAIT = 24 * 3600;

const DOCS = 'https://www.rfc-editor.org/rfc/rfc6585#section-4';
const EXPECTED = 'status 429 with a Retry-After header, within the declared burst';

/** abuse/rate-limit; the first request goes alone, the others `network.concurrency` at once. */
export const rateLimit = defineCheck<Burst>({
  id: 'abuse/rate-limit',
  async collect({ target, readiness }) {
    const { path, method, burst, body } = declared(readiness);
    const bodiless = method === 'GET' || method === 'HEAD';
    const send = (claim?: string): Promise<Exchange> =>
      target.anonymous.request(path, {
        method,
        as: 'api',
        // Refusals are what the burst is after.
        judged: true,
        headers: {
          ...(!bodiless && { 'content-type': 'application/json' }),
          ...(claim !== undefined && Object.fromEntries(CLAIMED.map((name) => [name, claim]))),
        },
        ...(!bodiless && { body: JSON.stringify(body) }),
      });
    const answers = [await send()];
    // Control: a firewall that refuses everything by now is an obstacle, and no limit of this endpoint.
    if (answers.some(isRefusal)) await target.anonymous.get(target.home);
    while (answers.length < burst && !answers.some(isRefusal)) {
      const next = Math.min(readiness.network.concurrency, burst - answers.length);
      answers.push(...(await Promise.all(Array.from({ length: next }, () => send()))));
    }
    if (answers.some(isLimited)) answers.push(...(await Promise.all(CLAIMS.flatMap((claim) => [send(claim), send()]))));
    return answers;
  },
  judge(burst, { readiness }): Judgement {
    const { path, method } = declared(readiness);
    const unverified = unprovable(burst, readiness);
    return {
      findings: unverified === undefined ? judgeBurst(burst, `${method} ${path}`) : [],
      summary: summary(burst, `${method} ${path}`),
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function declared({ rateLimit }: Readiness): Exclude<Readiness['rateLimit'], undefined | false> {
  if (!rateLimit) throw new Error('rateLimit.path is needed');
  return rateLimit;
}

function isLimited(exchange: Exchange): boolean {
  return status(exchange) === 429;
}

/** True when every claim of another address was let through while all around it were refused. */
function isFooled(burst: Burst): boolean {
  const tail = burst.slice(-2 * CLAIMS.length);
  const claiming = tail.filter(({ request }) => request.headers.some(([, value]) => CLAIMS.includes(value)));
  return (
    claiming.length === CLAIMS.length &&
    tail.every((each) =>
      claiming.includes(each) ? status(each) < 500 && status(each) !== 403 && !isRefusal(each) : isLimited(each),
    )
  );
}

/** A limit of the app, or a firewall that steps in. */
function isRefusal(exchange: Exchange): boolean {
  return isLimited(exchange) || wallOf(exchange) !== undefined;
}

/** A firewall or a filter that lets the first request through and refuses a later one. */
function stepsIn(burst: Burst): Exchange | undefined {
  const [first] = burst;
  return burst.find(
    (exchange) => !isLimited(exchange) && (wallOf(exchange) !== undefined || isNewRefusal(exchange, first)),
  );
}

function isNewRefusal(exchange: Exchange, first: Exchange | undefined): boolean {
  return status(exchange) === 403 && first !== undefined && status(first) !== 403;
}

/** Why the burst says nothing about a limit, and the next step. */
function unprovable(burst: Burst, readiness: Readiness): string | undefined {
  const [first] = burst;
  if (!first) throw new Error('no request was sent');
  const wall = isLimited(first) ? undefined : wallOf(first);
  if (wall)
    return `${wall.name} answered the first request already, so it is no limit: ${describe(first)}. ${wall.fix}`;
  const lost = burst.find(({ response }) => response === undefined);
  if (lost) return `not every request of the burst was answered: ${describe(lost)}`;
  if (burst.some(isLimited) || stepsIn(burst)) return undefined;
  if ([404, 405].includes(status(first)))
    return `${describe(first)}, so no limit was reached: name an endpoint in rateLimit.path, and its method in rateLimit.method`;
  if (isRedirect(first))
    return `${describe(first)}, so no limit was reached: name an endpoint in rateLimit.path that answers itself`;
  const guarded = (readiness.api || []).some(({ path }) => path === declared(readiness).path);
  if (burst.every((exchange) => status(exchange) === 403 || (guarded && status(exchange) === 401)))
    return `every request was refused with ${status(first)} before a limit could be seen: name an endpoint in rateLimit.path that anyone may call, or a body in rateLimit.body that is let in`;
  return undefined;
}

function judgeBurst(burst: Burst, endpoint: string): Finding[] {
  const limited = burst.filter(isLimited);
  const bare = limited.find((exchange) => header(exchange, 'retry-after') === undefined);
  const fooled = burst.at(-2 * CLAIMS.length);
  if (fooled && isFooled(burst))
    return [
      {
        ...unlimited(burst, fooled, endpoint),
        message: 'the limit is met, and not by whoever writes another address into X-Forwarded-For each time',
        cause:
          'The limit is keyed by a header that callers choose: the first entry of X-Forwarded-For, a header like it, or trust proxy: true.',
        fix: 'Key it by the address that your own proxy saw: the entries before it in X-Forwarded-For are the caller’s words.',
      },
    ];
  if (bare) return [withoutRetryAfter(bare, endpoint)];
  if (limited.length > 0) return limited.slice(0, 1).flatMap((exchange) => judgeRetryAfter(exchange, endpoint));
  const last = burst.at(-1);
  return last === undefined || stepsIn(burst) ? [] : [unlimited(burst, last, endpoint)];
}

function unlimited(burst: Burst, last: Exchange, subject: string): Finding {
  const failing = burst.find((exchange) => status(exchange) === 503);
  if (failing) {
    return error({
      subject,
      message: `the burst was met with 503: ${describe(failing)}`,
      expected: EXPECTED,
      cause: 'The limit of nginx answers 503 unless told otherwise, or the app gave way under a few dozen requests.',
      fix: 'Set limit_req_status 429 and a Retry-After header in nginx; otherwise put a limit before what is expensive.',
      docs: DOCS,
      exchange: failing,
    });
  }
  return error({
    subject,
    message: `${burst.length} requests in a row were all answered, the last with ${status(last)}: no limit was met`,
    expected: EXPECTED,
    cause:
      'The endpoint has no limit: Clerk limits its own APIs, not yours. Or the limit counts in the memory of each instance or lies above the declared burst.',
    fix: 'Count by client address (or user id) in a shared store, in the handler or at the CDN, and answer 429 with Retry-After. If the limit is higher on purpose, set rateLimit.burst.',
    docs: DOCS,
    exchange: last,
  });
}

/** The firewall of Vercel lets nobody add Retry-After; the others tell the wait in a way that some clients know. */
const EXCUSES = /^(x-vercel-mitigated|(x-)?rate-?limit(-reset.*)?)$/i;

function withoutRetryAfter(exchange: Exchange, subject: string): Finding {
  const names = exchange.response?.headers.map(([name]) => name) ?? [];
  return (names.some((name) => EXCUSES.test(name)) ? warning : error)({
    subject,
    message: 'it answers 429 without Retry-After',
    expected: EXPECTED,
    cause:
      'The limiter knows when the next request is welcome and does not say so where every client looks, so that some retry at once.',
    fix: 'Add Retry-After with the seconds until the next request is accepted.',
    docs: DOCS,
    exchange,
  });
}

function judgeRetryAfter(exchange: Exchange, subject: string): Finding[] {
  const value = header(exchange, 'retry-after') ?? '';
  const seconds = secondsOf(value, header(exchange, 'date'));
  const base = { subject, docs: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3', exchange };
  if (seconds === undefined) {
    return [
      error({
        ...base,
        message: `its Retry-After cannot be read: “${value}”`,
        expected: 'whole seconds, or an HTTP date',
        cause: 'The header holds milliseconds with a unit, a fraction, or a date in another format.',
        fix: 'Send whole seconds: Math.ceil(milliseconds / 1000).',
      }),
    ];
  }
  const noWait = /^\s*0+\s*$/.test(value);
  if (!noWait && seconds >= 0 && seconds <= MAX_WAIT) return [];
  return [
    warning({
      ...base,
      message: `its Retry-After means ${seconds} seconds from now: “${value}”`,
      expected: `between 1 and ${MAX_WAIT} seconds from now`,
      cause:
        'The header holds milliseconds or a point in time where seconds are meant, or a wait rounded down to none.',
      fix: 'Send the seconds until the next request is accepted: Math.ceil(milliseconds / 1000).',
    }),
  ];
}

function summary(burst: Burst, endpoint: string): string {
  const at = burst.findIndex(isLimited);
  const limited = burst[at];
  if (limited)
    return `${endpoint} answers 429 with Retry-After: ${header(limited, 'retry-after') ?? 'none'} to request ${at + 1} of the burst`;
  const wall = stepsIn(burst);
  return wall
    ? `${endpoint} is refused within ${burst.length} requests: ${wallOf(wall)?.name ?? 'a filter'} answers ${status(wall)}`
    : '';
}
