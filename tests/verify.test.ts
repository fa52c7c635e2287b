import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { unauthenticated401 } from '../src/areas/api.ts';
import { publishableKeyLive } from '../src/areas/environment.ts';
import { authFailure, notFoundPage } from '../src/areas/errors.ts';
import { dotfiles } from '../src/areas/exposure.ts';
import { health } from '../src/areas/monitoring.ts';
import { staticBypass } from '../src/areas/performance.ts';
import { protectedRedirect, publicReachable } from '../src/areas/routes.ts';
import { forgedSignature } from '../src/areas/webhook.ts';
import type { ReadinessOptions } from '../src/config/options.ts';
import { resolveOptions } from '../src/config/resolve.ts';
import { error, warning } from '../src/result.ts';
import { TargetError } from '../src/target/reachable.ts';
import { Target } from '../src/target/target.ts';
import { wallOf } from '../src/target/wall.ts';
import type { Obstacle } from '../src/target/target.ts';
import { conclude, verify } from '../src/verify.ts';
import type { Check, Outcome } from '../src/verify.ts';
import { exchange, failure } from './support/exchange.ts';
import { serve } from './support/server.ts';

const PARTS = { subject: 's', message: 'm', expected: 'e', cause: 'c', fix: 'f' };
const walled = exchange({ status: 401, headers: { 'www-authenticate': 'Basic' } });
const WALL: Obstacle = { exchange: walled, wall: wallOf(walled) ?? assert.fail() };
const BROKEN: Obstacle = { exchange: failure('ECONNRESET') };
const summary = 'proven';

describe('conclude', () => {
  it('passes on no finding and no doubt', () =>
    assert.deepEqual(conclude({ findings: [], summary }, [], false), {
      status: 'pass',
      reason: summary,
      findings: [],
    }));
  it('fails on an error, with a headline that counts the rest', () => {
    const { status, reason } = conclude({ findings: [error(PARTS), error(PARTS), warning(PARTS)], summary }, [], false);
    assert.deepEqual([status, reason], ['fail', 's: m (and 1 more)']);
  });
  it('passes on a warning and keeps it, and fails on it under strict', () => {
    const judgement = { findings: [warning(PARTS)], summary };
    assert.equal(conclude(judgement, [], false).status, 'pass');
    assert.equal(conclude(judgement, [], false).findings.length, 1);
    assert.equal(conclude(judgement, [], true).status, 'fail');
  });
  for (const [name, obstacle, reason] of [
    ['a wall', WALL, /1 of the requests did not reach the app: HTTP Basic authentication/],
    ['no answer', BROKEN, /did not reach the app: .* failed: ECONNRESET/],
  ] as const) {
    it(`never passes after ${name}`, () => {
      const outcome = conclude({ findings: [], summary }, [obstacle], false);
      assert.equal(outcome.status, 'not-verified');
      assert.match(outcome.reason, reason);
    });
    it(`never calls something not applicable after ${name}`, () =>
      assert.equal(
        conclude({ findings: [], summary, inapplicable: 'none' }, [obstacle], false).status,
        'not-verified',
      ));
    it(`names ${name} before any other doubt`, () =>
      assert.match(conclude({ findings: [], summary, unverified: 'doubt' }, [obstacle], false).reason, reason));
    it(`still fails on what the app itself answered beside ${name}`, () =>
      assert.equal(
        conclude({ findings: [error({ ...PARTS, exchange: exchange() })], summary }, [obstacle], false).status,
        'fail',
      ));
  }
  it('drops findings about an answer of a wall, however long its page is', () => {
    const long = exchange({ status: 401, body: `${'x'.repeat(2000)}https://vercel.com/sso-api` });
    const obstacle = { exchange: long, wall: wallOf(long) ?? assert.fail() };
    const outcome = conclude({ findings: [error({ ...PARTS, exchange: long })], summary }, [obstacle], true);
    assert.deepEqual([outcome.status, outcome.findings], ['not-verified', []]);
  });
  it('is not verified for a doubt and not applicable for evidence', () => {
    assert.equal(
      conclude({ findings: [], summary, unverified: 'doubt', inapplicable: 'none' }, [], false).status,
      'not-verified',
    );
    assert.equal(conclude({ findings: [], summary, inapplicable: 'none' }, [], false).status, 'not-applicable');
  });
});

