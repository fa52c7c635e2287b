import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { hostileOrigins } from '../../src/areas/cors/origins.ts';
import type { AllowedOriginAnswer } from '../../src/areas/cors/allowed-origin.ts';
import type { OriginAnswer, ProbedPath } from '../../src/areas/cors/untrusted-origin.ts';
import { allowedOrigin, untrustedOrigin, untrustedOriginSignedIn } from '../../src/areas/cors.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import type { Exchange } from '../../src/target/exchange.ts';
import { conclude } from '../../src/verify.ts';
import { ORIGIN, exchange, expectation, failure } from '../support/exchange.ts';
import { verifySite } from '../support/site.ts';

const FRONT = 'https://front.example.com';
const OPTIONS: ReadinessOptions = {
  api: ['/api/me'],
  cors: { allowedOrigins: [FRONT] },
  routes: { signIn: '/sign-in' },
};

/** Headers that a server answers to an origin; undefined is no CORS header at all. */
type Server = (origin: string, probed: ProbedPath) => Readonly<Record<string, string>> | undefined;

const allow = (origin: string, credentials = true): Readonly<Record<string, string>> => ({
  'access-control-allow-origin': origin,
  ...(credentials && { 'access-control-allow-credentials': 'true' }),
  vary: 'RSC, Origin',
});
const listed: Server = (origin) => (origin === FRONT ? allow(origin) : { vary: 'Origin' });

const PATHS: readonly ProbedPath[] = [
  { path: '/api/me', kind: 'api' },
  { path: '/', kind: 'page' },
];

/** Every answer of a server, as `collect` brings it home. */
function answersOf(server: Server, status = 401): OriginAnswer[] {
  const answer = (probed: ProbedPath, origin: string): Exchange =>
    exchange({
      path: probed.path,
      status,
      requestHeaders: { origin },
      headers: { 'content-type': 'application/json', ...server(origin, probed) },
    });
  const hostile = hostileOrigins(ORIGIN, [FRONT]);
  return PATHS.flatMap((probed) => [
    ...hostile.flatMap((each) =>
      (['GET', 'preflight'] as const).map((request) => ({
        ...probed,
        origin: each.origin,
        hostile: each,
        request,
        exchange: answer(probed, each.origin),
      })),
    ),
    ...[ORIGIN, FRONT].map((origin) => ({
      ...probed,
      origin,
      request: 'GET' as const,
      exchange: answer(probed, origin),
    })),
  ]);
}

function untrusted(server: Server, options: ReadinessOptions = OPTIONS) {
  const judgement = untrustedOrigin.judge({ answers: answersOf(server), leftOut: [] }, expectation(options));
  const errors = judgement.findings.filter(({ level }) => level === 'error');
  return { ...judgement, errors, status: conclude(judgement, [], false).status };
}

test('twelve hostile origins for an app, and lookalikes of each declared origin', () => {
  const own = hostileOrigins(ORIGIN, []).map(({ origin }) => origin);
  assert.deepEqual(own, [
    'https://evil.example',
    'null',
    'http://localhost:3000',
    'http://localhost:5173',
    'https://evil.vercel.app',
    'https://app.example.com.evil.example',
    'https://evilapp.example.com',
    'https://evil.app.example.com',
    'https://evil.example.com',
    'https://appxexamplexcom',
    'http://app.example.com',
    'https://app.example.com:8443',
  ]);
  const both = hostileOrigins(ORIGIN, [FRONT]).map(({ origin }) => origin);
  assert.ok(both.includes('https://front.example.com.evil.example'));
  assert.equal(new Set(both).size, both.length);
  assert.equal(
    hostileOrigins(ORIGIN, ['http://localhost:3000']).some(({ origin }) => origin === 'http://localhost:3000'),
    false,
  );
});

test('no CORS at all passes and says that there is no positive control', () => {
  const { findings, status, summary } = untrusted(() => undefined, { api: ['/api/me'] });
  assert.deepEqual(findings, []);
  assert.equal(status, 'pass');
  assert.match(summary, /no positive control; no answer had a CORS permission/);
});

test('an exact list passes with its positive control', () => {
  const { findings, summary } = untrusted(listed);
  assert.deepEqual(findings, []);
  assert.match(summary, /control: https:\/\/front\.example\.com is granted/);
});

test('a fixed own or declared origin needs no Vary', () => {
  assert.deepEqual(untrusted(() => ({ 'access-control-allow-origin': FRONT })).findings, []);
  assert.deepEqual(untrusted(() => ({ 'access-control-allow-origin': ORIGIN })).findings, []);
});

