import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { publishableKeyLive } from '../../src/areas/environment.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { exchange, expectation } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const key = (kind: string, host: string) => `pk_${kind}_${Buffer.from(`${host}$`).toString('base64')}`;
const LIVE = key('live', 'clerk.example.com');
const TEST = key('test', 'happy-cat-12.clerk.accounts.dev');
const page = (path: string, ...keys: string[]) =>
  exchange({
    path,
    body: `<html>${keys.map((one) => `<script data-clerk-publishable-key="${one}"></script>`).join('')}`,
  });
const bundle = (...keys: string[]) =>
  exchange({
    path: '/app.js',
    headers: { 'content-type': 'text/javascript' },
    body: keys.map((one) => `x="${one}";`).join(''),
  });
const judge = (
  pages: ReturnType<typeof page>[],
  { scripts = [], options = {} }: { scripts?: ReturnType<typeof bundle>[]; options?: ReadinessOptions } = {},
) => publishableKeyLive.judge({ pages, scripts }, expectation(options));

describe('environment/publishable-key-live', () => {
  it('passes on one live key on every page', () => {
    const judgement = judge([page('/', LIVE), page('/sign-in', LIVE)]);
    assertClean(judgement);
    assert.match(judgement.summary, /clerk\.example\.com on 2 pages/);
  });
  it('passes on a key in a bundle', () => assertClean(judge([page('/')], { scripts: [bundle(LIVE)] })));
  it("passes beside Stripe's key in a bundle", () =>
    assertClean(judge([page('/')], { scripts: [bundle(LIVE, `pk_live_51${randomBytes(50).toString('hex')}`)] })));
  for (const profile of ['staging', 'preview'] as const)
    it(`passes on a test key in ${profile}`, () => assertClean(judge([page('/', TEST)], { options: { profile } })));
  it('passes on an example in the text of a page', () => {
    const docs = exchange({
      path: '/docs',
      body: `<script data-clerk-publishable-key="${LIVE}"></script><pre>publishableKey="${TEST}"</pre>`,
    });
    assertClean(judge([page('/', LIVE), docs]));
  });

  it('says which of two keys is malformed', () => {
    const { findings } = judge([page('/', LIVE), page('/pricing', LIVE.slice(0, -6))]);
    assert.match(findings.map(({ message }) => message).join('\n'), /and pk_live_\S+ \(malformed\) at \S+pricing/);
  });

  for (const [name, pages, options, text] of [
    ['a test key in production', [page('/', TEST)], {}, /Test keys in production.*pk_live_ and sk_live_/],
    [
      'a live key of a development host',
      [page('/', key('live', 'happy-cat-12.clerk.accounts.dev'))],
      {},
      /Test keys in production/,
    ],
    ['a malformed key', [page('/', LIVE.slice(0, -6))], {}, /cut or quoted/],
    ['a malformed key in staging', [page('/', 'pk_test_')], { profile: 'staging' }, /cut or quoted/],
    [
      'two keys on two pages',
      [page('/', LIVE), page('/pricing', key('live', 'clerk.other.example'))],
      {},
      /prerendered or cached with an older key/,
    ],
    [
      'another key than given',
      [page('/', LIVE)],
      { clerk: { publishableKey: key('live', 'clerk.other.example') } },
      /key of another instance/,
    ],
  ] as ReadonlyArray<readonly [string, ReturnType<typeof page>[], ReadinessOptions, RegExp]>) {
    it(`fails on ${name}`, () => {
      const finding = only(judge(pages, { options }));
      assert.equal(finding.level, 'error');
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }
  it('is not verified without a key, with the next step', () =>
    assert.match(judge([page('/')]).unverified ?? '', /routes\.public, or set routes\.signIn/));
  it('is not verified when a bundle has two', () =>
    assert.match(judge([page('/')], { scripts: [bundle(LIVE, TEST)] }).unverified ?? '', /2 publishable keys/));
});
