import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cspClerk } from '../../src/areas/headers.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import type { Visit } from '../../src/target/exchange.ts';
import type { ClerkIdentity } from '../../src/target/identity.ts';
import { conclude } from '../../src/verify.ts';
import { exchange, expectation, failure, visit } from '../support/exchange.ts';
import { verifySite } from '../support/site.ts';

const CSP = 'content-security-policy';
const FRONTEND_API = 'https://clerk.example.com';
const KEY = `pk_live_${Buffer.from('clerk.example.com$').toString('base64')}`;
const SCRIPT = `${FRONTEND_API}/npm/@clerk/clerk-js@6/dist/clerk.browser.js`;
const tag = (attributes = '') =>
  `<script data-clerk-js-script data-clerk-publishable-key="${KEY}" src="${SCRIPT}" ${attributes}></script>`;

/** A policy that allows each need and nothing more, by directive. */
const NARROW: Readonly<Record<string, string>> = {
  'default-src': "'self'",
  'script-src': "'self' https://clerk.example.com https://challenges.cloudflare.com https://*.protect.clerk.com",
  'connect-src': "'self' https://clerk.example.com https://*.protect.clerk.com:*",
  'img-src': "'self' https://img.clerk.com",
  'frame-src': 'https://challenges.cloudflare.com https://*.protect.clerk.com',
  'worker-src': "'self' blob:",
  'style-src': "'self' 'unsafe-inline'",
};

/** The narrow policy with directives replaced, or taken out by undefined. */
function policy(changes: Readonly<Record<string, string | undefined>> = {}): string {
  return Object.entries({ ...NARROW, ...changes })
    .flatMap(([name, sources]) => (sources === undefined ? [] : [`${name} ${sources}`]))
    .join('; ');
}

function judge(
  visits: readonly Visit[],
  options: ReadinessOptions = {},
  clerk: ClerkIdentity = { frontendApi: FRONTEND_API },
) {
  const judgement = cspClerk.judge(visits, expectation(options, clerk));
  return {
    ...judgement,
    errors: judgement.findings.filter(({ level }) => level === 'error').map(({ subject }) => subject),
    warnings: judgement.findings.filter(({ level }) => level === 'warning').map(({ subject }) => subject),
    status: conclude(judgement, [], false).status,
  };
}

const page = (text: string, body = tag(), path = '/sign-in') =>
  visit(exchange({ path, headers: { [CSP]: text }, body }));

test('the narrowest policy that allows every need passes', () => {
  const { findings, status, summary } = judge([page(policy())]);
  assert.deepEqual(findings, []);
  assert.equal(status, 'pass');
  assert.match(summary, /11 needs of Clerk/);
});

const MISSING: ReadonlyArray<readonly [directive: string, sources: string | undefined, error: string]> = [
  ['connect-src', "'self' https://*.protect.clerk.com:*", `connect-src ${FRONTEND_API}`],
  ['connect-src', "'self' https://clerk.example.com/npm/ https://*.protect.clerk.com:*", `connect-src ${FRONTEND_API}`],
  ['connect-src', "'self' https://clerk.example.com:8443 https://*.protect.clerk.com:*", `connect-src ${FRONTEND_API}`],
  ['script-src', "'self' https://challenges.cloudflare.com https://*.protect.clerk.com", `script-src ${FRONTEND_API}`],
  [
    'script-src',
    "'self' https://clerk.example.com https://*.protect.clerk.com",
    'script-src https://challenges.cloudflare.com',
  ],
  ['img-src', "'self' data:", 'img-src https://img.clerk.com'],
  ['img-src', undefined, 'img-src https://img.clerk.com'],
  ['worker-src', "'self'", 'worker-src blob:'],
  ['worker-src', undefined, 'worker-src blob:'],
  ['worker-src', '*', 'worker-src blob:'],
  ['style-src', "'self'", "style-src 'unsafe-inline'"],
  ['style-src', "'self' 'unsafe-inline' 'nonce-YWJjZGVmZ2hpamtsbW5vcA=='", "style-src 'unsafe-inline'"],
  ['style-src', undefined, "style-src 'unsafe-inline'"],
  ['frame-src', 'https://*.protect.clerk.com', 'frame-src https://challenges.cloudflare.com'],
];
for (const [directive, sources, error] of MISSING) {
  test(`${directive} ${sources ?? 'left out'}: ${error} is blocked`, () => {
    const { errors, warnings, findings } = judge([page(policy({ [directive]: sources }))]);
    assert.deepEqual([errors, warnings], [[error], []]);
    for (const part of ['cause', 'fix', 'docs'] as const) assert.notEqual(findings[0]?.[part] ?? '', '', part);
  });
}