const MISTAKES: ReadonlyArray<readonly [name: string, allows: (origin: string) => boolean, granted: RegExp]> = [
  ['reflection', () => true, /every origin that asks/],
  ['null on the list', (origin) => origin === 'null' || origin === FRONT, /permission for null/],
  ['startsWith', (origin) => origin.startsWith(FRONT), /https:\/\/front\.example\.com\.evil\.example/],
  ['endsWith', (origin) => origin.endsWith('front.example.com'), /https:\/\/evilfront\.example\.com/],
  [
    'any subdomain',
    (origin) => origin === FRONT || /^https:\/\/[\w-]+\.front\.example\.com$/.test(origin),
    /https:\/\/evil\.front\.example\.com/,
  ],
  ['any sibling', (origin) => /^https:\/\/[\w-]+\.example\.com$/.test(origin), /https:\/\/evil\.example\.com/],
  ['unescaped dots', (origin) => /^https:\/\/front.example.com$/.test(origin), /https:\/\/frontxexamplexcom/],
  [
    'any scheme',
    (origin) => new URL(origin === 'null' ? 'x:' : origin).host === 'front.example.com',
    /http:\/\/front\.example\.com/,
  ],
  [
    'any port',
    (origin) =>
      new URL(origin === 'null' ? 'x:' : origin).hostname === 'front.example.com' && origin.startsWith('https'),
    /https:\/\/front\.example\.com:8443/,
  ],
  [
    'localhost left over',
    (origin) => origin === FRONT || origin === 'http://localhost:3000',
    /http:\/\/localhost:3000/,
  ],
  [
    'localhost of Vite left over',
    (origin) => origin === FRONT || origin === 'http://localhost:5173',
    /http:\/\/localhost:5173/,
  ],
];
for (const [name, allows, granted] of MISTAKES) {
  test(`${name} is an error`, () => {
    const { errors } = untrusted((origin, { kind }) =>
      kind === 'api' && allows(origin) ? allow(origin) : { vary: 'Origin' },
    );
    assert.deepEqual(
      errors.map(({ subject }) => subject),
      ['/api/me'],
    );
    assert.match(errors[0]?.message ?? '', granted);
    assert.match(errors[0]?.message ?? '', /^CRITICAL.*with Access-Control-Allow-Credentials/);
    assert.match(errors[0]?.curl ?? '', /-H 'origin: /);
  });
}

test('reflection without credentials is an error in plainer words', () => {
  const { errors } = untrusted((origin, { kind }) => (kind === 'api' ? allow(origin, false) : undefined));
  assert.doesNotMatch(errors[0]?.message ?? '', /CRITICAL/);
});

test('a permission for null whoever asks is an error', () => {
  assert.match(
    untrusted(() => ({ 'access-control-allow-origin': 'null' })).errors[0]?.message ?? '',
    /permission for null/,
  );
});

test('* is an error on an API route, a warning on a page, and an error there with credentials', () => {
  const star = { 'access-control-allow-origin': '*' };
  assert.deepEqual(
    untrusted((_, { kind }) => (kind === 'api' ? star : undefined)).errors.map(({ subject }) => subject),
    ['/api/me'],
  );
  const onPage = untrusted((_, { kind }) => (kind === 'page' ? star : undefined));
  assert.deepEqual(
    onPage.findings.map(({ level, subject }) => [level, subject]),
    [['warning', '/']],
  );
  assert.equal(onPage.status, 'pass');
  assert.equal(
    untrusted((_, { kind }) => (kind === 'page' ? { ...star, 'access-control-allow-credentials': 'true' } : undefined))
      .errors.length,
    1,
  );
});

test('a permission that varies without Vary: Origin is an error', () => {
  const { errors } = untrusted((origin, { kind }) =>
    kind === 'api' && origin === FRONT ? { ...allow(origin), vary: 'RSC' } : undefined,
  );
  assert.deepEqual(
    errors.map(({ subject }) => subject),
    ['/api/me'],
  );
  assert.match(errors[0]?.message ?? '', /no Vary: Origin/);
});

test('an answer that no cache may keep needs no Vary', () => {
  const server =
    (more: Readonly<Record<string, string>>): Server =>
    (origin) =>
      origin === FRONT ? { ...allow(origin), vary: 'RSC', ...more } : undefined;
  const uncached = { 'cache-control': 'private, No-Store' };
  assert.deepEqual(untrusted(server(uncached)).findings, []);
  assert.equal(untrusted(server({ ...uncached, 'cdn-cache-control': 'max-age=60' })).errors.length, 2);
  assert.equal(untrusted(server({ 'cache-control': 'private, max-age=60' })).errors.length, 2);
  assert.deepEqual(allowed({ get: answer({ vary: 'RSC', ...uncached }) }).findings, []);
});

test('an origin that nothing declares is a warning, beside declared ones an error', () => {
  const server: Server = () => ({ 'access-control-allow-origin': 'https://other.example' });
  assert.deepEqual(
    new Set(untrusted(server, { api: ['/api/me'] }).findings.map(({ level }) => level)),
    new Set(['warning']),
  );
  assert.deepEqual(new Set(untrusted(server).findings.map(({ level }) => level)), new Set(['error']));
});

test('Clerk’s handshake answers are not the app’s', () => {
  const handshake = {
    'x-clerk-auth-status': 'handshake',
    'access-control-allow-origin': 'null',
    'access-control-allow-credentials': 'true',
  };
  const { findings, status } = untrusted((origin, { kind }) =>
    kind === 'page' ? handshake : listed(origin, PATHS[0] as ProbedPath),
  );
  assert.deepEqual(findings, []);
  assert.equal(status, 'not-verified', 'the page itself was never seen');
});

test('no answer proves nothing', () => {
  const answers = answersOf(listed).map((answer) =>
    answer.path === '/' ? { ...answer, exchange: failure('ECONNRESET') } : answer,
  );
  assert.match(
    untrustedOrigin.judge({ answers, leftOut: [] }, expectation(OPTIONS)).unverified ?? '',
    /proves nothing/,
  );
  assert.match(untrusted(listed, { cors: { allowedOrigins: [FRONT] } }).unverified ?? '', /set api/);
  assert.equal(untrusted(listed, { api: false, cors: { allowedOrigins: [FRONT] } }).unverified, undefined);
});

/** A correct answer to a declared origin, with headers changed or taken out. */
function answer(
  changes: Readonly<Record<string, string | undefined>> = {},
  { status = 401, method = 'GET' } = {},
): Exchange {
  const headers = { 'content-type': 'application/json', ...allow(FRONT), ...changes };
  return exchange({
    method,
    path: '/api/me',
    status,
    headers: Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  });
}
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, PATCH',
  'access-control-allow-headers': 'Authorization, Content-Type',
};
const preflight = (changes: Readonly<Record<string, string | undefined>> = {}, status = 204) =>
  answer({ ...PREFLIGHT, ...changes }, { status, method: 'OPTIONS' });

