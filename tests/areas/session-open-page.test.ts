import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { outage, revokedOpenPage, signOut } from '../../src/areas/session.ts';
import type { OutagePage, PageState } from '../../src/areas/session/outage.ts';
import type { PageVisit } from '../../src/browser/page-visit.ts';
import type { Resumed, RevokedPage } from '../../src/areas/session/revoked-open-page.ts';
import type { SignOutEvidence } from '../../src/areas/session/sign-out.ts';
import type { ProtectedRoute, ReadinessOptions } from '../../src/config/options.ts';
import { ORIGIN, exchange, expectation, visit } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const ROUTE: ProtectedRoute = { path: '/dashboard', contains: 'Your projects', guard: 'server' };
const OPTIONS: ReadinessOptions = { routes: { public: ['/', '/pricing'], protected: [ROUTE], signIn: '/sign-in' } };
const EXPECTATION = expectation(OPTIONS);
const SIGN_IN = `${ORIGIN}/sign-in?redirect_url=%2Fdashboard`;
const AT_SIGN_IN = { moves: [{ url: SIGN_IN, status: 200 }] };

function seen(parts: Partial<PageVisit> = {}): PageVisit {
  return {
    asked: `${ORIGIN}/dashboard`,
    cookies: {},
    moves: [],
    text: 'Sign in',
    showsProtected: false,
    errors: [],
    consoleErrors: [],
    ...parts,
  };
}

const SIGNED_IN = seen({
  moves: [{ url: `${ORIGIN}/dashboard`, status: 200 }],
  text: 'Your projects',
  showsProtected: true,
});

