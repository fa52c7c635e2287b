import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { csp } from '../../src/areas/headers.ts';
import type { HeaderList, Visit } from '../../src/target/exchange.ts';
import { conclude } from '../../src/verify.ts';
import { exchange, expectation, failure, visit } from '../support/exchange.ts';
import { verifySite } from '../support/site.ts';

const CSP = 'content-security-policy';
/** What @clerk/nextjs 7.9.17 sends with `contentSecurityPolicy: {}`. */
const CLERK_DEFAULT =
  "connect-src 'self' https://clerk-telemetry.com https://*.clerk-telemetry.com https://api.stripe.com https://maps.googleapis.com https://img.clerk.com https://*.protect.clerk.com:* clerk.example.com; default-src 'self'; form-action 'self'; frame-src 'self' https://challenges.cloudflare.com https://*.js.stripe.com https://js.stripe.com https://hooks.stripe.com https://*.protect.clerk.com; img-src 'self' https://img.clerk.com; script-src 'self' 'unsafe-inline' https: http: https://*.js.stripe.com https://js.stripe.com https://maps.googleapis.com https://*.protect.clerk.com; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:";
const clerkStrict = (nonce: string) =>
  CLERK_DEFAULT.replace(' https: http:', '').replace('script-src', `script-src 'strict-dynamic' 'nonce-${nonce}'`);
const freshNonce = () => randomBytes(16).toString('base64');
const STATIC = "default-src 'self'; script-src 'self'; object-src 'none'";

function judge(visits: readonly Visit[], again: Readonly<Record<string, Visit>> = {}) {
  const judgement = csp.judge({ visits, again }, expectation());
  const errors = judgement.findings.filter(({ level }) => level === 'error');
  const warnings = judgement.findings.filter(({ level }) => level === 'warning');
  return { ...judgement, errors, warnings, status: conclude(judgement, [], false).status };
}

const page = (headers: Readonly<Record<string, string>> | HeaderList, body = '', path = '/') =>
  visit(exchange({ path, headers, body }));
const nonced = (nonce: string, body = `<script nonce="${nonce}" src="/a.js"></script>`, path = '/', headers = {}) =>
  page(
    { [CSP]: `script-src 'nonce-${nonce}' 'strict-dynamic'; object-src 'none'; base-uri 'none'`, ...headers },
    body,
    path,
  );

test('no policy is an error that names the pages', () => {
  const { errors, status } = judge([page({}), page({}, '', '/sign-in')]);
  assert.equal(status, 'fail');
  assert.equal(errors.length, 1);
  assert.match(errors[0]?.message ?? '', /no Content-Security-Policy on \/, \/sign-in/);
});

test('report-only is an error that says so', () => {
  assert.match(
    judge([page({ [`${CSP}-report-only`]: STATIC })]).errors[0]?.message ?? '',
    /Report-Only, which blocks nothing/,
  );
});

test('a policy on 200 answers only is an error about the error page', () => {
  const { errors } = judge([page({ [CSP]: STATIC }), visit(exchange({ path: '/nope', status: 404 }))]);
  assert.match(errors[0]?.message ?? '', /\/nope \[404\]/);
  assert.match(errors[0]?.cause ?? '', /only for 2xx/);
});

test('Clerk’s default policy gives warnings only', () => {
  const { errors, warnings, status } = judge([page({ [CSP]: CLERK_DEFAULT })]);
  assert.deepEqual(errors, []);
  assert.equal(status, 'pass');
  const subjects = warnings.map(({ subject }) => subject);
  for (const expected of [
    "script-src 'unsafe-inline'",
    'script-src https:',
    'script-src http:',
    'script-src https://maps.googleapis.com',
  ]) {
    assert.ok(subjects.includes(expected), `${expected} in ${subjects.join(', ')}`);
  }
});

