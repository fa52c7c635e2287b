import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import test from 'node:test';
import { ReadinessConfigError } from '../../src/config/error.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';

/** Options as a JavaScript user or a slip of the pen gives them. */
type Wrong = Record<string, unknown>;

function mistakes(options: unknown, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    resolveOptions(options as ReadinessOptions, env);
  } catch (failure) {
    assert.ok(failure instanceof ReadinessConfigError, String(failure));
    const [first, ...lines] = failure.message.split('\n');
    assert.equal(first, 'The clerk-readiness options are not valid:');
    return lines.map((line) => line.replace(/^ {2}- /, ''));
  }
  return [];
}

const CASES: ReadonlyArray<readonly [options: Wrong, ...messages: string[]]> = [
  // Unknown keys, at every depth.
  [{ routess: {} }, 'routess is not an option; did you mean "routes"?'],
  [{ baseUrl: 'https://example.com' }, 'baseUrl is not an option; did you mean "baseURL"?'],
  [{ zzz: 1 }, 'zzz is not an option'],
  [{ routes: { protcted: [] } }, 'routes.protcted is not an option; did you mean "protected"?'],
  [{ network: { concurency: 4 } }, 'network.concurency is not an option; did you mean "concurrency"?'],
  [{ webhook: { path: '/w', secert: 'x' } }, 'webhook.secert is not an option; did you mean "secret"?'],
  [{ webhook: { pth: '/w' } }, 'webhook.path is missing', 'webhook.pth is not an option; did you mean "path"?'],
  [
    { routes: { protected: ['/a', { path: '/b', contain: 'x' }] } },
    'routes.protected[1].contain is not an option; did you mean "contains"?',
  ],
  [{ api: [{ path: '/a', method: ['GET'] }] }, 'api[0].method is not an option; did you mean "methods"?'],
  [{ session: { user: { email: 'a@example.com', pass: 'x' } } }, 'session.user.pass is not an option'],
  [
    { attest: { 'monitoring/health': { evidence: 'x', by: 'me', onn: '2026-11-01' } } },
    "attest['monitoring/health'].on is missing",
    'attest[\'monitoring/health\'].onn is not an option; did you mean "on"?',
  ],
  // Wrong types.
  [{ baseURL: 7 }, 'baseURL must be a string; got 7'],
  [{ strict: 'yes' }, 'strict must be true or false; got "yes"'],
  [{ api: '/api/me' }, 'api must be false or a list; got "/api/me"'],
  [{ api: true }, 'api must be false or a list; got true'],
  [{ api: ['/ok', 7] }, 'api[1] must be a string or an object; got 7'],
  [{ routes: ['/a'] }, "routes['0'] is not an option"],
  [{ routes: 'x' }, 'routes must be an object; got "x"'],
  [{ webhook: '/w' }, 'webhook must be false or an object; got "/w"'],
  [{ webhook: {} }, 'webhook.path is missing'],
  [{ network: { concurrency: '8' } }, 'network.concurrency must be a number; got "8"'],
  [{ project: { root: 1 } }, 'project.root must be a string; got 1'],
  // Wrong values.
  [{ profile: 'prod' }, 'profile must be one of production, staging, preview; got "prod"'],
  [{ mode: 'readonly' }, 'mode must be one of read-only, full; got "readonly"; did you mean "read-only"?'],
  [{ name: 'a b' }, 'name may contain letters, digits, ".", "_" and "-" only; got "a b"'],
  [
    { routes: { protected: [{ path: '/a', guard: 'browser' }] } },
    'routes.protected[0].guard must be one of server, client; got "browser"',
  ],
  [{ routes: { public: ['pricing'] } }, 'routes.public[0] must be a path that starts with one "/"; got "pricing"'],
  [{ api: ['api/me'] }, 'api[0] must be a path that starts with one "/"; got "api/me"'],
  [{ api: ['//evil.example'] }, 'api[0] must be a path that starts with one "/"; got "//evil.example"'],
  [{ routes: { public: ['/a b'] } }, 'routes.public[0] must not contain white space or "#"; got "/a b"'],
  [{ api: [{ path: '/a', methods: ['get'] }] }, 'api[0].methods[0] must be an HTTP method in capitals; got "get"'],
  [{ api: [{ path: '/a', methods: [] }] }, 'api[0].methods must name at least one method; got 0'],
  [
    { api: [{ path: '/a', unauthenticatedStatus: [4010] }] },
    'api[0].unauthenticatedStatus[0] must be an HTTP status; got 4010',
  ],
  [{ network: { concurrency: 0 } }, 'network.concurrency must be at least 1; got 0'],
  [{ network: { concurrency: 65 } }, 'network.concurrency must be at most 64; got 65'],
  [{ network: { concurrency: 1.5 } }, 'network.concurrency must be a whole number; got 1.5'],
  [{ network: { requestsPerSecond: 20_000 } }, 'network.requestsPerSecond must be at most 10000; got 20000'],
  [
    { network: { resolve: { 'app.example.com': 'localhost' } } },
    'network.resolve[\'app.example.com\'] must be an IP address; got "localhost"',
  ],
  [
    { cors: { allowedOrigins: ['https://app.example.com/'] } },
    'cors.allowedOrigins[0] must be an origin such as "https://app.example.com", without a path; got "https://app.example.com/"',
  ],
  [{ session: { user: { email: 'nobody' } } }, 'session.user.email must be an e-mail address'],
  [{ session: { user: 'ephemral' } }, 'session.user must be "ephemeral", an id as "user_…" or an object'],
  [{ project: { root: ' ' } }, 'project.root must not be empty; got " "'],
  [{ headers: { 'x y': '1' } }, "headers['x y'] must be a header name"],
  [{ headers: ['x-bypass: 1'] }, "headers['0'] must be a header name"],
  // URLs.
  [{ baseURL: 'example.com' }, 'baseURL must be an absolute http(s) URL; got "example.com"'],
  [{ baseURL: 'ftp://example.com' }, 'baseURL must be an absolute http(s) URL; got "ftp://example.com"'],
  [{ baseURL: '' }, 'baseURL must be an absolute http(s) URL; got ""'],
  [
    { baseURL: 'https://example.com/app' },
    'baseURL must be the origin of the site without a path; paths belong into routes, api and the like; got "https://example.com/app"',
  ],
  [
    { baseURL: 'https://example.com/?a=1' },
    'baseURL must not have a query or a fragment; got "https://example.com/?a=1"',
  ],
  [
    { routes: { signIn: 'sign-in' } },
    'routes.signIn must be a path that starts with "/" or an absolute http(s) URL; got "sign-in"',
  ],
  // Dates.
  [
    { waive: { 'headers/csp': { reason: 'x', until: 'tomorrow' } } },
    'waive[\'headers/csp\'].until must be a day as YYYY-MM-DD; got "tomorrow"',
  ],
  [
    { waive: { 'headers/csp': { reason: 'x', until: '2026-02-30' } } },
    'waive[\'headers/csp\'].until must be a day as YYYY-MM-DD; got "2026-02-30"',
  ],
  [
    { waive: { 'headers/csp': { reason: 'x', until: '2026-13-01' } } },
    'waive[\'headers/csp\'].until must be a day as YYYY-MM-DD; got "2026-13-01"',
  ],
  [{ waive: { 'headers/csp': { until: '2026-12-01' } } }, "waive['headers/csp'].reason is missing"],
  // Check ids.
  [
    { waive: { 'headers/cps': { reason: 'x', until: '2026-12-01' } } },
    'waive[\'headers/cps\'] is no check of this pack; did you mean "headers/csp"?',
  ],
  [{ waive: { csp: { reason: 'x', until: '2026-12-01' } } }, 'waive.csp must be a check id such as "headers/csp"'],
];

