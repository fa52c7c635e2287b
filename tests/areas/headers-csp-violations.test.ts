import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cspViolations, cspViolationsSignedIn } from '../../src/areas/headers.ts';
import type { Judgement } from '../../src/result.ts';
import type { ViolationVisit } from '../../src/areas/headers/csp-violations.ts';
import { expectation, ORIGIN } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const SOUND: ViolationVisit = {
  path: '/',
  visit: {
    asked: `${ORIGIN}/`,
    cookies: {},
    moves: [{ url: `${ORIGIN}/`, status: 200 }],
    text: 'Welcome',
    showsProtected: false,
    errors: [],
    consoleErrors: [],
  },
  violations: [],
  clerkLoaded: true,
  listened: true,
};
const blocked = (directive: string, what: string) => ({ page: `${ORIGIN}/`, directive, blocked: what });
const judge = (...visits: Array<Partial<ViolationVisit>>) =>
  cspViolations.judge(
    visits.map((over) => ({ ...SOUND, ...over })),
    expectation(),
  );
const { clerkLoaded: _, ...WITHOUT_CLERK } = SOUND;

describe('headers/csp-violations', () => {
  it('passes when nothing is blocked', () => assertClean(judge({}, { path: '/sign-in' })));
  it('passes on a page that does not ask for Clerk', () =>
    assertClean(cspViolations.judge([WITHOUT_CLERK], expectation())));

  it('fails on a blocked image, once for all pages', () => {
    const violations = [blocked('img-src', 'https://cdn.example.com/a.png')];
    assert.match(only(judge({ violations }, { path: '/pricing', violations })).message, /a\.png on \/, \/pricing$/);
  });
  it('explains blocked inline code by the nonce', () => {
    const violations = [blocked('script-src-elem', `${ORIGIN}/a.js`), blocked('script-src-elem', 'inline')];
    const finding = only(judge({ violations }));
    assert.match(finding.message, /a\.js, inline code/);
    assert.match(finding.cause, /prerendered/);
  });
  it('fails on a blank page', () =>
    assert.match(only(judge({ visit: { ...SOUND.visit, blank: 'no text' } })).message, /the page is blank/));
  it('fails when Clerk does not load', () => assert.match(only(judge({ clerkLoaded: false })).message, /is not true/));
  it('says a blocked script only once', () => {
    const violations = [blocked('script-src-elem', 'https://clerk.example.com/clerk.browser.js')];
    assert.equal(only(judge({ clerkLoaded: false, violations })).subject, 'script-src-elem');
  });

  const doubts: ReadonlyArray<readonly [name: string, over: Partial<ViolationVisit>, reason: RegExp]> = [
    ['the listener is deaf', { listened: false }, /could not be recorded/],
    [
      'Clerk cannot be reached',
      { clerkLoaded: false, unreachable: 'clerk.example.com: net::ERR_FAILED' },
      /could not reach/,
    ],
    ['the page cannot be opened', { visit: { ...SOUND.visit, failure: 'net::ERR_FAILED' } }, /could not be opened/],
  ];
  for (const [name, over, reason] of doubts) {
    it(`proves nothing when ${name}`, () => {
      const { findings, unverified } = judge(over);
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', reason);
    });
  }
});

describe('headers/csp-violations behind sign-in', () => {
  const DASHBOARD: ViolationVisit = {
    ...SOUND,
    path: '/dashboard',
    visit: { ...SOUND.visit, asked: `${ORIGIN}/dashboard`, moves: [{ url: `${ORIGIN}/dashboard`, status: 200 }] },
  };
  const behind = (...overs: Array<Partial<ViolationVisit>>) =>
    cspViolationsSignedIn.judge(
      overs.map((over) => ({ ...DASHBOARD, ...over })),
      expectation(),
    );
  const movedTo = (url: string, status?: number) => ({
    visit: { ...DASHBOARD.visit, moves: [{ url, ...(status !== undefined && { status }) }] },
  });

  it('passes when nothing is blocked, and says who opened the page', () => {
    const judgement = behind({});
    assertClean(judgement);
    assert.match(judgement.summary, /\/dashboard \(signed in\)/);
  });
  it('fails on a blocked image', () => {
    const violations = [blocked('img-src', 'https://charts.example.com/a.png')];
    assert.match(only(behind({ violations })).message, /a\.png on \/dashboard \(signed in\)$/);
  });
  it('judges a page to which a script went by itself', () => assertClean(behind(movedTo(`${ORIGIN}/dashboard?tab=1`))));

  const violations = [blocked('img-src', 'https://cdn.example.com/a.png')];
  const left: ReadonlyArray<readonly [name: string, judgement: Judgement]> = [
    ['there is no test user', cspViolationsSignedIn.judge(undefined, expectation())],
    ['no protected page is declared', behind()],
    ['the page leads elsewhere', behind({ ...movedTo(`${ORIGIN}/onboarding`, 200), violations })],
    ['the test user may not see the page', behind({ ...movedTo(`${ORIGIN}/dashboard`, 404), violations })],
  ];
  for (const [name, judgement] of left) {
    it(`has nothing to judge where ${name}`, () => {
      assert.deepEqual(judgement.findings, []);
      assert.notEqual(judgement.inapplicable, undefined);
    });
  }
  it('is in doubt where the page cannot be opened', () => {
    const failed = { ...DASHBOARD.visit, moves: [], failure: 'net::ERR_FAILED' };
    assert.match(behind({ visit: failed }).unverified ?? '', /could not be opened/);
  });
});