test('Clerk’s strict policy gives one warning: base-uri', () => {
  const [first, second] = [freshNonce(), freshNonce()];
  const strict = (nonce: string) => page({ [CSP]: clerkStrict(nonce) }, `<script nonce="${nonce}">1</script>`);
  const { findings } = judge([strict(first)], { '/': strict(second) });
  assert.deepEqual(
    findings.map(({ level, subject }) => [level, subject]),
    [['warning', 'base-uri']],
  );
});

const ERRORS: ReadonlyArray<readonly [policy: string, subject: string]> = [
  ['script-src *', 'script-src *'],
  ["default-src * 'unsafe-inline'", 'default-src *'],
  ["script-src 'self' data:", 'script-src data:'],
  ["script-src 'self' https://*", 'script-src https://*'],
  ["script-src 'self'; script-src-elem *", 'script-src-elem *'],
  ["script-src 'self' *:443", 'script-src *'],
  ["script-src 'self' https://*:*", 'script-src https://*'],
  ["frame-ancestors 'none'", 'script-src'],
  ['upgrade-insecure-requests', 'script-src'],
];
for (const [policy, subject] of ERRORS) {
  test(`“${policy}” is an error`, () => {
    const { errors } = judge([page({ [CSP]: policy })]);
    assert.deepEqual(
      errors.map((finding) => finding.subject),
      [subject],
    );
  });
}

test('unsafe-eval is a warning with the hint at a non-production build', () => {
  const { warnings, errors } = judge([
    page({ [CSP]: `${STATIC.replace("script-src 'self'", "script-src 'self' 'unsafe-eval'")}` }),
  ]);
  assert.deepEqual(errors, []);
  assert.match(warnings[0]?.cause ?? '', /non-production build/);
});

const CLEAN: ReadonlyArray<readonly [name: string, policy: string]> = [
  ['an allow-list', STATIC],
  ['hashes', "default-src 'self'; script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='; base-uri 'none'"],
  [
    'strict-dynamic and hashes with fallbacks',
    "script-src 'strict-dynamic' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=' 'unsafe-inline' https: http: *; object-src 'none'; base-uri 'none'",
  ],
  ['no scripts at all', "default-src 'none'"],
  [
    'keywords newer than csp_evaluator',
    "default-src 'self'; script-src 'self' 'report-sha256'; fenced-frame-src 'none'",
  ],
  ['a source that is no URL', "default-src 'self'; img-src http://[bad"],
];
for (const [name, policy] of CLEAN) {
  test(`${name}: no finding`, () => {
    const { findings, status } = judge([page({ [CSP]: policy })]);
    assert.deepEqual(findings, []);
    assert.equal(status, 'pass');
  });
}

test('of several policies the stricter counts, in one header or repeated', () => {
  assert.deepEqual(judge([page({ [CSP]: `script-src *, ${STATIC}` })]).findings, []);
  assert.deepEqual(
    judge([
      page([
        [CSP, "default-src *; script-src * 'unsafe-inline'"],
        [CSP, STATIC],
      ]),
    ]).findings,
    [],
  );
  assert.deepEqual(
    judge([
      page([
        [CSP, "frame-ancestors 'none'"],
        [CSP, STATIC],
      ]),
    ]).findings,
    [],
  );
  const bypass = "default-src 'self'; script-src https://maps.googleapis.com";
  assert.deepEqual(
    judge([
      page([
        [CSP, 'default-src https:'],
        [CSP, bypass],
      ]),
    ]).warnings.map(({ subject }) => subject),
    ['script-src https://maps.googleapis.com'],
  );
  assert.deepEqual(
    judge([
      page([
        [CSP, 'script-src *'],
        [CSP, "script-src *; object-src 'none'"],
      ]),
    ]).errors.length,
    1,
  );
});

test('a meta policy counts, but not for what only a header can do, and not in the body', () => {
  const meta = (content: string) => `<meta http-equiv="Content-Security-Policy" content="${content}">`;
  assert.deepEqual(judge([page({}, `<html><head>${meta(STATIC)}</head><body></body></html>`)]).findings, []);
  assert.match(judge([page({}, `<html><head>${meta(STATIC)}</head></html>`)]).summary, /by <meta>/);
  assert.equal(judge([page({}, `<html><head>${meta("frame-ancestors 'none'")}</head></html>`)]).errors.length, 1);
  assert.equal(judge([page({}, `<html><head></head><body><p>x</p>${meta(STATIC)}</body></html>`)]).errors.length, 1);
});

