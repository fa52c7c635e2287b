import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authBundle, uiRun } from '../../src/areas/performance/auth-bundle.ts';
import type { PageRun } from '../../src/areas/performance/auth-bundle.ts';
import { frontendApiCalls } from '../../src/areas/performance/frontend-api-calls.ts';
import { middlewareRuntime } from '../../src/areas/performance/middleware-runtime.ts';
import { median } from '../../src/median.ts';
import type { MiddlewareSource } from '../../src/source/middleware.ts';
import { exchange, expectation } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const next = (path: string, runtime?: unknown, version = '16.4.5'): MiddlewareSource => ({
  kind: 'next',
  app: { version, base: '', basePath: '', languages: '', isMoved: false, ownExtensions: '' },
  files: [{ path, callsClerk: 'yes', runtime }],
  misplaced: [],
  authRoutes: [],
});

const timing = (durations: readonly number[], headers: Record<string, string> = {}) => ({
  guard: { exchange: exchange({ path: '/dashboard', status: 307, headers: { location: '/sign-in' } }), durations },
  asset: {
    exchange: exchange({ path: '/a.js', headers: { 'content-type': 'text/javascript', ...headers } }),
    durations: [2, 3, 3, 3, 3, 4, 90],
  },
});

const judge = (durations: readonly number[], source = next('proxy.ts'), headers = {}) =>
  middlewareRuntime.judge({ source, ...timing(durations, headers) }, expectation());

describe('performance/middleware-runtime', () => {
  it('passes on a quick guard and names the runtime', () => {
    const judgement = judge([5, 6, 7, 8, 9, 9, 900]);
    assertClean(judgement);
    assert.match(judgement.summary, /proxy\.ts runs in Node\.js; a guarded redirect takes 8 ms, a static file 3 ms/);
  });
  it('warns of a ratio that nobody notices', () =>
    assert.equal(only(judge([40, 41, 42, 43, 44, 45, 46])).level, 'warning'));
  it('fails on a guard that is always slow', () =>
    assert.equal(only(judge([400, 410, 420, 430, 440, 450, 460])).level, 'error'));
  it('fails on it as well where the machine is so busy that files are slow most of the time', () => {
    const { guard, asset } = timing([400, 410, 420, 430, 440, 450, 460]);
    const busy = { ...asset, durations: [4, 60, 70, 80, 90, 100, 110] };
    const evidence = { source: next('proxy.ts'), guard, asset: busy };
    assert.equal(only(middlewareRuntime.judge(evidence, expectation())).level, 'error');
  });
  it('warns where one quick answer shows that it was the machine', () =>
    assert.equal(only(judge([20, 410, 420, 430, 440, 450, 460])).level, 'warning'));
  it('warns where the file comes from a cache nearby', () =>
    assert.equal(
      only(judge([400, 410, 420, 430, 440, 450, 460], next('proxy.ts'), { 'x-vercel-cache': 'HIT' })).level,
      'warning',
    ));
  for (const [path, runtime, version, level] of [
    ['proxy.ts', 'edge', '16.4.5', 'error'],
    ['middleware.ts', 'node', '16.4.5', 'error'],
    ['middleware.ts', 'nodejs', '14.2.25', 'warning'],
  ] as const)
    it(`gives the runtime ${runtime} in ${path} of Next.js ${version} as ${level}`, () =>
      assert.equal(only(judge([5], next(path, runtime, version))).level, level));
  for (const [runtime, text] of [
    [undefined, /edge runtime/],
    ['nodejs', /Node\.js/],
    ['experimental-edge', /edge runtime/],
  ] as const)
    it(`knows middleware.ts with the runtime ${runtime}`, () => {
      const judgement = judge([5], next('middleware.ts', runtime));
      assertClean(judgement);
      assert.match(judgement.summary, text);
    });
  for (const [durations, clean] of [
    [[20, 21, 280], true],
    [[320, 330, 340], false],
  ] as const)
    it(`${clean ? 'passes' : 'is not verified'} without a file to compare with, at ${durations[0]} ms`, () => {
      const asset = { exchange: exchange({ path: '/favicon.ico', status: 404 }), durations: [2, 3, 4] };
      const judgement = middlewareRuntime.judge(
        { source: next('proxy.ts'), guard: timing(durations).guard, asset },
        expectation(),
      );
      if (!clean) return assert.match(judgement.unverified ?? '', /could not be measured/);
      assertClean(judgement);
      return assert.doesNotMatch(judgement.summary, /static file|undefined/);
    });
  it('is not verified without source, or without a refusal to measure', () => {
    assert.match(judge([5], { kind: 'unknown', problem: 'set project.root' }).unverified ?? '', /set project\.root/);
    assert.match(
      middlewareRuntime.judge({ source: next('proxy.ts') }, expectation()).unverified ?? '',
      /set routes\.protected/,
    );
    const shown = { ...timing([5]), guard: { exchange: exchange({ path: '/dashboard' }), durations: [5] } };
    assert.match(
      middlewareRuntime.judge({ source: next('proxy.ts'), ...shown }, expectation()).unverified ?? '',
      /could not be measured/,
    );
  });
  it('takes the middle', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });
});