function allowed(parts: { get?: Exchange; control?: Exchange; preflight?: Exchange; method?: string } = {}) {
  const answers: AllowedOriginAnswer[] = [
    {
      path: '/api/me',
      origin: FRONT,
      get: parts.get ?? answer(),
      ...(parts.control && { control: parts.control }),
      preflights: [{ method: parts.method ?? 'PATCH', exchange: parts.preflight ?? preflight() }],
    },
  ];
  const judgement = allowedOrigin.judge({ answers, leftOut: 0 }, expectation(OPTIONS));
  return {
    ...judgement,
    levels: judgement.findings.map(({ level }) => level),
    status: conclude(judgement, [], false).status,
  };
}

test('exact permission for a declared origin passes', () => {
  assert.deepEqual(allowed().findings, []);
  assert.equal(allowed().status, 'pass');
});

const REFUSED: ReadonlyArray<readonly [name: string, parts: Parameters<typeof allowed>[0], text: RegExp]> = [
  [
    'no permission on the guard’s 401',
    { get: answer({ 'access-control-allow-origin': undefined }) },
    /guard refuses before the CORS headers/,
  ],
  [
    'no permission on a 200',
    { get: answer({ 'access-control-allow-origin': undefined }, { status: 200 }) },
    /not on the server’s list/,
  ],
  ['another origin', { get: answer({ 'access-control-allow-origin': 'https://app.example.com' }) }, /one fixed origin/],
  [
    'two origins in one header',
    { get: answer({ 'access-control-allow-origin': `${FRONT}, https://b.example` }) },
    /Several origins/,
  ],
  ['*', { get: answer({ 'access-control-allow-origin': '*' }) }, /behind sign-in/],
  ['a trailing slash', { get: answer({ 'access-control-allow-origin': `${FRONT}/` }) }, /one fixed origin/],
  ['no Vary', { get: answer({ vary: 'RSC' }) }, /cache/],
  [
    'a guarded preflight',
    { preflight: preflight({ 'access-control-allow-origin': undefined }, 401) },
    /guard also catches OPTIONS/,
  ],
  ['a redirected preflight', { preflight: preflight({ location: '/sign-in' }, 307) }, /guard also catches OPTIONS/],
  [
    'a hidden preflight',
    { preflight: preflight({ 'x-clerk-auth-status': 'signed-out' }, 404) },
    /auth\.protect\(\) hides it.*|x-clerk-auth-status/,
  ],
  [
    'Next’s bare 204',
    { preflight: preflight({ 'access-control-allow-origin': undefined }) },
    /not on the server’s list/,
  ],
  [
    'a method in lower case, which browsers do not take for it',
    { preflight: preflight({ 'access-control-allow-methods': 'get, patch' }) },
    /list of methods/,
  ],
  ['a forgotten method', { preflight: preflight(), method: 'DELETE' }, /list of methods/],
  [
    'a forgotten header',
    { preflight: preflight({ 'access-control-allow-headers': 'Content-Type' }) },
    /session token travels in Authorization/,
  ],
  [
    '* for headers',
    { preflight: preflight({ 'access-control-allow-headers': '*', 'access-control-allow-credentials': undefined }) },
    /never covers Authorization/,
  ],
  [
    '* for methods with credentials',
    { preflight: preflight({ 'access-control-allow-methods': '*' }) },
    /taken literally/,
  ],
];
for (const [name, parts, cause] of REFUSED) {
  test(`${name} is an error`, () => {
    const { findings, levels } = allowed(parts);
    assert.deepEqual(levels, ['error']);
    assert.match(findings[0]?.cause ?? '', cause);
    assert.notEqual(findings[0]?.fix ?? '', '');
  });
}