test('a fresh, long nonce on every script passes', () => {
  const [first, second] = [freshNonce(), freshNonce()];
  const { findings, summary } = judge([nonced(first)], { '/': nonced(second) });
  assert.deepEqual(findings, []);
  assert.match(summary, /differ between two visits/);
});

test('Next’s documented nonce, a UUID in base64, passes', () => {
  const uuid = () => Buffer.from(crypto.randomUUID()).toString('base64');
  assert.deepEqual(judge([nonced(uuid())], { '/': nonced(uuid()) }).findings, []);
});

test('a nonce of nanoid(), 126 bits, passes', () => {
  const nanoid = () => randomBytes(21).toString('base64url').slice(0, 21);
  assert.deepEqual(judge([nonced(nanoid())], { '/': nonced(nanoid()) }).findings, []);
});

const pages4 = (make: () => string) => {
  const paths = ['/', '/sign-in'];
  const made = () => paths.map((path) => nonced(make(), undefined, path));
  return judge(made(), Object.fromEntries(made().map((each, at) => [paths[at] ?? '', each])));
};
for (const [name, make] of [
  ['base64 of 16 bytes', freshNonce],
  ['hexadecimal digits of 16 bytes', () => randomBytes(16).toString('hex')],
  ['nanoid()', () => randomBytes(21).toString('base64url').slice(0, 21)],
  ['a UUID', () => crypto.randomUUID()],
  ['a UUID in base64', () => Buffer.from(crypto.randomUUID()).toString('base64')],
] as const) {
  test(`nonces of ${name} pass every time`, () => {
    for (let round = 0; round < 300; round++) assert.deepEqual(pages4(make).findings, []);
  });
}

let tick = Date.UTC(2026, 10, 29);
for (const [name, make] of [
  ['the time behind a constant', () => `fernwork-nonce-prefix-${(tick += 37)}`],
  ['the time in base64', () => Buffer.from(`fernwork-csp-${(tick += 37)}`).toString('base64')],
  ['a counter', () => String(tick++).padStart(40, '0')],
] as const) {
  test(`nonces of ${name} can be guessed`, () => {
    const { errors } = pages4(make);
    assert.equal(errors.length, 1);
    assert.match(errors[0]?.message ?? '', /differ by at most \d+ bits/);
  });
}

test('a base-uri of every host is as good as none', () => {
  const open = (base: string) =>
    page({ [CSP]: `script-src 'nonce-${freshNonce()}'; object-src 'none'; base-uri ${base}` }, '<h1>x</h1>');
  assert.deepEqual(
    judge([open('*')]).warnings.map(({ subject }) => subject),
    ['base-uri'],
  );
  assert.deepEqual(judge([open("'self'")]).warnings, []);
});

test('a constant nonce is an error', () => {
  const nonce = freshNonce();
  assert.match(
    judge([nonced(nonce)], { '/': nonced(nonce) }).errors[0]?.message ?? '',
    /two visits got the same nonce/,
  );
});

for (const [name, make] of [
  ['8 bytes', () => randomBytes(8).toString('base64')],
  ['16 hexadecimal digits', () => randomBytes(8).toString('hex')],
  ['the time', () => String(Date.now() + Math.round(Math.random() * 1000))],
] as const) {
  test(`a nonce of ${name} is too short`, () => {
    assert.match(judge([nonced(make())], { '/': nonced(make()) }).errors[0]?.expected ?? '', /128 random bits/);
  });
}

