import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { notCacheable, notCacheableSignedIn } from '../../src/areas/routes.ts';
import { sharedHit, sharedStorage } from '../../src/target/cache-policy.ts';
import type { SignedInAnswer } from '../../src/areas/routes/not-cacheable.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { exchange, expectation } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const REFUSAL: Answer = { path: '/dashboard', status: 307, headers: { location: '/sign-in' } };

describe('what lets a shared cache store an answer', () => {
  for (const [name, headers, stored] of [
    ['nothing', {}, false],
    ['no-store', { 'cache-control': 'private, no-cache, no-store, max-age=0, must-revalidate' }, false],
    ['private with a lifetime', { 'cache-control': 'private, max-age=600' }, false],
    ['no-cache', { 'cache-control': 'no-cache' }, false],
    ['a lifetime of zero', { 'cache-control': 'public, max-age=0, must-revalidate' }, false],
    ['a shared lifetime of zero', { 'cache-control': 's-maxage=0, max-age=600' }, false],
    ['public alone', { 'cache-control': 'public' }, true],
    ['public with a lifetime', { 'cache-control': 'Public, Max-Age=60' }, true],
    ['a lifetime without private', { 'cache-control': 'max-age=60' }, true],
    ['s-maxage', { 'cache-control': 's-maxage="31536000"' }, true],
    ['s-maxage=0 with a stale life', { 'cache-control': 's-maxage=0, stale-while-revalidate=59' }, true],
    ['a header for the CDN', { 'cache-control': 'private', 'cdn-cache-control': 'max-age=60' }, true],
    ['a header for the CDN against it', { 'cdn-cache-control': 'no-store' }, false],
    ['Surrogate-Control', { 'surrogate-control': 'max-age=3600' }, true],
    [
      'Expires in the future',
      { date: 'Mon, 23 Nov 2026 10:00:00 GMT', expires: 'Mon, 23 Nov 2026 11:00:00 GMT' },
      true,
    ],
    ['private for one header only', { 'cache-control': 'public, max-age=60, private="set-cookie"' }, true],
    ['Expires in the past', { date: 'Mon, 23 Nov 2026 10:00:00 GMT', expires: '0' }, false],
  ] as ReadonlyArray<readonly [string, Record<string, string>, boolean]>) {
    it(`${name}: ${stored}`, () => assert.equal(sharedStorage(exchange({ headers })) !== undefined, stored));
  }

  for (const [name, headers, hit] of [
    ['x-cache: MISS', { 'x-cache': 'MISS, MISS' }, false],
    ['x-cache: HIT of the second', { 'x-cache': 'MISS, HIT' }, true],
    ['cf-cache-status: DYNAMIC', { 'cf-cache-status': 'DYNAMIC' }, false],
    ['cf-cache-status: HIT', { 'cf-cache-status': 'HIT' }, true],
    ['age: 0', { age: '0' }, false],
    ['age: 9', { age: '9' }, true],
    ['x-cache of Azure', { 'x-cache': 'TCP_REMOTE_HIT' }, true],
    ['x-cache of Azure that asked the app', { 'x-cache': 'TCP_MISS' }, false],
    ['x-cache of CloudFront', { 'x-cache': 'RefreshHit from cloudfront' }, true],
    ['x-proxy-cache of nginx', { 'x-proxy-cache': 'HIT' }, true],
    ['cdn-cache of Bunny', { 'cdn-cache': 'HIT' }, true],
    ['x-cache-status of nginx', { 'x-cache-status': 'STALE' }, true],
    ['x-cache-status of nginx that asked the app', { 'x-cache-status': 'EXPIRED' }, false],
    ['x-vercel-cache: MISS', { 'x-vercel-cache': 'MISS', age: '0' }, false],
    ['x-vercel-cache: HIT', { 'x-vercel-cache': 'HIT' }, true],
  ] as ReadonlyArray<readonly [string, Record<string, string>, boolean]>) {
    it(`${name} is ${hit ? 'a' : 'no'} hit`, () => assert.equal(sharedHit(exchange({ headers })) !== undefined, hit));
  }
});