describe('a page whose session was revoked', () => {
  const page = (after: Partial<PageVisit>, parts: Partial<RevokedPage> = {}): RevokedPage => ({
    route: ROUTE,
    end: 'its session is revoked',
    interaction: 'left alone',
    before: SIGNED_IN,
    after: seen(after),
    ...parts,
  });
  const AT_FORM = seen({ ...AT_SIGN_IN, affordance: 'form' });
  const resumed = (parts: Partial<Resumed> = {}, signIn = AT_FORM): Partial<RevokedPage> => ({
    signIn,
    resumed: { clerkForm: true, after: SIGNED_IN, ...parts },
  });
  const form = (status: number, parts: Partial<RevokedPage> = {}): Partial<RevokedPage> => ({
    interaction: 'a form submitted',
    submitted: { method: 'POST', path: '/dashboard', status },
    typed: true,
    ...parts,
  });
  const judge = (...pages: RevokedPage[]) => revokedOpenPage.judge({ pages, omitted: [] }, EXPECTATION);

  const correct: ReadonlyArray<readonly [name: string, page: RevokedPage]> = [
    ['a prompt in place', page({ affordance: 'link' })],
    ['a dialog with a form', page({ affordance: 'form' })],
    ['the sign-in page', page({ ...AT_SIGN_IN, affordance: 'form' }, { interaction: 'a click on a link' })],
    ['an API that refuses', page({ affordance: 'link' }, { api: { path: '/api/me', before: 200, after: 401 } })],
    [
      'an API that the test user may never read',
      page({ affordance: 'link' }, { api: { path: '/api/me', before: 403, after: 403 } }),
    ],
    [
      'a hidden page that is gone',
      page(
        { moves: [{ url: `${ORIGIN}/dashboard`, status: 404 }], text: 'Not found' },
        { interaction: 'a reload', route: { ...ROUTE, unauthenticated: 'hidden' } },
      ),
    ],
    ['a prompt that leads to sign-in and back', page({ affordance: 'link' }, resumed())],
    ['a dialog in which somebody signs in again', page({ affordance: 'form' }, resumed({}, seen()))],
    ['a form that keeps its draft', page({ affordance: 'link' }, form(307, resumed({ draft: 'kept' })))],
    ['a form that was accepted and is empty', page({ affordance: 'link' }, form(200, resumed({ draft: 'lost' })))],
    [
      'a form of one’s own that no script can send on',
      page({ affordance: 'link' }, resumed({ clerkForm: false, after: AT_FORM })),
    ],
    ['a hydration mismatch', page({ affordance: 'link', errors: ['Error: Minified React error #418; visit …'] })],
  ];
  for (const [name, one] of correct) test(`accepts ${name}`, () => assertClean(judge(one)));

  const wrong: ReadonlyArray<readonly [name: string, page: RevokedPage, message: RegExp]> = [
    [
      'content that stays',
      page({ showsProtected: true, text: 'Your projects' }),
      /still to be seen .*nothing tells the person/,
    ],
    [
      'content that stays beside a prompt',
      page({ showsProtected: true, affordance: 'link' }),
      /beside a way to sign in/,
    ],
    ['a blank page', page({ blank: 'no text', text: '' }), /stays blank/],
    ['a spinner', page({ text: 'Loading…' }), /“Loading…” and no way to sign in/],
    ['a link in the header of the page that was open', page({ affordance: 'header link' }), /no way to sign in/],
    [
      'moves without end',
      page({ moves: Array.from({ length: 6 }, (_, i) => ({ url: `${ORIGIN}/${i}`, status: 200 })) }),
      /redirected 5 times/,
    ],
    [
      'a server error',
      page({ moves: [{ url: `${ORIGIN}/dashboard`, status: 500 }], affordance: 'link' }),
      /answers 500/,
    ],
    ['an exception', page({ affordance: 'link', errors: ['TypeError: user is null'] }), /throws .*user is null/],
    [
      'a page that cannot be opened',
      page({ failure: 'net::ERR_EMPTY_RESPONSE' }, { interaction: 'a reload' }),
      /cannot open .*ERR_EMPTY_RESPONSE/,
    ],
    [
      'a prompt that forgets the page',
      page({ affordance: 'link' }, { signIn: seen({ moves: [{ url: `${ORIGIN}/sign-in`, status: 200 }] }) }),
      /does not say where the person came from/,
    ],
    [
      'a person who is sent elsewhere after signing in again',
      page({ affordance: 'link' }, resumed({ after: seen({ moves: [{ url: `${ORIGIN}/welcome` }] }) })),
      /is now at https:\/\/app\.example\.com\/welcome/,
    ],
    [
      'a page that stays empty after signing in again',
      page({ affordance: 'link' }, resumed({ after: { ...SIGNED_IN, showsProtected: false } })),
      /without its text/,
    ],
    [
      'a server action that throws, and an error boundary',
      page({ text: 'Something went wrong' }, form(500)),
      /no way to sign in.*POST \/dashboard answered 500/,
    ],
    [
      'a form that ends on JSON',
      page({ moves: [{ url: `${ORIGIN}/api/notes`, status: 401 }], text: '{"error":"unauthenticated"}' }, form(401)),
      /“\{"error":"unauthenticated"\}” and no way/,
    ],
    [
      'a page that turns blank when its cookies are cleared',
      page({ blank: 'no text', text: '' }, { end: 'all cookies are cleared' }),
      /stays blank/,
    ],
    [
      'an API that goes on',
      page({ affordance: 'link' }, { api: { path: '/api/me', before: 200, after: 200 } }),
      /GET \/api\/me.* answers 200 as before/,
    ],
  ];
  for (const [name, one, message] of wrong) {
    test(`finds ${name}`, () => {
      const finding = only(judge(one));
      assert.equal(finding.level, 'error');
      assert.match(finding.message, message);
    });
  }

  test('warns of a page to which the person is sent without a word', () => {
    const away = page({ moves: [{ url: `${ORIGIN}/`, status: 200 }], affordance: 'header link' });
    // The same where the home page is sign-in, by a button that opens Clerk's modal.
    const atHome = expectation({ routes: { protected: [ROUTE], signIn: '/' } });
    assert.equal(only(revokedOpenPage.judge({ pages: [away], omitted: [] }, atHome)).level, 'warning');
    assert.equal(only(judge(away)).level, 'warning');
  });
  test('names how the session ended', () => {
    const finding = only(judge(page({ text: 'Loading…' }, { end: 'all cookies are cleared' })));
    assert.equal(finding.subject, '/dashboard, open while all cookies are cleared, left alone');
  });
  test('explains circles after a click by a router that follows redirects', () => {
    const moves = Array.from({ length: 6 }, (_, i) => ({ url: `${ORIGIN}/${i}`, status: 200 }));
    assert.match(only(judge(page({ moves }, { interaction: 'a click on a link' }))).cause, /clerk\/javascript#9285/);
  });
  test('warns of a server action that throws where the page tells the person all the same', () => {
    const finding = only(judge(page({ affordance: 'link' }, form(500))));
    assert.equal(finding.level, 'warning');
    assert.match(finding.message, /POST \/dashboard, sent by the form, answers 500/);
  });
  test('warns of a draft that is lost', () => {
    const finding = only(judge(page({ affordance: 'link' }, form(401, resumed({ draft: 'lost' })))));
    assert.equal(finding.level, 'warning');
    assert.match(finding.message, /typed into the form is gone/);
  });
  test('says that the person is back with their draft', () => {
    const { summary } = judge(page({ affordance: 'link' }, form(307, resumed({ draft: 'kept' }))));
    assert.match(summary, /signing in again the person is back, and what was typed before is still there/);
  });
  test('says when nobody could sign in again', () => {
    const { summary } = judge(
      page({ affordance: 'link' }, { signIn: AT_FORM, resumed: { clerkForm: true, refused: 'Clerk did not load' } }),
    );
    assert.match(summary, /nobody could sign in at .*: Clerk did not load/);
  });
  test('warns of an exception that the page throws with the session as well', () => {
    const errors = ['TypeError: always'];
    const noisy = page({ affordance: 'link', errors }, { before: { ...SIGNED_IN, errors } });
    assert.equal(only(judge(noisy)).level, 'warning');
  });
  test('proves nothing where the test user does not see the page', () => {
    const { unverified, findings } = judge(page({ text: 'No access' }, { before: seen({ affordance: 'form' }) }));
    assert.match(unverified ?? '', /\/dashboard shows the signed-in test user “Sign in” instead of “Your projects”/);
    assert.deepEqual(findings, []);
  });
});

describe('signing out', () => {
  const received = (cacheControl: string, body = `<h1>${ROUTE.contains}</h1>`) =>
    exchange({ path: ROUTE.path, headers: { 'cache-control': cacheControl }, body });
  type Ended = NonNullable<SignOutEvidence['ended']>;
  const ENDED: Ended = {
    back: seen({ ...AT_SIGN_IN, affordance: 'form' }),
    flashed: false,
    second: seen({ affordance: 'link' }),
    late: false,
    leftOvers: {
      tokens: [],
      tokenLife: 60,
      replayed: visit(exchange({ path: '/dashboard', status: 307, headers: { location: SIGN_IN } })),
    },
  };
  const judge = (ended: Partial<Ended> = {}, parts: Partial<SignOutEvidence> = {}) =>
    signOut.judge(
      {
        route: ROUTE,
        before: SIGNED_IN,
        received: received('private, no-store'),
        ended: { ...ENDED, ...ended },
        ...parts,
      },
      EXPECTATION,
    );
  const kept = (body: string) => judge({}, { received: received('private, max-age=600', body) });
  const left = (parts: Partial<Ended['leftOvers']>) => ({ leftOvers: { ...ENDED.leftOvers, ...parts } });

  test('accepts a session that is over everywhere', () => assertClean(judge()));
  test('accepts a shell without data that the browser may keep', () => assertClean(kept('<div id="root"></div>')));
  test('accepts a page that must be asked for again', () =>
    assertClean(judge({}, { received: received('private, no-cache, max-age=600') })));

  const wrong: ReadonlyArray<readonly [name: string, judgement: ReturnType<typeof judge>, message: RegExp]> = [
    ['content behind Back', judge({ back: seen({ showsProtected: true }) }), /is shown again$/],
    ['content that flashes up', judge({ flashed: true }), /shown again for a moment/],
    [
      'a page that stays in the cache',
      kept(`<h1>${ROUTE.contains}</h1>`),
      /from its cache: Cache-Control: private, max-age=600/,
    ],
    ['a cached page whose text React cut into pieces', kept('<h1>Your<!-- --> <b>projects</b></h1>'), /from its cache/],
    ['a second tab that goes on', judge({ second: seen({ showsProtected: true }), late: true }), /still to be seen/],
    ['a token that is left', judge(left({ tokens: ['__session'] })), /__session still holds/],
    ['a token that holds for an hour', judge(left({ tokenLife: 3600 })), /holds for 3600 s/],
    [
      'a session beside Clerk’s',
      judge(left({ replayed: visit(exchange({ path: '/dashboard', body: '<h1>Your projects</h1>' })) })),
      /is served \(\/dashboard 200\)/,
    ],
  ];
  for (const [name, judgement, message] of wrong) {
    test(`finds ${name}`, () => {
      const finding = only(judgement);
      assert.equal(finding.level, 'error');
      assert.match(finding.message, message);
    });
  }

  test('warns of a second tab that follows late', () => assert.equal(only(judge({ late: true })).level, 'warning'));
  test('proves nothing without a text to look for', () => {
    const { unverified } = judge({}, { route: { path: '/dashboard', guard: 'server' } });
    assert.match(unverified ?? '', /set routes\.protected\[\]\.contains/);
  });
  test('proves nothing where the text was not there before', () => {
    assert.match(judge({}, { before: seen() }).unverified ?? '', /does not show the signed-in test user/);
  });
  test('proves nothing where Clerk cannot be asked to sign out', () => {
    const evidence: SignOutEvidence = {
      route: ROUTE,
      before: SIGNED_IN,
      received: received(''),
      refused: 'Clerk shows no session on /pricing',
    };
    assert.match(
      signOut.judge(evidence, EXPECTATION).unverified ?? '',
      /nobody could sign out: Clerk shows no session/,
    );
  });
});

describe('an outage of Clerk', () => {
  const WORDS = ['small', 'projects', 'done', 'pricing', 'sign', 'in'];
  const state = (parts: Partial<PageState> = {}, visited: Partial<PageVisit> = {}): PageState => ({
    visit: seen({ asked: `${ORIGIN}/`, text: 'Small projects, done.', ...visited }),
    words: WORDS,
    links: ['/', '/pricing'],
    ...parts,
  });
  const page = (parts: Partial<OutagePage> = {}): OutagePage => ({
    path: '/',
    outage: 'the script host',
    refused: 3,
    control: state(),
    waiting: state(),
    givenUp: state(),
    ...parts,
  });
  const judge = (one: OutagePage) => outage.judge({ pages: [one] }, EXPECTATION);
  const clicked = (url: string, parts: Partial<PageVisit> = {}) => ({
    to: '/pricing',
    arrived: seen({ moves: [{ url: ORIGIN + url }], ...parts }),
  });

  const correct: ReadonlyArray<readonly [name: string, page: OutagePage]> = [
    ['a page that stays as it is', page({ click: clicked('/pricing') })],
    ['a header without its buttons', page({ givenUp: state({ words: WORDS.slice(0, 4), links: ['/pricing'] }) })],
    [
      'what Clerk throws itself',
      page({
        givenUp: state({}, { errors: ['Error: Clerk: Failed to load Clerk JS at https://app.example.com/a.js'] }),
      }),
    ],
    ['a page that asks nothing of Clerk', page({ refused: 0 })],
  ];
  for (const [name, one] of correct) test(`accepts ${name}`, () => assertClean(judge(one)));

  const wrong: ReadonlyArray<readonly [name: string, page: OutagePage, message: RegExp]> = [
    [
      'a hidden page',
      page({ waiting: state({ words: [] }, { text: '', blank: 'no text' }) }),
      /shows nothing while Clerk is awaited: 0 of its 6 words/,
    ],
    [
      'a spinner',
      page({ waiting: state({ words: ['loading'] }, { text: 'Loading…' }) }),
      /“Loading…” while Clerk is awaited/,
    ],
    [
      'an error page',
      page({ givenUp: state({ words: ['error'] }, { text: 'Error' }) }),
      /“Error” when Clerk has been given up/,
    ],
    ['an exception', page({ givenUp: state({}, { errors: ['TypeError: window.Clerk is undefined'] }) }), /throws/],
    ['a dead link', page({ click: clicked('/') }), /link to \/pricing leads nowhere/],
    ['a link to a blank page', page({ click: clicked('/pricing', { blank: 'no text' }) }), /leads to a blank page/],
    ['a page without links', page({ givenUp: state({ links: [] }) }), /none of its links is left/],
  ];
  for (const [name, one, message] of wrong) {
    test(`finds ${name}`, () => {
      const finding = only(judge(one));
      assert.equal(finding.level, 'error');
      assert.match(finding.message, message);
    });
  }

  test('advises on a sign-in page that is nothing but the form', () => {
    const judged = (visited: Partial<PageVisit>) =>
      outage.judge({ pages: [page()], signIn: seen({ asked: `${ORIGIN}/sign-in`, ...visited }) }, EXPECTATION);
    assertClean(judged({ text: 'Signing in is not possible just now' }));
    const finding = only(judged({ text: '', blank: 'no text' }));
    assert.equal(finding.level, 'warning');
    assert.match(finding.message, /sign-in page stays blank \(no text\)/);
  });

  test('proves nothing where there is no text with Clerk either', () => {
    assert.match(judge(page({ control: state({ words: [] }) })).unverified ?? '', /shows no text even with Clerk/);
  });
});
