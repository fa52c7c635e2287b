import assert from 'node:assert/strict';
import { test } from 'node:test';
import { securityHeaders } from '../../src/areas/headers.ts';
import type { HeaderList, Visit } from '../../src/target/exchange.ts';
import { conclude } from '../../src/verify.ts';
import { exchange, expectation, failure, visit } from '../support/exchange.ts';
import { verifySite } from '../support/site.ts';

const GOOD: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'DENY',
};

/** The good headers with some replaced, or taken out by undefined; a list repeats a header. */
function headers(changes: Readonly<Record<string, string | readonly string[] | undefined>> = {}): HeaderList {
  return Object.entries({ ...GOOD, ...changes }).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => [name, one] as const),
  );
}

function judge(visits: readonly Visit[]) {
  const judgement = securityHeaders.judge(visits, expectation());
  const subjects = (wanted: string) =>
    judgement.findings.filter(({ level }) => level === wanted).map(({ subject }) => subject);
  return {
    ...judgement,
    errors: subjects('error'),
    warnings: subjects('warning'),
    status: conclude(judgement, [], false).status,
  };
}

const page = (changes: Parameters<typeof headers>[0] = {}, path = '/', body = '') =>
  visit(exchange({ path, headers: headers(changes), body }));

test('all headers set passes', () => {
  const { findings, status } = judge([page(), visit(exchange({ path: '/nope', status: 404, headers: headers() }))]);
  assert.deepEqual(findings, []);
  assert.equal(status, 'pass');
});

const ERRORS: ReadonlyArray<readonly [changes: Parameters<typeof headers>[0], subject: string]> = [
  [{ 'strict-transport-security': undefined }, 'Strict-Transport-Security'],
  [{ 'strict-transport-security': 'max-age=0' }, 'Strict-Transport-Security'],
  [{ 'strict-transport-security': 'includeSubDomains' }, 'Strict-Transport-Security'],
  [{ 'strict-transport-security': 'max-age=1; max-age=31536000' }, 'Strict-Transport-Security'],
  [{ 'x-content-type-options': undefined }, 'X-Content-Type-Options'],
  [{ 'x-content-type-options': 'sniff' }, 'X-Content-Type-Options'],
  [{ 'x-content-type-options': 'none, nosniff' }, 'X-Content-Type-Options'],
  [{ 'referrer-policy': undefined }, 'Referrer-Policy'],
  [{ 'referrer-policy': 'unsafe-url' }, 'Referrer-Policy'],
  [{ 'referrer-policy': 'no-referrer, origin' }, 'Referrer-Policy'],
  [{ 'referrer-policy': 'no-referrer-when-downgrade' }, 'Referrer-Policy'],
  [{ 'referrer-policy': 'never' }, 'Referrer-Policy'],
  [{ 'x-frame-options': undefined }, 'X-Frame-Options'],
  [{ 'x-frame-options': 'ALLOW-FROM https://partner.example' }, 'X-Frame-Options'],
  [{ 'content-security-policy': 'frame-ancestors *' }, 'X-Frame-Options'],
  [{ 'content-security-policy': 'frame-ancestors https:' }, 'X-Frame-Options'],
  [
    { 'x-frame-options': undefined, 'content-security-policy-report-only': "frame-ancestors 'none'" },
    'X-Frame-Options',
  ],
  [{ 'x-powered-by': 'Next.js' }, 'X-Powered-By'],
];
for (const [changes, subject] of ERRORS) {
  test(`${JSON.stringify(changes)} is an error`, () => {
    const { errors, findings, warnings } = judge([page(changes)]);
    assert.deepEqual([errors, warnings], [[subject], []]);
    for (const part of ['message', 'expected', 'cause', 'fix', 'docs', 'curl'] as const)
      assert.notEqual(findings[0]?.[part] ?? '', '', part);
  });
}