describe('performance/auth-bundle', () => {
  const run = (
    over: Partial<PageRun> = {},
    html = '<script async src="https://clerk.example.com/npm/@clerk/clerk-js@6/dist/clerk.browser.js"></script>',
  ): PageRun => ({
    path: '/',
    document: exchange({ body: html }),
    showsAuth: false,
    scripts: [],
    ran: 3,
    ...over,
  });
  const ui = [{ url: '/a.js', ranUi: true }];
  it('passes on async, defer and module scripts, and on a preload', () => {
    const scripts = ['async', 'defer', 'type="module"'].map(
      (how) => `<script ${how} src="/npm/@clerk/ui@1/dist/ui.browser.js"></script>`,
    );
    assertClean(
      authBundle.judge(
        [run({}, `${scripts.join('')}<link rel="preload" href="/npm/@clerk/ui@1/dist/ui.browser.js">`)],
        expectation(),
      ),
    );
  });
  it('fails on a script that the page waits for', () =>
    assert.match(
      only(authBundle.judge([run({}, '<script data-clerk-js-script src="/clerk.js"></script>')], expectation()))
        .message,
      /neither async nor defer/,
    ));
  it('fails on UI that ran and is not shown', () =>
    assert.match(only(authBundle.judge([run({ scripts: ui })], expectation())).cause, /imported statically/));
  it('passes on UI that is shown, or was only loaded', () =>
    assertClean(
      authBundle.judge(
        [run({ scripts: ui, showsAuth: true }), run({ scripts: [{ url: '/a.js', ranUi: false }] })],
        expectation(),
      ),
    ));
  it('is not verified where nothing ran', () => {
    assert.notEqual(authBundle.judge([run({ ran: 0 })], expectation()).unverified, undefined);
    assert.notEqual(authBundle.judge([], expectation()).unverified, undefined);
  });

  const source = `(self.webpackChunk=[]).push([[1],{7:function(){createCache({key:"cl-internal"})}}])`;
  const start = source.indexOf('function');
  const coverage = (count: number, url = 'https://app.example.com/a.js', text = source) =>
    uiRun({
      url,
      source: text,
      functions: [
        { ranges: [{ startOffset: 0, endOffset: text.length, count: 1 }] },
        { ranges: [{ startOffset: start, endOffset: text.length - 3, count }] },
      ],
    });
  it('tells a module that ran from one that was registered', () => {
    assert.equal(coverage(1)?.ranUi, true);
    assert.equal(coverage(0)?.ranUi, false);
  });
  it('takes a script without a registry for run', () =>
    assert.equal(coverage(0, '/a.js', source.replace('webpackChunk', 'own'))?.ranUi, true));
  it('leaves out Clerk’s own scripts and class names that are overridden', () => {
    assert.equal(coverage(1, 'https://clerk.example.com/npm/@clerk/ui@1/dist/ui-common.js'), undefined);
    assert.equal(coverage(1, '/a.js', source.replace('"cl-internal"', '".cl-internal-1a2b"')), undefined);
  });
});

describe('performance/user-data-cached: the browser', () => {
  const open = (calls: Record<string, number>, failure?: string) =>
    frontendApiCalls.judge(
      [{ path: '/', signedIn: false, calls, ...(failure !== undefined && { failure }) }],
      expectation(),
    );
  it('passes on a few calls', () => assertClean(open({ '/v1/client': 2, '/v1/environment': 1 })));
  it('fails on a loop', () => assert.match(only(open({ '/v1/client': 4 })).message, /4 times/));
  it('is not verified where nothing was called or opened', () => {
    assert.match(open({}).unverified ?? '', /no page called/);
    assert.match(open({}, 'net::ERR').unverified ?? '', /could not be opened/);
  });
});