test('a prerendered page whose scripts carry no nonce is an error with its cause', () => {
  const body = '<script src="/_next/static/chunks/main.js" async></script><script>self.__next_f=[]</script>';
  const mark = { 'x-nextjs-prerender': '1' };
  const { errors } = judge([nonced(freshNonce(), body, '/', mark)], { '/': nonced(freshNonce(), body, '/', mark) });
  assert.equal(errors.length, 1);
  assert.match(errors[0]?.cause ?? '', /prerendered at build time \(x-nextjs-prerender: 1\)/);
  assert.match(errors[0]?.fix ?? '', /dynamic/);
});

test('scripts with another nonce than the header’s are an error', () => {
  const body = `<script nonce="${freshNonce()}" src="/a.js"></script>`;
  assert.match(
    judge([nonced(freshNonce(), body)], { '/': nonced(freshNonce(), body) }).errors[0]?.cause ?? '',
    /carry another nonce/,
  );
});

test('one own script without the nonce is an error, a third party’s a warning', () => {
  const body = (nonce: string, extra: string) => `<script nonce="${nonce}" src="/a.js"></script>${extra}`;
  const run = (extra: string) => {
    const [first, second] = [freshNonce(), freshNonce()];
    return judge([nonced(first, body(first, extra))], { '/': nonced(second, body(second, extra)) });
  };
  assert.match(run('<script>boot()</script>').errors[0]?.message ?? '', /inline “boot\(\)…”/);
  assert.deepEqual(
    run('<script src="https://static.example.net/beacon.js"></script>').findings.map(({ level }) => level),
    ['warning'],
  );
  for (const unread of ['<script type="application/ld+json">{}</script>', '<script nomodule src="/old.js"></script>'])
    assert.deepEqual(run(unread).findings, []);
  assert.equal(run('<script nomodule type="module" src="/own.js"></script>').errors.length, 1);
});

test('an inline script by hash beside a nonce is allowed', () => {
  const hash = createHash('sha256').update('boot()').digest('base64');
  const hashed = (nonce: string) =>
    page(
      { [CSP]: `script-src 'nonce-${nonce}' 'sha256-${hash}'; object-src 'none'; base-uri 'none'` },
      `<script nonce="${nonce}">a()</script><script>boot()</script>`,
    );
  assert.deepEqual(judge([hashed(freshNonce())], { '/': hashed(freshNonce()) }).findings, []);
});

test('what was not seen is not proven', () => {
  const good = page({ [CSP]: STATIC });
  assert.equal(judge([good, visit(failure('ECONNRESET', '/sign-in'))]).status, 'not-verified');
  assert.equal(
    judge([good, visit(exchange({ path: '/sign-in', status: 500, headers: { [CSP]: STATIC } }))]).status,
    'not-verified',
  );
  assert.match(
    judge([visit(exchange({ headers: { 'content-type': 'application/json' } }))]).unverified ?? '',
    /no page answered with HTML/,
  );
  assert.equal(judge([nonced(freshNonce())], { '/': visit(failure('ECONNRESET')) }).status, 'not-verified');
  assert.equal(
    judge([good, visit(exchange({ path: '/feed', headers: { 'content-type': 'application/xml' } }))]).status,
    'pass',
  );
});

test('over sockets: fresh nonces pass, a constant one and a bare 404 page fail', async () => {
  const constant = freshNonce();
  const site = (nonce: () => string, on404: boolean) =>
    verifySite(csp, (request, response) => {
      const value = nonce();
      const known = request.url === '/';
      if (known || on404)
        response.setHeader(CSP, `script-src 'nonce-${value}' 'strict-dynamic'; object-src 'none'; base-uri 'none'`);
      response
        .writeHead(known ? 200 : 404, { 'content-type': 'text/html' })
        .end(`<!doctype html><script nonce="${value}">1</script>`);
    });
  const good = await site(freshNonce, true);
  assert.equal(good.status, 'pass', good.reason);
  // One shared visit of / and the unknown path, and one more of each; / itself was fetched when connecting.
  assert.equal(good.requests, 3);
  assert.match((await site(() => constant, true)).reason, /same nonce/);
  assert.match((await site(freshNonce, false)).reason, /no Content-Security-Policy on \/clerk-readiness-\w+ \[404\]/);
});
