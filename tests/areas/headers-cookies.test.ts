import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomBytes } from 'node:crypto';
import { cookies } from '../../src/areas/headers.ts';
import { kindOf } from '../../src/areas/headers/cookie-kind.ts';
import { setCookies } from '../../src/areas/headers/set-cookie.ts';
import { exchange, expectation } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const VALUE = randomBytes(24).toString('hex');

function judge(...lines: string[]) {
  const page = exchange({ headers: lines.map((line) => ['set-cookie', line] as const) });
  return cookies.judge({ cookies: setCookies(page), answers: 1 }, expectation());
}

describe('headers/cookies', () => {
  it('passes on an answer without cookies', () => assertClean(judge()));

  const sound = [
    `fernwork_session=${VALUE}; Path=/; Secure; HttpOnly; SameSite=Lax`,
    `__Host-session=${VALUE}; Path=/; Secure; HttpOnly; SameSite=Strict`,
    `sid=${VALUE}; Secure; HttpOnly; SameSite=None`,
    `csrf_token=${VALUE}; Path=/; Secure; SameSite=Strict`,
    'sidebar_state=true; Path=/',
    'session_theme=dark; Path=/',
    `__cf_bm=${VALUE}; HttpOnly; Secure; SameSite=None`,
    `AWSALB=${VALUE}; Path=/`,
    `DO-LB="${VALUE}"; Path=/`,
    `INGRESSCOOKIE=${VALUE}; Path=/; HttpOnly`,
    `ASLBSA=${VALUE}; Path=/`,
    `_ga=GA1.2.${VALUE}; Path=/`,
    `_gid=GA1.2.${VALUE}; Path=/`,
    `ph_phc_a1_posthog=${VALUE}; Path=/`,
    `optimizelyEndUserId=${VALUE}; Path=/`,
    `statsig_stable_id=${VALUE}; Path=/`,
    `growthbook_id=${VALUE}; Path=/`,
    `_vwo_uuid_v2=${VALUE}; Path=/`,
    `CookieConsent={stamp:%27${VALUE}%27}; Path=/`,
    `__session=${VALUE}; Path=/; Secure; SameSite=Lax`,
    `__client_uat_abcd1234=1700000000; Path=/; Secure; SameSite=Strict`,
    '__clerk_redirect_count=1; SameSite=Lax; HttpOnly; Max-Age=2',
    'fernwork_session=; Path=/; Max-Age=0',
    `auth_token=${VALUE}; Expires=Thu, 01 Jan 1970 00:00:00 GMT`,
  ];
  for (const line of sound) it(`passes on ${line.replace(VALUE, '…')}`, () => assertClean(judge(line)));

  const errors: ReadonlyArray<readonly [line: string, message: RegExp]> = [
    [`fernwork_session=${VALUE}; Secure; SameSite=Lax`, /without HttpOnly$/],
    [`connect.sid=s%3A${VALUE}; HttpOnly; SameSite=Lax`, /without Secure$/],
    [`accessToken=${VALUE}; Secure; HttpOnly`, /without SameSite$/],
    [`PHPSESSID=${VALUE}; Path=/`, /without Secure, without HttpOnly, without SameSite$/],
    [`__Host-sid=${VALUE}; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax`, /allows no Domain/],
    [`__Secure-session=${VALUE}; Path=/; HttpOnly; SameSite=Lax`, /__Secure- needs Secure/],
    [`session=${VALUE}; HttpOnly; SameSite=None`, /SameSite=None needs Secure/],
    [`__session=${VALUE}; Path=/; Secure; HttpOnly; SameSite=Lax`, /clerk-js can neither read/],
  ];
  for (const [line, message] of errors) {
    it(`fails on ${line.replace(VALUE, '…')}`, () => {
      const finding = only(judge(line));
      assert.equal(finding.level, 'error');
      assert.match(finding.message, message);
      assert.ok(!JSON.stringify(finding).includes(VALUE), 'the value of the cookie reached the report');
    });
  }

  const warnings = [
    `visitor=${VALUE}; Path=/`,
    `csrf=${VALUE}; Path=/`,
    `__client_uat=1700000000; Path=/; SameSite=Lax`,
  ];
  for (const line of warnings) {
    it(`warns about ${line.replace(VALUE, '…')}, and does not call it sound`, () => {
      assert.equal(only(judge(line)).level, 'warning');
      assert.doesNotMatch(judge(line).summary, /attributes it needs/);
    });
  }

  it('takes the same cookie on two pages for one', () => {
    const line = `sid=${VALUE}; Secure; SameSite=Lax`;
    only(judge(line, line.replace(VALUE, randomBytes(24).toString('hex'))));
  });

  it('proves nothing without an answer', () => {
    const judgement = cookies.judge({ cookies: [], answers: 0, unseen: 'no page' }, expectation());
    assert.match(judgement.unverified ?? '', /no answer of the app was seen/);
  });
});

it('sees the cookie that the guard sets to remember the page by', async () => {
  const { status, findings } = await verifySite(
    cookies,
    ({ url }, response) =>
      url === '/dashboard'
        ? response
            .writeHead(302, { location: '/sign-in', 'set-cookie': `connect.sid=s%3A${VALUE}; Path=/; HttpOnly` })
            .end()
        : response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Acme</h1>'),
    { routes: { public: ['/'], protected: ['/dashboard'], signIn: '/sign-in' } },
  );
  assert.deepEqual([status, findings[0]?.subject], ['fail', 'cookie connect.sid']);
});

describe('what a cookie is for', () => {
  const names = {
    session: [
      'session',
      'sessionid',
      'JSESSIONID',
      'user_session',
      'auth',
      'auth-token',
      'jwt',
      'id_token',
      'next-auth.session-token',
    ],
    random: ['sidebar', 'author', 'visitor', 'obsessive_id', 'tokens_seen'],
    'clerk script': ['__session', '__session_Ab-d_f12', '__client_uat', '__clerk_db_jwt'],
    'clerk server': ['__client', '__refresh_Ab-d_f12', '__clerk_handshake', '__clerk_redirect_count'],
  };
  for (const [kind, all] of Object.entries(names)) {
    for (const name of all) it(`${name}: ${kind}`, () => assert.equal(kindOf({ name, random: true }), kind));
  }
  it('a word without a random value is no session', () =>
    assert.equal(kindOf({ name: 'session', random: false }), 'other'));
});