const SUFFICIENT: ReadonlyArray<readonly [name: string, changes: Readonly<Record<string, string | undefined>>]> = [
  ['a scheme', { 'connect-src': 'https:', 'img-src': 'https: data:' }],
  ['wildcard hosts', { 'connect-src': '*.example.com https://*.protect.clerk.com:*', 'img-src': '*.clerk.com' }],
  ['a bare host, as Clerk writes it', { 'connect-src': "'self' clerk.example.com https://*.protect.clerk.com:*" }],
  [
    'the path of the script',
    {
      'script-src': `https://clerk.example.com/npm/ https://challenges.cloudflare.com/turnstile/ https://*.protect.clerk.com`,
    },
  ],
  ['child-src for workers', { 'worker-src': undefined, 'child-src': "'self' blob:" }],
  ['script-src for workers', { 'worker-src': undefined, 'script-src': `${NARROW['script-src']} blob:` }],
  ['child-src for frames', { 'frame-src': undefined, 'child-src': `blob: ${NARROW['frame-src']}` }],
  [
    'default-src for everything',
    {
      ...Object.fromEntries(Object.keys(NARROW).map((name) => [name, undefined])),
      'default-src': "https: blob: 'unsafe-inline' https://*.protect.clerk.com:*",
    },
  ],
];
for (const [name, changes] of SUFFICIENT) {
  test(`${name} satisfies`, () => assert.deepEqual(judge([page(policy(changes))]).findings, []));
}

test('the hosts of Clerk Protect are warnings', () => {
  const { errors, warnings, status } = judge([
    page(policy({ 'connect-src': "'self' https://clerk.example.com https://*.protect.clerk.com" })),
  ]);
  assert.deepEqual([errors, warnings], [[], ['connect-src https://*.protect.clerk.com:*']]);
  assert.equal(status, 'pass');
});

const STRICT = "'self' 'strict-dynamic' 'nonce-YWJjZGVmZ2hpamtsbW5vcA=='";

test('strict-dynamic needs the nonce on the script tag and no hosts', () => {
  assert.deepEqual(
    judge([page(policy({ 'script-src': STRICT }), tag('nonce="YWJjZGVmZ2hpamtsbW5vcA=="'))]).findings,
    [],
  );
  const { errors, findings } = judge([page(policy({ 'script-src': `${STRICT} https://clerk.example.com` }), tag())]);
  assert.deepEqual(errors, [`script-src ${FRONTEND_API}`]);
  assert.match(findings[0]?.cause ?? '', /does not carry the policy’s nonce/);
  assert.match(findings[0]?.fix ?? '', /^Give Clerk’s script the nonce/);
});

test('a nonce without strict-dynamic lets the script in, and not the parts that it loads', () => {
  const own = NARROW['script-src']?.replace('https://clerk.example.com', "'nonce-YWJjZGVmZ2hpamtsbW5vcA=='");
  const judged = (script: string, sources = own) =>
    judge([page(policy({ 'script-src': sources }), script.replace('src=', 'nonce="YWJjZGVmZ2hpamtsbW5vcA==" src='))]);
  const { errors, findings } = judged(tag());
  assert.deepEqual(errors, [`script-src ${FRONTEND_API}`]);
  assert.match(findings[0]?.message ?? '', /part of it/);
  assert.deepEqual(judged(tag().replace('clerk.browser', 'clerk.headless.browser')).errors, [], 'it has no parts');
  assert.deepEqual(judged(tag(), `${own} https://clerk.example.com/npm/`).findings, []);
});

test('trusted types block Clerk where no default policy may exist', () => {
  const required = (types: string | undefined) =>
    judge([page(policy({ 'require-trusted-types-for': "'script'", 'trusted-types': types }))]);
  for (const types of ['nextjs nextjs#bundler', "'none'", '', "react 'allow-duplicates'"]) {
    const { errors, findings } = required(types);
    assert.deepEqual(errors, ['trusted-types default'], types);
    assert.match(findings[0]?.message ?? '', /^trusted-types blocks it on \/sign-in/);
    assert.match(findings[0]?.fix ?? '', /require-trusted-types-for/);
  }
  // The app may make a default policy: a browser tells (headers/csp-violations).
  for (const types of [undefined, 'default', '*', 'react Default default'])
    assert.deepEqual(required(types).findings, [], types);
  assert.deepEqual(judge([page(policy({ 'trusted-types': 'react' }))]).findings, [], 'nothing is required');
});

