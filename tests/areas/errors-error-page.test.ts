import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authFailure, crashPage, errorPage } from '../../src/areas/errors.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import type { PageVisit } from '../../src/browser/page-visit.ts';
import { exchange, expectation, ORIGIN, visit } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';
import type { Handler } from '../support/site.ts';

const STACK = 'Error: x\n    at read (/srv/app/lib/x.ts:18:21)';
const malformed = (...answers: Answer[]) =>
  errorPage.judge(
    answers.map((answer) => ({ name: `GET ${answer.path ?? '/%zz'}`, exchange: exchange(answer) })),
    expectation(),
  );

describe('errors/error-page, malformed requests', () => {
  const sound: ReadonlyArray<readonly [name: string, answer: Answer]> = [
    ['a page', { status: 404, body: '<h1>Not here</h1>' }],
    ['a line of text of the platform', { status: 400, headers: { 'content-type': 'text/plain' }, body: 'Bad Request' }],
    ['an empty 400', { status: 400 }],
    ['a redirect', { status: 307, headers: { location: '/sign-in' } }],
    ['a page that draws itself', { body: '<div id="root"></div><script src="/app.js"></script>' }],
  ];
  for (const [name, answer] of sound) it(`passes on ${name}`, () => assertClean(malformed(answer)));

  it('fails on a stack', () =>
    assert.match(only(malformed({ status: 500, body: `<pre>${STACK}</pre>` })).message, /stack trace/));
  it('fails on a blank page', () =>
    assert.match(only(malformed({ body: '<div id="root"></div>' })).message, /blank page/));
  it('fails on an empty 500', () => assert.match(only(malformed({ status: 500 })).message, /blank page/));
  it('warns about a 500 with a page', () =>
    assert.equal(only(malformed({ status: 500, body: 'Sorry' })).level, 'warning'));
  it('says the same thing on three paths once', () =>
    assert.match(
      only(malformed({ body: ' ' }, { path: '/%', body: ' ' }, { path: '/%c0', body: ' ' })).message,
      /also GET \/%, GET \/%c0$/,
    ));
});

for (const [id, verify] of [
  [authFailure.id, (...site) => verifySite(authFailure, ...site)],
  [errorPage.id, (...site) => verifySite(errorPage, ...site)],
] as ReadonlyArray<readonly [string, (handler: Handler, options: ReadinessOptions) => Promise<unknown>]>)
  it(`${id} sends no PUT and no DELETE in mode read-only, which a route without a guard would act on`, async () => {
    const asked = new Set<string>();
    await verify(
      ({ method = '' }, response) => {
        asked.add(method);
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Home</h1>');
      },
      { api: [{ path: '/api/items/1', methods: ['DELETE', 'PUT', 'PATCH'] }] },
    );
    assert.deepEqual([...asked].toSorted(), ['GET', 'PATCH']);
  });

const PAGE: PageVisit = {
  asked: `${ORIGIN}/crash`,
  cookies: {},
  moves: [{ url: `${ORIGIN}/crash`, status: 500 }],
  text: 'Something went wrong. Try again. Sign in',
  affordance: 'link',
  showsProtected: false,
  errors: [],
  consoleErrors: [],
};
const crashed = (page: Partial<PageVisit> = {}, { retry = true, answer = {} as Answer } = {}) =>
  crashPage.judge(
    {
      visit: visit(exchange({ path: '/crash', status: 500, body: '<script></script>', ...answer })),
      page: { ...PAGE, ...page },
      retry,
    },
    expectation({ errors: { crashPath: '/crash' } }),
  );
const { affordance: _, ...NO_SIGN_IN } = PAGE;

describe('errors/error-page, the crash path', () => {
  it('passes on a retry and a way to sign in', () => assertClean(crashed()));
  it('passes when sign-in is in the header', () => assertClean(crashed({ affordance: 'header link' })));
  it('fails on a blank page', () => assert.match(only(crashed({ blank: 'no text' })).message, /stays blank/));
  it('fails without a retry', () =>
    assert.match(only(crashed({}, { retry: false })).message, /nothing to try again with/));
  it('fails without a way to sign in', () => {
    const judgement = crashPage.judge(
      { visit: visit(exchange({ status: 500 })), page: NO_SIGN_IN, retry: true },
      expectation({ errors: { crashPath: '/crash' } }),
    );
    assert.match(only(judgement).message, /no way to sign in/);
  });
  it('fails on a stack in the source', () =>
    assert.match(only(crashed({}, { answer: { body: STACK } })).message, /stack trace/));
  it('fails on a stack that scripts draw', () => assert.match(only(crashed({ text: STACK })).message, /stack trace/));
  it('proves nothing on a path that is not there', () =>
    assert.match(crashed({}, { answer: { status: 404 } }).unverified ?? '', /nothing crashed there/));
  it('proves nothing when the path leads to sign-in', () => {
    const judgement = crashPage.judge(
      {
        visit: visit(
          exchange({ path: '/crash', status: 307, headers: { location: '/sign-in' } }),
          exchange({ path: '/sign-in' }),
        ),
        page: PAGE,
        retry: false,
      },
      expectation({ errors: { crashPath: '/crash' }, routes: { signIn: '/sign-in' } }),
    );
    assert.match(judgement.unverified ?? '', /leads to sign-in/);
  });
});