test('a permission without Vary is sound where every other website gets the same one', () => {
  const get = answer({ vary: 'RSC' });
  assert.deepEqual(allowed({ get, control: get }).findings, []);
  const none = answer({ vary: 'RSC', 'access-control-allow-origin': undefined });
  assert.deepEqual(allowed({ get, control: none }).levels, ['error']);
});

test('over sockets: a fixed permission for the one declared origin passes', async () => {
  const fixed = (_: IncomingMessage, response: ServerResponse) =>
    response
      .writeHead(401, {
        'access-control-allow-origin': FRONT,
        'access-control-allow-headers': 'authorization, content-type',
      })
      .end('{}');
  const { findings } = await verifySite(allowedOrigin, fixed, { api: ['/api/me'], cors: { allowedOrigins: [FRONT] } });
  assert.equal(
    findings.some(({ message }) => /Vary/.test(message)),
    false,
  );
});

test('safelisted methods need not be listed', () => {
  assert.deepEqual(
    allowed({ method: 'POST', preflight: preflight({ 'access-control-allow-methods': undefined }) }).findings,
    [],
  );
});

test('Content-Type that is not allowed is a warning where only GET is served, and an error for what has a body', () => {
  const bare = preflight({ 'access-control-allow-headers': 'Authorization' });
  assert.deepEqual(allowed({ method: 'GET', preflight: bare }).levels, ['warning']);
  assert.deepEqual(allowed({ method: 'POST', preflight: bare }).levels, ['error']);
  const preflights = ['GET', 'POST'].map((method) => ({ method, exchange: bare }));
  const answers = [{ path: '/api/me', origin: FRONT, preflights }];
  const both = allowedOrigin.judge({ answers, leftOut: 0 }, expectation(OPTIONS));
  assert.deepEqual(
    both.findings.map(({ level }) => level),
    ['warning', 'error'],
  );
  const none = preflight({ 'access-control-allow-headers': undefined });
  assert.deepEqual(allowed({ method: 'GET', preflight: none }).levels, ['error']);
});

test('missing credentials are a warning on the same site, and nothing on another', () => {
  assert.deepEqual(allowed({ get: answer({ 'access-control-allow-credentials': undefined }) }).levels, ['warning']);
  const foreign = exchange({
    path: '/api/me',
    status: 401,
    headers: { 'access-control-allow-origin': 'https://other.example', vary: 'Origin' },
  });
  const answers = [{ path: '/api/me', origin: 'https://other.example', get: foreign, preflights: [] }];
  assert.deepEqual(allowedOrigin.judge({ answers, leftOut: 0 }, expectation(OPTIONS)).findings, []);
});