test('a script that a bundle inserts is trusted by strict-dynamic, else needs its host', () => {
  const bundled = `<script>window.__clerk = { publishableKey: "${KEY}" }</script>`;
  assert.deepEqual(judge([page(policy({ 'script-src': STRICT }), bundled)]).findings, []);
  assert.deepEqual(
    judge([
      page(policy({ 'script-src': "'self' https://challenges.cloudflare.com https://*.protect.clerk.com" }), bundled),
    ]).errors,
    [`script-src ${FRONTEND_API}`],
  );
});

test("behind a proxy path 'self' is enough", () => {
  const proxied = tag().replace(SCRIPT, '/__clerk/npm/@clerk/clerk-js@6/dist/clerk.browser.js');
  const own = policy({
    'script-src': "'self' https://challenges.cloudflare.com https://*.protect.clerk.com",
    'connect-src': "'self' https://*.protect.clerk.com:*",
  });
  assert.deepEqual(judge([page(own, proxied)], {}, { frontendApi: 'https://app.example.com/__clerk' }).findings, []);
});

test('every policy of the page must allow a need', () => {
  assert.deepEqual(judge([page(`${policy()}, img-src 'self'`)]).errors, ['img-src https://img.clerk.com']);
  const meta = `<meta http-equiv="content-security-policy" content="worker-src 'self'">`;
  assert.deepEqual(judge([page(policy(), `<head>${meta}</head>${tag()}`)]).errors, ['worker-src blob:']);
});

test('csp.ignoreNeeds leaves a need out, and a slip in it is told', () => {
  const blocked = page(policy({ 'img-src': "'self'" }));
  const { findings, status, summary } = judge([blocked], { csp: { ignoreNeeds: ['img-src  https://img.clerk.com'] } });
  assert.deepEqual(findings, []);
  assert.equal(status, 'pass');
  assert.match(summary, /10 needs.*left out by csp.ignoreNeeds: img-src/);
  assert.deepEqual(judge([blocked], { csp: { ignoreNeeds: ['img-src img.clerk.com'] } }).warnings, ['csp.ignoreNeeds']);
});

test('only pages with Clerk are judged', () => {
  const plain = page("default-src 'none'", '<p>no Clerk</p>', '/');
  assert.deepEqual(judge([plain, page(policy())]).findings, []);
  assert.match(judge([plain]).unverified ?? '', /Clerk runs on none of \//);
  const untraced = judge([plain, page("default-src 'self'", '<p>bundled</p>')], { routes: { signIn: '/sign-in' } });
  assert.ok(untraced.errors.includes(`connect-src ${FRONTEND_API}`), 'the sign-in page stands in');
});

test('no policy blocks nothing: not applicable', () => {
  assert.equal(judge([visit(exchange({ body: tag() }))]).status, 'not-applicable');
  assert.equal(
    judge([visit(exchange({ body: tag(), headers: { [`${CSP}-report-only`]: "default-src 'none'" } }))]).status,
    'not-applicable',
  );
});

test('an unknown Frontend API leaves its needs unproven', () => {
  const { status, unverified } = judge([page(policy())], {}, {});
  assert.equal(status, 'not-verified');
  assert.match(unverified ?? '', /set clerk\.publishableKey/);
  assert.equal(judge([page(policy({ 'worker-src': "'self'" }))], {}, {}).status, 'fail');
});

test('a page that was not seen is not proven', () => {
  assert.equal(judge([page(policy()), visit(failure('ETIMEDOUT'))]).status, 'not-verified');
});

test('over sockets: the policy of the real page is judged, and nothing is fetched twice', async () => {
  const site = (text: string) =>
    verifySite(
      cspClerk,
      (request, response) => {
        response
          .writeHead(200, { 'content-type': 'text/html', [CSP]: text })
          .end(`<!doctype html>${request.url === '/sign-in' ? tag() : ''}`);
      },
      { routes: { signIn: '/sign-in' } },
    );
  const good = await site(policy());
  assert.equal(good.status, 'pass', good.reason);
  assert.equal(good.requests, 1, 'the unknown path; the others were fetched when connecting');
  assert.match((await site(policy({ 'worker-src': "'none'" }))).reason, /worker-src blob:/);
});
