import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { health } from '../../src/areas/monitoring.ts';
import { Redactor } from '../../src/target/redact.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

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
    { checks: { identity: { provider: 'clerk', status: 'ok' } } },
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
    { status: 'ok', auth: { provider: 'clerk' } },
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
    ['405', { status: 405 }, {}, /refuses the plain GET.*Answer a plain GET/],
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
  for (const value of [
    'no-cache, private',
    'max-age=0, private, must-revalidate',
    'public, max-age=0, must-revalidate',
  ])
    it(`passes on ${value}, which has every cache ask the app`, () =>
      assertClean(judge({ headers: { ...HEADERS, 'cache-control': value } })));
  for (const value of ['private', 'max-age=0', 'max-age=30, must-revalidate', 's-maxage=9, max-age=0, must-revalidate'])
    it(`fails on ${value}, with which a cache may answer`, () =>
      assert.match(only(judge({ headers: { ...HEADERS, 'cache-control': value } })).message, /cache/));
  it('fails where Next.js made the answer when the app was built, whatever it says of caching', () =>
    assert.match(only(judge({ headers: { ...HEADERS, 'x-nextjs-cache': 'HIT' } })).message, /x-nextjs-cache: HIT/));
  it('fails where a cache answers HEAD, whose rules Vercel takes out of the answer', () => {
    const headers = { ...HEADERS, 'cache-control': 'public, max-age=0, must-revalidate' };
    const [get, head] = [
      exchange({ headers: { ...headers, 'x-vercel-cache': 'MISS' }, body: BODY }),
      exchange({ headers: { ...headers, 'x-vercel-cache': 'HIT' } }),
    ];
    const judgement = health.judge({ get, head }, expectation({ health: { path: '/api/health' } }));
    assert.match(only(judgement).message, /x-vercel-cache: HIT/);
  });

  const RAILS = '<!DOCTYPE html><html><body style="background-color: green"></body></html>';
  const LARAVEL = `<!DOCTYPE html><html><head><script src="https://cdn.tailwindcss.com"></script></head><body>
    <h2>Application up</h2></body></html>`;
  const html = { 'content-type': 'text/html', 'cache-control': 'no-cache, private' };
  /** The check over sockets, of an app that answers unknown paths with a page. */
  const over = (contains: string | undefined, up: string, unknown: { status: number; page: string }) =>
    verifySite(
      health,
      (request, response) =>
        request.url === '/up'
          ? response.writeHead(200, html).end(up)
          : response.writeHead(unknown.status, html).end(unknown.page),
      { health: { path: '/up', ...(contains !== undefined && { contains }) } },
    );
  const notFound = { status: 404, page: '<!doctype html><h1>Not found</h1>' };
  for (const [framework, page, contains] of [
    ['Rails', RAILS, 'background-color: green'],
    ['Laravel', LARAVEL, 'Application up'],
  ] as const) {
    it(`warns only that /up of ${framework} does not name Clerk`, async () => {
      const { status, findings } = await over(contains, page, notFound);
      assert.equal(status, 'pass');
      assert.deepEqual(
        findings.map(({ level, message }) => `${level}: ${message}`),
        ['warning: the body does not name Clerk'],
      );
    });
    it(`fails on the page of ${framework} that says otherwise`, async () => {
      const { findings } = await over(contains, page.replace(/green|up</, 'red'), notFound);
      assert.match(`${findings[0]?.message} ${findings[0]?.fix}`, /HTML page.*contains/);
    });
    it(`fails on /up of ${framework} whose text nobody declared, and says how to declare it`, async () => {
      const { findings } = await over(undefined, page, notFound);
      assert.equal(findings.length, 1);
      assert.match(`${findings[0]?.cause} ${findings[0]?.fix}`, /Rails and Laravel.*contains/);
    });
  }
  for (const status of [200, 404])
    it(`fails on text that the page of unknown paths has as well, with ${status}`, async () => {
      const shell = '<!doctype html><title>Shop</title><div id="root"></div><script src="/main.js"></script>';
      const { findings } = await over('Shop', shell, { status, page: shell });
      assert.match(findings[0]?.message ?? '', /HTML page/);
      assert.match(findings[0]?.cause ?? '', /catch-all/);
    });
  it('fails when it never answers, and leaves other failures to the engine', () => {
    const judged = (code: string) =>
      health.judge({ get: failure(code), head: failure(code) }, expectation({ health: { path: '/api/health' } }));
    assert.match(only(judged('TIMEOUT')).cause, /without a time-out/);
    assert.deepEqual(judged('ECONNRESET').findings, []);
  });
});