/** A server with an API that lists origins, as a handler would. */
function server(isAllowed: (origin: string) => boolean, guardsOptions = false) {
  return ({ url, method, headers }: IncomingMessage, response: ServerResponse): void => {
    if (url !== '/api/me') {
      response
        .writeHead(url === '/' ? 200 : 404, { 'content-type': 'text/html' })
        .end('<!doctype html><title>home</title>');
      return;
    }
    response.setHeader('vary', 'Origin');
    if (headers.origin !== undefined && isAllowed(headers.origin)) {
      response.setHeader('access-control-allow-origin', headers.origin);
      response.setHeader('access-control-allow-credentials', 'true');
    }
    if (method === 'OPTIONS' && !guardsOptions) {
      response
        .writeHead(204, {
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-allow-methods': 'PATCH',
        })
        .end();
    } else {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"unauthenticated"}');
    }
  };
}

test('over sockets: reflection on a protected page fails', async () => {
  const reflect = ({ url, headers }: IncomingMessage, response: ServerResponse) =>
    response
      .writeHead(url === '/dashboard' ? 401 : 200, {
        'content-type': 'text/html',
        vary: 'Origin',
        ...(url === '/dashboard' &&
          headers.origin !== undefined && {
            'access-control-allow-origin': headers.origin,
            'access-control-allow-credentials': 'true',
          }),
      })
      .end('<h1>x</h1>');
  const { findings } = await verifySite(untrustedOrigin, reflect, {
    routes: { protected: ['/dashboard'] },
    api: false,
  });
  assert.deepEqual(
    findings.map(({ subject, level }) => [subject, level]),
    [['/dashboard', 'error']],
  );
});

test('over sockets: an exact list passes both checks; reflection, and a guarded preflight, fail', async () => {
  const options: ReadinessOptions = {
    api: [{ path: '/api/me', methods: ['GET', 'PATCH'] }],
    cors: { allowedOrigins: [FRONT] },
  };
  const exact = server((origin) => origin === FRONT);
  const good = await verifySite(untrustedOrigin, exact, options);
  assert.equal(good.status, 'pass', good.reason);
  assert.match(good.reason, /control: https:\/\/front\.example\.com is granted/);
  assert.ok(good.requests > 30 && good.requests < 60, `${good.requests} requests`);
  const right = await verifySite(allowedOrigin, exact, options);
  assert.equal(right.status, 'pass', right.reason);
  assert.equal(right.requests, 3);
  assert.equal(
    (
      await verifySite(
        untrustedOrigin,
        server(() => true),
        options,
      )
    ).status,
    'fail',
  );
  assert.match(
    (
      await verifySite(
        allowedOrigin,
        server((origin) => origin === FRONT, true),
        options,
      )
    ).reason,
    /OPTIONS .* answered 401/,
  );
});

test('over sockets: an app that refuses other sites by Fetch Metadata is asked from its own site too', async () => {
  const sibling = 'http://127.0.0.1:9';
  const told = new Map<string, string>();
  const isolated = (request: IncomingMessage, response: ServerResponse): void => {
    const [origin, site] = [String(request.headers.origin), String(request.headers['sec-fetch-site'])];
    told.set(origin, site);
    const isLetIn = site !== 'cross-site';
    response.writeHead(isLetIn ? (request.method === 'OPTIONS' ? 204 : 401) : 403, {
      'content-type': 'application/json',
      ...(isLetIn && {
        ...allow(sibling),
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-allow-methods': 'GET',
      }),
    });
    response.end(isLetIn && request.method === 'OPTIONS' ? undefined : '{}');
  };
  const options: ReadinessOptions = { api: ['/api/me'], cors: { allowedOrigins: [sibling] } };
  const { status, reason } = await verifySite(allowedOrigin, isolated, options);
  assert.equal(status, 'pass', reason);
  await verifySite(untrustedOrigin, isolated, options);
  assert.deepEqual(
    ['https://evil.example', 'null', sibling].map((origin) => told.get(origin)),
    ['cross-site', 'cross-site', 'same-site'],
  );
});

test('what a session gets is judged like what anyone gets', () => {
  const judge = (server: Server, status: number) =>
    untrustedOriginSignedIn.judge(
      { answers: answersOf(server, status).filter(({ request, kind }) => request === 'GET' && kind === 'api') },
      expectation(OPTIONS),
    );
  const reflected = judge((origin) => allow(origin), 200);
  assert.match(reflected.findings[0]?.message ?? '', /^CRITICAL: every origin that asks gets permission \(GET\)/);
  const clean = judge(listed, 200);
  assert.deepEqual(clean.findings, []);
  assert.match(clean.summary, /the test user gets \(\/api\/me\)/);
  assert.match(judge(listed, 403).inapplicable ?? '', /no answer to protect/);
  assert.match(untrustedOriginSignedIn.judge({}, expectation(OPTIONS)).inapplicable ?? '', /session\.user/);
});