/** One check with its evidence type forgotten. */
const CHECKS: ReadonlyArray<Check<never>> = [
  publicReachable,
  protectedRedirect,
  unauthenticated401,
  forgedSignature,
  health,
  notFoundPage,
  authFailure,
  dotfiles,
  staticBypass,
  publishableKeyLive,
] as unknown as ReadonlyArray<Check<never>>;

const OPTIONS: ReadinessOptions = {
  profile: 'production',
  routes: { public: ['/', '/pricing'], protected: ['/dashboard'], signIn: '/sign-in' },
  api: ['/api/me'],
  webhook: { path: '/api/webhooks/clerk' },
  health: { path: '/api/health' },
  network: { requestsPerSecond: 1000, requestTimeoutMs: 2000 },
};

/** Statuses of all checks against a server that answers everything in one way; a message when the target is refused as a whole. */
async function sweep(
  respond: (response: ServerResponse, url: string) => void,
): Promise<Record<string, Outcome['status']> | string> {
  const server = await serve((request, response) => respond(response, request.url ?? ''));
  const readiness = resolveOptions({ ...OPTIONS, baseURL: server.origin }, {});
  let target: Target;
  try {
    target = await Target.connect(readiness);
  } catch (failure) {
    assert.ok(failure instanceof TargetError);
    return failure.message;
  }
  const statuses: Record<string, Outcome['status']> = {};
  for (const check of CHECKS)
    statuses[check.id] = (await verify(check, { readiness, target, identity: target.identity })).status;
  await target.close();
  return statuses;
}

const html =
  (status: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'text/html', ...headers })
      .end('<!doctype html><title>x</title><h1>One answer for everything</h1><a href="/">Home</a>');
const json = (status: number) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"one answer"}');

/** Checks that such a target may pass, because what they ask for is truly so. */
const TRUE_ANYWAY: ReadonlyArray<
  readonly [name: string, respond: (response: ServerResponse, url: string) => void, passing: readonly string[] | RegExp]
> = [
  ['200 HTML', html(200), ['exposure/dotfiles', 'routes/public-reachable']],
  ['401 HTML', html(401), /refuses visitors/],
  [
    '401 JSON',
    json(401),
    ['api/unauthenticated-401', 'errors/auth-failure', 'exposure/dotfiles', 'routes/protected-redirect'],
  ],
  ['403 HTML', html(403), /refuses visitors/],
  ['403 JSON', json(403), ['errors/auth-failure', 'exposure/dotfiles', 'routes/protected-redirect']],
  ['404 HTML', html(404), ['errors/auth-failure', 'errors/not-found-page', 'exposure/dotfiles']],
  ['302 to /sign-in', (response) => response.writeHead(302, { location: '/sign-in' }).end(), /redirects in a loop/],
  [
    '302 to a sign-in that answers',
    (response, url) =>
      url.startsWith('/sign-in') ? html(200)(response) : response.writeHead(302, { location: '/sign-in' }).end(),
    ['errors/auth-failure', 'exposure/dotfiles'],
  ],
  ['500', html(500), /is down/],
  [
    '500 except for the home page',
    (response, url) => (url === '/' ? html(200)(response) : html(500)(response)),
    ['exposure/dotfiles'],
  ],
  [
    'a broken connection except for the home page',
    (response, url) => (url === '/' ? html(200)(response) : response.destroy()),
    [],
  ],
  ['429 except for the home page', (response, url) => (url === '/' ? html(200)(response) : html(429)(response)), []],
];

describe('a target that answers everything with', () => {
  for (const [name, respond, expected] of TRUE_ANYWAY) {
    it(`${name} is never ready`, { timeout: 60_000 }, async () => {
      const statuses = await sweep(respond);
      if (expected instanceof RegExp) return assert.match(String(statuses), expected);
      const passing = Object.entries(statuses)
        .filter(([, status]) => status === 'pass')
        .map(([id]) => id)
        .sort();
      assert.deepEqual(passing, expected, JSON.stringify(statuses, null, 1));
    });
  }
});