for (const [options, ...expected] of CASES) {
  test(JSON.stringify(options), () => assert.deepEqual(mistakes(options), expected));
}

test('every mistake is named at once', () => {
  assert.deepEqual(mistakes({ profile: 'x', api: [1], strict: 1 }), [
    'profile must be one of production, staging, preview; got "x"',
    'strict must be true or false; got 1',
    'api[0] must be a string or an object; got 1',
  ]);
});

test('options that are no object', () => {
  assert.deepEqual(mistakes('https://example.com'), ['the options must be an object; got "https://example.com"']);
  assert.deepEqual(mistakes(null), ['the options must be an object; got null']);
});

test('a waiver or attestation of a consumer’s own check is accepted', () => {
  assert.deepEqual(mistakes({ waive: { 'acme/tenants': { reason: 'x', until: '2026-12-01' } } }), []);
});

test('an ephemeral user needs the mode and the key by which it is made, and the message names what is missing', () => {
  const clerk = { secretKey: `sk_live_${randomBytes(20).toString('hex')}` };
  const message = (options: object) => {
    try {
      resolveOptions({ session: { user: 'ephemeral' }, ...options }, {});
    } catch (failure) {
      assert.ok(failure instanceof ReadinessConfigError);
      return failure.message;
    }
    return undefined;
  };
  assert.equal(message({ mode: 'full', clerk }), undefined);
  assert.match(
    message({ clerk }) ?? '',
    /^session\.user is 'ephemeral', .*: set mode: 'full', or name a user of yours/,
  );
  assert.match(message({ mode: 'full' }) ?? '', /: set clerk\.secretKey \(or CLERK_SECRET_KEY\), or/);
  assert.match(message({}) ?? '', /: set mode: 'full' and clerk\.secretKey/);
});

test('a message never repeats a secret', () => {
  const secret = randomBytes(12).toString('hex');
  const wrong: Wrong[] = [
    { headers: { authorization: `${secret}\r\nx: y` } },
    { clerk: { secretKey: secret } },
    { baseURL: `https://admin:${secret}@example.com` },
    { clerk: { apiUrl: `https://admin:${secret}@example.com` } },
    { session: { user: { email: secret } } },
  ];
  for (const options of wrong) {
    const lines = mistakes(options);
    assert.ok(lines.length > 0, JSON.stringify(options));
    assert.ok(!lines.join('\n').includes(secret), lines.join('\n'));
  }
});

test('environment variables stand in, and are named when they are wrong', () => {
  const wrong = (env: NodeJS.ProcessEnv) =>
    assert.throws(() => resolveOptions({}, env), {
      name: 'ReadinessConfigError',
      message: Object.keys(env)[0] && new RegExp(`^The environment variable ${Object.keys(env)[0]} must `),
    });
  wrong({ READINESS_BASE_URL: 'example.com' });
  wrong({ CLERK_SECRET_KEY: 'nonsense' });
  wrong({ CLERK_API_URL: 'api' });
});

test('an environment variable that does not count is not checked', () => {
  assert.equal(
    resolveOptions({ baseURL: 'https://example.com' }, { READINESS_BASE_URL: 'nonsense' }).baseURL,
    'https://example.com',
  );
});

test('a ReadinessConfigError prints as its message, without a stack', () => {
  const failure = new ReadinessConfigError('baseURL is missing');
  assert.equal(failure.stack, 'ReadinessConfigError: baseURL is missing');
  assert.equal(inspect(failure), 'ReadinessConfigError: baseURL is missing');
});
