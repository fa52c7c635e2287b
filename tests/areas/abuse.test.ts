import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rateLimit } from '../../src/areas/abuse.ts';
import { secondsOf } from '../../src/areas/abuse/retry-after.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const PATH = '/api/contact';
const OPTIONS: ReadinessOptions = { mode: 'full', rateLimit: { path: PATH, burst: 30 } };
const answer = (over: Answer) => exchange({ method: 'POST', path: PATH, ...over });
const judge = (answers: readonly Answer[], options: ReadinessOptions = {}) =>
  rateLimit.judge(answers.map(answer), expectation({ ...OPTIONS, ...options }));
const limited = (retryAfter?: string): Answer => ({
  status: 429,
  headers: { date: 'Mon, 23 Nov 2026 10:00:00 GMT', ...(retryAfter !== undefined && { 'retry-after': retryAfter }) },
});
const open: readonly Answer[] = Array.from({ length: 5 }, () => ({ status: 400 }));

describe('abuse/rate-limit', () => {
  it('passes on 429 with seconds', () => assertClean(judge([...open, limited('3')])));
  it('passes on 429 with a date', () => assertClean(judge([...open, limited('Mon, 23 Nov 2026 10:00:30 GMT')])));
  it('passes when the limit of an earlier burst still holds', () => assertClean(judge([limited('3')])));
  it('passes when a firewall steps in', () =>
    assertClean(judge([...open, { status: 403, headers: { 'cf-mitigated': 'challenge' } }])));
  it('passes when a filter steps in', () => assertClean(judge([...open, { status: 403 }])));

  it('fails without a limit', () => assert.match(only(judge(open)).message, /^5 requests in a row were all answered/));
  it('fails on 429 without Retry-After', () =>
    assert.match(only(judge([...open, limited()])).message, /without Retry-After/));
  it('only warns where the firewall of Vercel leaves it out, which nobody can change', () => {
    const judgement = judge([...open, { status: 429, headers: { 'x-vercel-mitigated': 'deny' } }]);
    assert.equal(only(judgement).level, 'warning');
    assert.match(judgement.summary, /Retry-After: none/);
  });
  for (const name of ['RateLimit', 'X-RateLimit-Reset', 'ratelimit-reset-after'])
    it(`only warns where ${name} tells the wait instead`, () =>
      assert.equal(only(judge([...open, { status: 429, headers: { [name]: '30' } }])).level, 'warning'));
  it('fails where the limit is told and not the wait', () =>
    assert.equal(only(judge([...open, { status: 429, headers: { 'X-RateLimit-Limit': '5' } }])).level, 'error'));
  it('fails on a Retry-After with a unit', () =>
    assert.match(only(judge([...open, limited('3s')])).message, /cannot be read/));
  it('fails on 503 and names nginx', () => assert.match(only(judge([...open, { status: 503 }])).cause, /nginx/));
  it('fails on a login that refuses every password', () =>
    assert.equal(only(judge(open.map(() => ({ status: 401 })))).level, 'error'));
  it('warns about no wait', () => assert.equal(only(judge([...open, limited('0')])).level, 'warning'));
  it('warns about a wait of days', () => assert.equal(only(judge([...open, limited('3600000')])).level, 'warning'));

  const doubts: ReadonlyArray<readonly [name: string, answers: readonly Answer[], options: ReadinessOptions]> = [
    ['a wall from the first request on', [{ status: 403, headers: { 'cf-mitigated': 'challenge' } }], {}],
    ['a path that is not there', open.map(() => ({ status: 404 })), {}],
    ['another method', open.map(() => ({ status: 405 })), {}],
    ['a redirect to sign-in', open.map(() => ({ status: 307, headers: { location: '/sign-in' } })), {}],
    ['a refusal of everything', open.map(() => ({ status: 403 })), {}],
    ['the guard of a declared route', open.map(() => ({ status: 401 })), { api: [{ path: PATH, methods: ['POST'] }] }],
  ];
  for (const [name, answers, options] of doubts) {
    it(`proves nothing on ${name}`, () => {
      const { findings, unverified } = judge(answers, options);
      assert.deepEqual(findings, []);
      assert.notEqual(unverified, undefined);
    });
  }
  it('proves nothing when a request got no answer', () => {
    const judgement = rateLimit.judge([...open.map(answer), failure('ECONNRESET', PATH)], expectation(OPTIONS));
    assert.match(judgement.unverified ?? '', /not every request of the burst was answered/);
  });

  it('stops once it is refused, and takes the refusal for no obstacle', async () => {
    let asked = 0;
    const outcome = await verifySite(
      rateLimit,
      (request, response) => {
        if (request.url === PATH) asked += 1;
        const over = request.url === PATH && asked > 10;
        response.writeHead(over ? 429 : 200, { 'content-type': 'text/html', ...(over && { 'retry-after': '5' }) });
        response.end('<p>Hello</p>');
      },
      { profile: 'staging', ...OPTIONS },
    );
    assert.equal(outcome.status, 'pass', outcome.reason);
    assert.match(outcome.reason, /Retry-After: 5 to request 11/);
    assert.ok(asked < 30, `${asked} requests`);
  });

  for (const [name, counted] of [
    ['fails where the caller names the address that is counted', 'x-forwarded-for'],
    ['fails where a header that no proxy of the app sets is counted', 'true-client-ip'],
    ['passes where the entry that a proxy adds is counted', undefined],
  ] as const)
    it(`over sockets: ${name}`, async () => {
      const asked = new Map<string, number>();
      const outcome = await verifySite(
        rateLimit,
        ({ url, headers }, response) => {
          const key = String((counted && headers[counted]) ?? 'peer');
          if (url === PATH) asked.set(key, (asked.get(key) ?? 0) + 1);
          const over = url === PATH && (asked.get(key) ?? 0) > 10;
          response.writeHead(over ? 429 : 400, { 'content-type': 'text/html', ...(over && { 'retry-after': '5' }) });
          response.end('<p>Hello</p>');
        },
        { profile: 'staging', ...OPTIONS },
      );
      assert.equal(outcome.status, counted === undefined ? 'pass' : 'fail', outcome.reason);
      if (counted === undefined) return;
      assert.match(outcome.findings[0]?.message ?? '', /X-Forwarded-For/);
      assert.match(outcome.findings[0]?.fix ?? '', /address that your own proxy saw/);
    });

  it('proves nothing when everything is refused by then', async () => {
    let asked = 0;
    const outcome = await verifySite(
      rateLimit,
      (_, response) => {
        asked += 1;
        response.writeHead(asked > 1 ? 429 : 200, { 'content-type': 'text/html', 'retry-after': '5' });
        response.end('<p>Hello</p>');
      },
      { profile: 'staging', ...OPTIONS },
    );
    assert.equal(outcome.status, 'not-verified', outcome.reason);
    assert.match(outcome.reason, /a rate limit answered/);
  });
});

describe('Retry-After', () => {
  const date = 'Mon, 23 Nov 2026 10:00:00 GMT';
  for (const [value, seconds] of [
    ['0', 0],
    ['120', 120],
    ['Mon, 23 Nov 2026 10:02:00 GMT', 120],
    ['1.5', undefined],
    ['-3', undefined],
    ['soon', undefined],
    ['', undefined],
  ] as const)
    it(`“${value}” is ${seconds}`, () => assert.equal(secondsOf(value, date), seconds));
});
