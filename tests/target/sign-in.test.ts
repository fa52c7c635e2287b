import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { isNextRefusal } from '../../src/target/next.ts';
import { endOf, isHandshake, isSamePage, isSignIn, redirectsToSignIn, returnUrl } from '../../src/target/sign-in.ts';
import { exchange, expectation, failure, ORIGIN, visit } from '../support/exchange.ts';

const at = (url: string, signIn?: string) =>
  isSignIn(
    new URL(url, ORIGIN),
    expectation({ routes: { ...(signIn !== undefined && { signIn }) } } satisfies ReadinessOptions),
  );

describe('isSignIn', () => {
  for (const [url, signIn, expected] of [
    ['/sign-in', undefined, true],
    ['/sign-in/factor-one?x=1', undefined, true],
    ['/login', undefined, true],
    ['/en/sign-in', undefined, true],
    ['/auth/log_in/', undefined, true],
    ['/sign-insurance', undefined, false],
    ['/design-in', undefined, false],
    ['/blog/login-tips', undefined, false],
    ['/users/sign_in', undefined, true],
    ['/admin/login', undefined, true],
    ['/settings/login', undefined, false],
    ['/account/security/sign-in', undefined, false],
    ['/settings/login', '/settings/login', true],
    ['/', undefined, false],
    ['/sign-in', '/sign-in', true],
    ['/pt-BR/sign-in/sso', '/sign-in', true],
    ['/ca/fr/sign-in/sso', '/sign-in', true],
    ['/sign-insurance', '/sign-in', false],
    ['/login', '/sign-in', false],
    ['/account', '/account', true],
    ['/', '/', true],
    ['/dashboard', '/', false],
    ['https://accounts.example.com/sign-in', undefined, true],
    ['https://accounts.example.com/sign-in', '/sign-in', true],
    ['https://happy-cat-12.accounts.dev/sign-in?redirect_url=x', undefined, true],
    ['https://accounts.example.com/user', undefined, false],
    ['https://login.example.com/go', 'https://login.example.com/go', true],
    ['https://login.example.com/elsewhere', 'https://login.example.com/go', false],
    ['https://evil.example/sign-in', undefined, false],
    ['https://app.example.com.evil.example/sign-in', '/sign-in', false],
  ] as const) {
    it(`${url} is ${expected ? '' : 'not '}sign-in with signIn ${signIn}`, () =>
      assert.equal(at(url, signIn), expected));
  }
});

describe('returnUrl', () => {
  const back = (url: string) => returnUrl(new URL(url, ORIGIN), ORIGIN)?.href;
  it('reads redirect_url', () =>
    assert.equal(back(`/sign-in?redirect_url=${encodeURIComponent(`${ORIGIN}/a?b=1`)}`), `${ORIGIN}/a?b=1`));
  it('prefers redirect_url', () => assert.equal(back('/sign-in?next=%2Fx&redirect_url=%2Fy'), `${ORIGIN}/y`));
  it('reads any parameter with a path', () =>
    assert.equal(back('/login?locale=en&next=%2Fdashboard'), `${ORIGIN}/dashboard`));
  it('reads the fragment of the Account Portal', () =>
    assert.equal(
      back('https://accounts.example.com/sign-in#/?redirect_url=https%3A%2F%2Fapp.example.com%2Fa'),
      `${ORIGIN}/a`,
    ));
  it('shows another origin for what it is', () =>
    assert.equal(back('/sign-in?redirect_url=%2F%2Fevil.example%2Fx'), 'https://evil.example/x'));
  it('is nothing without one', () => assert.equal(back('/sign-in?locale=en'), undefined));
});

describe('the rest', () => {
  const context = expectation();
  it('tells the handshake, also behind a proxy', () => {
    assert.equal(isHandshake(new URL('https://clerk.example.com/v1/client/handshake?x=1')), true);
    assert.equal(isHandshake(new URL(`${ORIGIN}/__clerk/v1/client/handshake`)), true);
    assert.equal(isHandshake(new URL(`${ORIGIN}/v1/client`)), false);
  });
  it('tells redirects to sign-in', () => {
    const to = (location: string, status = 307) =>
      redirectsToSignIn(exchange({ path: '/dashboard', status, headers: { location } }), context);
    assert.equal(to('/sign-in?redirect_url=x'), true);
    assert.equal(to('https://clerk.example.com/v1/client/handshake'), true);
    assert.equal(to('/'), false);
    assert.equal(to('/sign-in', 200), false);
    assert.equal(redirectsToSignIn(failure('ECONNRESET'), context), false);
  });
  it('finds where a visit ended', () => {
    const sent = exchange({ status: 302, headers: { location: 'https://accounts.example.com/sign-in' } });
    assert.equal(endOf({ ...visit(sent), stopped: 'left-target' }).href, 'https://accounts.example.com/sign-in');
    assert.equal(endOf(visit(exchange({ path: '/a' }))).pathname, '/a');
  });
  it('takes a locale and a slash for the same page', () => {
    assert.equal(isSamePage('/en/dashboard/', '/dashboard'), true);
    assert.equal(isSamePage('/dashboard', '/dash'), false);
    for (const locale of ['pt-BR', 'es-419', 'zh-Hant-TW', 'en_US', 'zh-hans'])
      assert.equal(isSamePage(`/${locale}/dashboard`, '/dashboard'), true, locale);
    assert.equal(isSamePage('/my-admin/dashboard', '/dashboard'), false);
    for (const own of ['/me/', '/my/']) assert.equal(isSamePage(own, '/'), false, own);
    for (const [path, declared] of [
      ['/us/en/dashboard', '/dashboard'],
      ['/en/me/settings', '/me/settings'],
    ] as const)
      assert.equal(isSamePage(path, declared), true, path);
    assert.equal(isSamePage('/us/en/de/dashboard', '/dashboard'), false);
  });
  it('reads the refusal that Next streams in a 200, for any sign-in page', () => {
    const custom = expectation({ routes: { signIn: '/welcome' } });
    const refused = (body: string, ctx = context) => isNextRefusal(exchange({ path: '/dashboard', body }), ctx);
    assert.equal(refused('2:E{"digest":"NEXT_REDIRECT;replace;/sign-in?redirect_url=x;307;"}'), true);
    assert.equal(refused('2:E{"digest":"NEXT_REDIRECT;replace;/welcome;307;"}', custom), true);
    assert.equal(refused('2:E{"digest":"NEXT_REDIRECT;replace;/elsewhere;307;"}'), false);
    assert.equal(refused('<meta id="__next-page-redirect" http-equiv="refresh" content="1;url=/sign-in?x=1">'), true);
    assert.equal(refused('<meta id="__next-page-redirect" http-equiv="refresh" content="1;url=/home">'), false);
    assert.equal(refused('E{"digest":"NEXT_HTTP_ERROR_FALLBACK;404"}'), true);
    assert.equal(refused('<h1>Dashboard</h1>'), false);
  });
});