describe('routes/not-cacheable without a session', () => {
  const judge = (answer: Answer) =>
    notCacheable.judge([{ path: '/dashboard', exchange: exchange({ ...REFUSAL, ...answer }) }], expectation());
  const refusedWith = (headers: Record<string, string>) => judge({ headers: { location: '/sign-in', ...headers } });

  it('passes on a redirect and on a 401 that say nothing about caching', () => {
    assertClean(judge({}));
    assertClean(judge({ status: 401, headers: {} }));
  });
  it('warns of a 404 that says nothing about caching', () => {
    assert.equal(only(judge({ status: 404, headers: {} })).level, 'warning');
    assertClean(judge({ status: 404, headers: { 'cache-control': 'private, no-store' } }));
  });
  it('warns of a permanent redirect, which browsers keep', () => {
    const finding = only(judge({ status: 301 }));
    assert.match(
      `${finding.level} ${finding.cause} ${finding.fix}`,
      /^warning .*keep a permanent redirect for good.*302 or 307/,
    );
    assertClean(judge({ status: 301, headers: { location: '/sign-in', 'cache-control': 'no-store' } }));
  });
  it('fails on a refusal that may be stored', () =>
    assert.match(only(refusedWith({ 'cache-control': 'public, max-age=600' })).message, /max-age=600/));
  it('fails on a refusal from a cache, but on Vercel, which asks the middleware first', () => {
    assert.equal(only(refusedWith({ age: '30' })).level, 'error');
    assertClean(refusedWith({ age: '30', 'x-vercel-cache': 'HIT' }));
  });
  it('judges the refusal, not the hop to its slash or locale', async () => {
    const outcome = await verifySite(
      notCacheable,
      ({ url }, response) => {
        const moved = { location: '/dashboard/', 'cache-control': 'public, max-age=3600' };
        if (url === '/dashboard') response.writeHead(308, moved).end();
        else if (url === '/dashboard/') response.writeHead(307, { location: '/sign-in' }).end();
        else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Acme</h1>');
      },
      { routes: { protected: ['/dashboard'] } },
    );
    assert.deepEqual([outcome.status, outcome.findings], ['pass', []]);
  });
  it('has nothing to look at where nothing is declared', () => {
    assert.match(notCacheable.judge([], expectation()).unverified ?? '', /routes\.protected or in api/);
    const none = notCacheable.judge([], expectation({ routes: { protected: false }, api: false }));
    assert.match(none.inapplicable ?? '', /declared as not existing/);
    const shells: ReadinessOptions['routes'] = { protected: [{ path: '/app', guard: 'client' }] };
    assert.match(
      notCacheable.judge([], expectation({ routes: shells, api: false })).inapplicable ?? '',
      /in the browser/,
    );
    assert.match(notCacheable.judge([], expectation({ routes: shells })).unverified ?? '', /in api/);
  });
});

const page = (...lines: string[]) =>
  `<html><title>Acme</title><body>${lines.map((line) => `<p>${line}</p>`).join('')}</body></html>`;
const MINE: Answer = { body: page('Your invoices', 'Invoice for Ada Lovelace', 'Due on Monday') };
const HOME = exchange({ body: page('Welcome to Acme', 'Buy things', 'Contact us') });