const FINE: ReadonlyArray<Parameters<typeof headers>[0]> = [
  { 'strict-transport-security': 'max-age=15552000' },
  { 'strict-transport-security': 'MAX-AGE="63072000"; preload' },
  { 'x-content-type-options': ['nosniff', 'NOSNIFF'] },
  { 'referrer-policy': 'no-referrer, strict-origin-when-cross-origin' },
  { 'referrer-policy': 'same-origin, future-policy' },
  { 'x-frame-options': 'sameorigin' },
  { 'x-frame-options': ['DENY', 'deny'] },
  {
    'x-frame-options': undefined,
    'content-security-policy': "default-src 'self'; frame-ancestors 'self' https://partner.example",
  },
  { 'x-frame-options': undefined, 'content-security-policy': ['frame-ancestors *', "frame-ancestors 'none'"] },
];
for (const changes of FINE) {
  test(`${JSON.stringify(changes)} is fine`, () => assert.deepEqual(judge([page(changes)]).findings, []));
}

const WARNINGS: ReadonlyArray<Parameters<typeof headers>[0]> = [
  { 'strict-transport-security': 'max-age=86400' },
  { 'strict-transport-security': ['max-age=31536000', 'max-age=0'] },
  { 'x-frame-options': ['DENY', 'SAMEORIGIN'] },
];
for (const changes of WARNINGS) {
  test(`${JSON.stringify(changes)} is a warning`, () => {
    const { errors, warnings, status } = judge([page(changes)]);
    assert.deepEqual([errors, warnings.length, status], [[], 1, 'pass']);
  });
}

test('HSTS is not judged over http', () => {
  const plain = visit(
    exchange({ path: 'http://app.example.com/', headers: headers({ 'strict-transport-security': undefined }) }),
  );
  const { findings, summary } = judge([plain]);
  assert.deepEqual(findings, []);
  assert.match(summary, /not judged over http/);
});

test('HSTS on some pages only is a warning, another header on some pages only an error', () => {
  assert.deepEqual(judge([page(), page({ 'strict-transport-security': undefined }, '/sign-in')]).warnings, [
    'Strict-Transport-Security',
  ]);
  const { findings } = judge([page(), page({ 'x-content-type-options': undefined }, '/sign-in')]);
  assert.match(findings[0]?.message ?? '', /not sent on \/sign-in$/);
});

test('a frame-ancestors in a meta policy protects nothing', () => {
  const body = `<head><meta http-equiv="content-security-policy" content="frame-ancestors 'none'"></head>`;
  assert.deepEqual(judge([page({ 'x-frame-options': undefined }, '/', body)]).errors, ['X-Frame-Options']);
});

test('a referrer policy in the page counts, and wins', () => {
  const meta = (policy: string) => `<head><meta name="referrer" content="${policy}"></head>`;
  assert.deepEqual(judge([page({ 'referrer-policy': undefined }, '/', meta('same-origin'))]).findings, []);
  assert.deepEqual(judge([page({}, '/', meta('unsafe-url'))]).errors, ['Referrer-Policy']);
});

test('what was not seen is not proven', () => {
  assert.equal(judge([page(), visit(failure('ECONNRESET'))]).status, 'not-verified');
  assert.equal(judge([visit(exchange({ headers: { 'content-type': 'text/plain' } }))]).status, 'not-verified');
});

test('over sockets: good headers pass, a missing one fails on the error page too', async () => {
  const site = (on404: HeaderList) =>
    verifySite(securityHeaders, (request, response) => {
      const known = request.url === '/';
      for (const [name, value] of known ? headers() : on404) response.setHeader(name, value);
      response.writeHead(known ? 200 : 404, { 'content-type': 'text/html' }).end('<!doctype html>');
    });
  const good = await site(headers({ 'strict-transport-security': undefined }));
  assert.equal(good.status, 'pass', good.reason);
  assert.match(
    (await site(headers({ 'x-content-type-options': undefined }))).reason,
    /X-Content-Type-Options: not sent on \/clerk-readiness-\w+ \[404\]/,
  );
});
