import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cspClerkSignedIn, cspSignedIn, securityHeadersSignedIn } from '../../src/areas/headers.ts';
import type { Visit } from '../../src/target/exchange.ts';
import { exchange, expectation, visit } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const GOOD: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
};

/** The good headers without one. */
function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(GOOD).filter(([each]) => each !== name));
}

const page = (path: string, headers = GOOD, status = 200): Visit => visit(exchange({ path, headers, status }));
const toSignIn = visit(
  exchange({ path: '/admin', status: 307, headers: { location: '/sign-in' } }),
  exchange({ path: '/sign-in', headers: without('content-security-policy') }),
);
const PUBLIC = [page('/')];

describe('headers/security behind sign-in', () => {
  const judge = (visits: readonly Visit[] | undefined) =>
    securityHeadersSignedIn.judge({ publicPages: PUBLIC, ...(visits && { visits }) }, expectation());

  it('passes on pages with all headers, and says whose pages they are', () => {
    const judgement = judge([page('/dashboard')]);
    assertClean(judgement);
    assert.match(judgement.summary, /on 1 page \(\/dashboard \(signed in\)\)/);
  });
  it('fails on a page without one', () => {
    const finding = only(judge([page('/dashboard', without('x-content-type-options')), page('/settings')]));
    assert.equal(finding.level, 'error');
    assert.match(finding.message, /not sent on \/dashboard \(signed in\)$/);
  });
  it('warns where HSTS is sent to others', () =>
    assert.equal(only(judge([page('/dashboard', without('strict-transport-security'))])).level, 'warning'));
  it('does not judge what the test user does not get, and names it', () => {
    const judgement = judge([page('/dashboard'), toSignIn, page('/reports', {}, 403)]);
    assertClean(judgement);
    assert.match(judgement.summary, /the test user does not get .*\/sign-in.*\/reports/);
  });
  it('has nothing to look at without a user, a page, or a page that the user gets', () => {
    assert.match(judge(undefined).inapplicable ?? '', /session\.user/);
    assert.match(judge([]).inapplicable ?? '', /routes\.protected/);
    assert.match(judge([toSignIn]).inapplicable ?? '', /gets no page behind sign-in/);
  });
});

describe('headers/csp behind sign-in', () => {
  const judge = (visits: readonly Visit[], again: Record<string, Visit> = {}) =>
    cspSignedIn.judge({ visits, again, publicPages: PUBLIC }, expectation());

  it('passes on a page with a policy', () => assertClean(judge([page('/dashboard')])));
  it('fails on a page without one, and knows that others have one', () => {
    const finding = only(judge([page('/dashboard', without('content-security-policy'))]));
    assert.match(
      `${finding.level} ${finding.message}`,
      /^error no Content-Security-Policy on \/dashboard \(signed in\)/,
    );
    assert.match(finding.cause ?? '', /Other pages have a policy/);
  });
  it('fails on a nonce that stays the same', () => {
    const nonce = page('/dashboard', {
      ...GOOD,
      'content-security-policy': "script-src 'nonce-c2l4dGVlbiBieXRlcyEh'; object-src 'none'; base-uri 'none'",
    });
    assert.match(only(judge([nonce], { '/dashboard': nonce })).message, /two visits got the same nonce/);
    assert.match(judge([nonce]).unverified ?? '', /so a fresh nonce is not proven/);
  });
});

describe('headers/csp-clerk behind sign-in', () => {
  const ALLOWS = {
    'script-src': "'self' https://clerk.app.example https://challenges.cloudflare.com https://*.protect.clerk.com",
    'connect-src': "'self' https://clerk.app.example https://*.protect.clerk.com:*",
    'img-src': "'self' https://img.clerk.com",
    'worker-src': "'self' blob:",
    'style-src': "'self' 'unsafe-inline'",
    'frame-src': 'https://challenges.cloudflare.com https://*.protect.clerk.com',
  };
  const policy = (changed: Readonly<Record<string, string>> = {}): string =>
    Object.entries({ ...ALLOWS, ...changed })
      .map((rule) => rule.join(' '))
      .join('; ');
  const withClerk = (csp: string | undefined): Visit =>
    visit(
      exchange({
        path: '/dashboard',
        headers: csp === undefined ? {} : { 'content-security-policy': csp },
        body: '<!doctype html><script src="https://clerk.app.example/npm/@clerk/clerk-js@6/dist/clerk.browser.js" data-clerk-publishable-key="pk_live_Y2xlcmsuYXBwLmV4YW1wbGUk"></script>',
      }),
    );
  const judge = (visits: readonly Visit[]) =>
    cspClerkSignedIn.judge(
      { visits, publicPages: PUBLIC },
      expectation({}, { frontendApi: 'https://clerk.app.example' }),
    );

  it('passes where everything is allowed', () => {
    const judgement = judge([withClerk(policy())]);
    assertClean(judgement);
    assert.match(judgement.summary, /needs of Clerk are allowed by the policies of \/dashboard \(signed in\)/);
  });
  it('fails where avatars are blocked', () => {
    const finding = only(judge([withClerk(policy({ 'img-src': "'self'" }))]));
    assert.match(
      `${finding.level} ${finding.message}`,
      /^error img-src blocks it on \/dashboard \(signed in\): avatars/,
    );
  });
  it('has nothing to look at without Clerk, or without a policy', () => {
    assert.match(judge([page('/dashboard')]).inapplicable ?? '', /Clerk runs on none of \/dashboard \(signed in\)/);
    assert.match(judge([withClerk(undefined)]).inapplicable ?? '', /no policy is enforced/);
  });
});