describe('routes/not-cacheable with a session', () => {
  const record = (parts: Partial<Record<'signedIn' | 'first' | 'second', Answer>>): SignedInAnswer => ({
    place: { path: '/dashboard', as: 'document' },
    signedIn: exchange({ path: '/dashboard', ...MINE, ...parts.signedIn }),
    first: exchange({ path: '/dashboard?clerk-readiness=1', ...MINE, ...parts.first }),
    second: exchange({ ...REFUSAL, path: '/dashboard?clerk-readiness=1', ...parts.second }),
    baselines: [exchange(REFUSAL), HOME],
  });
  const judge = (parts: Parameters<typeof record>[0], place: Partial<SignedInAnswer['place']> = {}) => {
    const recorded = record(parts);
    return notCacheableSignedIn.judge([{ ...recorded, place: { ...recorded.place, ...place } }], expectation());
  };

  it('passes where the next client is refused', () => assertClean(judge({})));
  it('does not say that nobody else gets it where the refusal carries the page', () => {
    const { findings, unverified } = judge({ second: { body: MINE.body ?? '' } });
    assert.deepEqual(findings, []);
    assert.match(unverified ?? '', /its body has what the test user is shown \("Your invoices"\)/);
  });
  it('passes where the next client gets the home page', () =>
    assertClean(judge({ second: { status: 200, body: page('Welcome to Acme', 'Buy things', 'Contact us') } })));
  for (const [name, headers] of [
    ['s-maxage', { 'cache-control': 's-maxage=31536000' }],
    ['public', { 'cache-control': 'public, max-age=300' }],
    ['a hit', { 'cf-cache-status': 'HIT' }],
  ] as ReadonlyArray<readonly [string, Record<string, string>]>)
    it(`fails on an answer with ${name}`, () => assert.equal(only(judge({ signedIn: { headers } })).level, 'error'));
  it('warns of a page that Vercel gives from its cache after the guard', () => {
    const headers = { 'cache-control': 'public, max-age=0, must-revalidate', 'x-vercel-cache': 'PRERENDER' };
    assert.equal(only(judge({ signedIn: { headers } })).level, 'warning');
  });
  it('warns of a page that Netlify gives from its cache after the guard, and fails where a refusal comes from there', () => {
    const headers = { age: '9', 'cache-status': '"Netlify Durable"; hit; ttl=99, "Netlify Edge"; fwd=miss' };
    assert.equal(only(judge({ signedIn: { headers } })).level, 'warning');
    const refused = exchange({ ...REFUSAL, headers: { location: '/sign-in', ...headers } });
    assert.equal(only(notCacheable.judge([{ path: '/dashboard', exchange: refused }], expectation())).level, 'error');
  });
  it('warns of an answer whose age lets caches guess, unless it says for whom it is', () => {
    const age = { 'last-modified': 'Mon, 23 Nov 2026 10:00:00 GMT' };
    assert.match(only(judge({ signedIn: { headers: age } })).message, /Last-Modified \(Mon, .* no Cache-Control/);
    for (const [name, value] of [
      ['vary', 'Accept, Cookie'],
      ['cache-control', 'private'],
      ['expires', '0'],
    ] as const)
      assertClean(judge({ signedIn: { headers: { ...age, [name]: value } } }));
  });
  it('fails where the next client gets what the test user got', () => {
    const finding = only(judge({ second: { status: 200, headers: { 'x-cache': 'HIT' }, ...MINE } }));
    assert.match(finding.message, /"Your invoices", to a client without a session \(x-cache: HIT\)/);
  });
  it('fails where a known text comes back, whatever else does', () =>
    void only(
      judge(
        { second: { status: 200, body: page('Your invoices', 'Please wait', 'Contact us') } },
        { contains: 'Your invoices' },
      ),
    ));
  it('fails on JSON without any text', () => {
    const json: Answer = { headers: { 'content-type': 'application/json' }, body: '{"balance":4711}' };
    void only(judge({ first: json, second: { status: 200, ...json } }, { as: 'api' }));
  });
  it('doubts where the test user does not get the page', () =>
    assert.match(judge({ signedIn: { status: 403 } }).unverified ?? '', /give session\.user a role/));
  it('does not ask for what the test user is declared not to get', () =>
    assertClean(judge({ signedIn: { status: 403 } }, { as: 'api', authenticatedStatus: [403] })));
});
