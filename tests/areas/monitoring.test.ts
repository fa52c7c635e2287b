import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { health } from '../../src/areas/monitoring.ts';
import { Redactor } from '../../src/target/redact.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const BODY = '{"status":"pass","checks":{"clerk":{"status":"pass","latencyMs":12}}}';

function judge(
  answer: Answer = {},
  { contains, head = 200, durationMs = 80 }: { contains?: string; head?: number; durationMs?: number } = {},
) {
  const get = { ...exchange({ path: '/api/health', headers: HEADERS, body: BODY, ...answer }), durationMs };
  return health.judge(
    { get, head: exchange({ method: 'HEAD', path: '/api/health', status: head, headers: HEADERS }) },
    expectation({ health: { path: '/api/health', ...(contains !== undefined && { contains }) } }),
  );
}
/** Redacted as where exchanges are recorded. */
const json = (value: unknown) => ({ body: new Redactor([]).text(JSON.stringify(value)) });

describe('monitoring/health', () => {
  it('passes on JSON that names Clerk', () => assertClean(judge()));
  it('passes on health+json with a warning state', () =>
    assertClean(
      judge({
        headers: { ...HEADERS, 'content-type': 'application/health+json' },
        ...json({ status: 'warn', checks: { clerk: [{ status: 'warn' }] } }),
      }),
    ));
  it('passes on text that is declared and names Clerk', () =>
    assertClean(
      judge({ headers: { ...HEADERS, 'content-type': 'text/plain' }, body: 'ok clerk=ok' }, { contains: 'ok' }),
    ));
  it('passes on declared text that Express sends as text/html', () =>
    assertClean(
      judge(
        { headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }, body: 'clerk=ok' },
        { contains: 'clerk=ok' },
      ),
    ));
  it('passes on words that describe a check and not its state', () =>
    assertClean(
      judge(json({ status: 'ok', clerk: { status: 'ok', severity: 'critical', lastError: 'timeout' }, error: null })),
    ));
  for (const value of [
    { status: 'UP', components: { clerk: { status: 'UP', details: { latencyMs: 450 } }, db: { status: 'UP' } } },
    [
      { name: 'clerk', healthy: true },
      { name: 'db', healthy: true },
    ],
    { status: 'ok', info: { clerk: { status: 'up' } }, error: {}, details: { clerk: { status: 'up' } } },
    { status: 'healthy', clerk: 'reachable', errors: [], failed: 0 },
    { status: 'ok', degraded: false, clerk: { status: 'ok', down: false, error: null, lastFailure: null } },
    { checks: { 'clerk:responseTime': [{ status: 'pass', observedValue: 30, observedUnit: 'ms' }] } },
    { clerk: true, region: 'fra1' },
    { clerk: { code: 200, ms: 7 } },
    { clerk: { isHealthy: true, ms: 3 }, db: { passed: true } },
    { checks: [{ name: 'clerk', passed: true }] },
    { clerk: 'ok', maintenance: false, mail: 'not configured', services: { mail: false } },
    { checks: [{ name: 'Auth (Clerk)', status: 'ok' }] },
  ])
    it(`passes on ${JSON.stringify(value)}`, () => assertClean(judge(json(value))));
  for (const value of [
    { status: 'ok', clerk: null },
    { status: 'ok', clerk: 'not configured' },
    { status: 'ok', clerk: 'skipped' },
    { status: 'ok', checks: { clerk: { status: 'unknown' } } },
    { status: 'degraded', checks: { clerk: { status: 'degraded' } } },
    { status: 'ok', clerk: { enabled: true } },
    { status: 'ok', clerk: { latencyMs: 12 } },
    { status: 'ok', checks: ['clerk', 'db'] },
  ])
    it(`is not verified by ${JSON.stringify(value)}`, () => {
      const { findings, unverified } = judge(json(value));
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', /names Clerk/);
    });
  for (const value of [
    { status: 'UP', components: { clerk: { status: 'OUT_OF_SERVICE' } } },
    { status: 'ok', clerk: 'unavailable' },
    { status: 'ok', clerk: { code: 500 } },
    { status: 'ok', clerk: { statusCode: 401 } },
    { status: 'ok', clerk: { ok: true, error: 'ECONNREFUSED 10.0.0.5:443' } },
    { status: 'ok', clerk: 'ok', db: { ok: false } },
    { status: 'ok', clerk: 'ok', db: 'not connected' },
    { status: 'ok', clerk: 'ok', db: { isHealthy: false } },
    { status: 'ok', clerk: 'ok', db: { alive: false } },
    { status: 'OK', clerk: 'OK', db: 'KO' },
    { status: 'ok', checks: { db: false, clerk: true } },
  ])
    it(`fails on ${JSON.stringify(value)}`, () =>
      assert.match(judge(json(value)).findings[0]?.message ?? '', /its sub-check "(clerk|db)" has failed/));
  for (const value of [
    { status: 'ok', app: 'clerk-dashboard' },
    { name: 'clerk-dashboard', status: 'ok' },
    { status: 'ok', authProvider: 'clerk' },
    { status: 'ok', clerkConfigured: true },
  ])
    it(`takes ${JSON.stringify(value)} for a body that does not name Clerk`, () =>
      assert.match(only(judge(json(value))).message, /does not name Clerk/));
  it('warns on plain declared text that does not name Clerk', () => {
    const finding = only(
      judge({ headers: { ...HEADERS, 'content-type': 'text/plain' }, body: 'OK' }, { contains: 'OK' }),
    );
    assert.equal(finding.level, 'warning');
  });

  const secret = ['sk', 'live', randomBytes(16).toString('hex')].join('_');
  for (const [name, given, extra, text] of [
    ['an HTML page', { headers: { ...HEADERS, 'content-type': 'text/html' }, body: '<html>' }, {}, /catch-all page/],
    ['sign-in', { status: 307, headers: { location: '/sign-in' } }, {}, /guard covers the health endpoint/],
    ['401', { status: 401 }, {}, /guard covers/],
    [
      'another spelling',
      { status: 308, headers: { location: '/api/health/' } },
      {},
      /Set health\.path, and the monitor, to \/api\/health\//,
    ],
    ['404', { status: 404 }, {}, /No route is there/],
    ['500', { status: 500 }, {}, /endpoint fails itself.*answer 503/],
    ['503', { status: 503, ...json({ checks: { clerk: 'down' } }) }, {}, /CLERK_SECRET_KEY.*status\.clerk\.com/],
    ['text that nobody declared', { body: 'clerk ok' }, {}, /plain text that nobody declared/],
    ['other text than declared', {}, { contains: 'healthy!' }, /something else than health\.contains/],
    ['a static body', json({ status: 'ok' }), {}, /static or does not ask Clerk/],
    [
      '200 with a failed sub-check',
      json({ status: 'ok', checks: { clerk: { status: 'fail' } } }),
      {},
      /does not follow the sub-checks/,
    ],
    ['200 with a sub-check that is down', json({ ok: true, services: { clerk: 'down' } }), {}, /does not follow/],
    ['200 with ok: false', json({ clerk: { ok: false } }), {}, /does not follow/],
    ['no Cache-Control', { headers: { 'content-type': 'application/json' } }, {}, /CDN or a browser/],
    ['a cacheable answer', { headers: { ...HEADERS, 'cache-control': 'public, s-maxage=60' } }, {}, /CDN or a browser/],
    ['an answer of a cache', { headers: { ...HEADERS, age: '35' } }, {}, /CDN or a browser/],
    ['a hit', { headers: { ...HEADERS, 'x-cache': 'HIT' } }, {}, /CDN or a browser/],
    ['leave for a CDN', { headers: { ...HEADERS, 'cdn-cache-control': 'max-age=60' } }, {}, /CDN or a browser/],
    ['a slow answer', {}, { durationMs: 2001 }, /without a time-out/],
    ['an answer without HEAD', {}, { head: 405 }, /exports GET only/],
    ['a stack', json({ clerk: 'ok', note: 'at run (/app/health.js:1:2)' }), {}, /prints its configuration/],
    ['an environment', json({ clerk: 'ok', env: { A: 1 } }), {}, /prints its configuration/],
    [
      'the value of a variable',
      json({ clerk: 'ok', DATABASE_URL: 'postgres://u:p4ssw0rd@db/x' }),
      {},
      /Rotate what was exposed/,
    ],
    ['a secret', json({ clerk: 'ok', key: secret }), {}, /Rotate/],
  ] as ReadonlyArray<readonly [string, Answer, Parameters<typeof judge>[1], RegExp]>) {
    it(`fails on ${name}`, () => {
      const finding = only(judge(given, extra));
      assert.equal(finding.level, 'error');
      assert.match(finding.subject, /^health endpoint/);
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }
  for (const [name, value] of [
    ['a version', { clerk: 'ok', version: '1.2.3' }],
    ['the name of a variable', { clerk: 'ok', CLERK_SECRET_KEY: true }],
  ] as const) {
    it(`warns on ${name}`, () => assert.equal(only(judge(json(value))).level, 'warning'));
  }
  it('fails when it never answers, and leaves other failures to the engine', () => {
    const judged = (code: string) =>
      health.judge({ get: failure(code), head: failure(code) }, expectation({ health: { path: '/api/health' } }));
    assert.match(only(judged('TIMEOUT')).cause, /without a time-out/);
    assert.deepEqual(judged('ECONNRESET').findings, []);
  });
});
