import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Agent, request } from 'undici';
import { startDemo } from './demo.ts';
import type { Demo, Instance } from './demo.ts';
import { DEFECTS } from './defects/index.ts';
import { ALLOWED_ORIGIN } from './defects/tools.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly milliseconds: number;
  header(name: string): string;
}

interface Ask {
  readonly path: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'OPTIONS';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request by which a defect shows, and how: true with the defect, false without. */
interface Case {
  readonly ask: Ask | (() => Ask);
  readonly shows: (answer: Answer, ask: Ask) => boolean;
}

const DOCUMENT = { accept: 'text/html', 'sec-fetch-dest': 'document' };
const document = (path: string, headers: Record<string, string> = {}): Ask => ({
  path,
  headers: { ...DOCUMENT, ...headers },
});
const page = (path: string, shows: Case['shows'], headers?: Record<string, string>): Case => ({
  ask: document(path, headers),
  shows,
});
const shown =
  (text: string) =>
  (answer: Answer): boolean =>
    answer.status === 200 && answer.text.includes(text);
const status =
  (code: number) =>
  (answer: Answer): boolean =>
    answer.status === code;
const location =
  (pattern: RegExp) =>
  (answer: Answer): boolean =>
    answer.status >= 300 && answer.status < 400 && pattern.test(answer.header('location'));
const without =
  (name: string) =>
  (answer: Answer): boolean =>
    answer.header(name) === '';
const csp =
  (pattern: RegExp) =>
  (answer: Answer): boolean =>
    pattern.test(answer.header('content-security-policy'));
const noCsp =
  (pattern: RegExp) =>
  (answer: Answer): boolean =>
    !pattern.test(answer.header('content-security-policy'));

/** A delivery as an attacker makes it. */
function forgery(signature?: string): () => Ask {
  return () => ({
    path: '/api/webhooks/clerk',
    method: 'POST',
    body: '{"type":"probe.noop"}',
    headers: {
      'content-type': 'application/json',
      'svix-id': 'msg_1',
      'svix-timestamp': String(Math.floor(Date.now() / 1000)),
      ...(signature === undefined ? {} : { 'svix-signature': signature }),
    },
  });
}
const foreignSignature = `v1,${createHmac('sha256', randomBytes(24)).update('x').digest('base64')}`;

const fetchFrom = (origin: string): Ask => ({ path: '/api/me', headers: { origin } });
const preflightFrom = (origin: string): Ask => ({
  path: '/api/projects',
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
});
const permitted = (answer: Answer, ask: Ask): boolean =>
  answer.header('access-control-allow-origin') === ask.headers?.origin;
const health = (shows: Case['shows'], method: Ask['method'] = 'GET'): Case => ({
  ask: { path: '/api/health', method },
  shows,
});
const contains =
  (text: string) =>
  (answer: Answer): boolean =>
    answer.text.includes(text);
const env = (path: string): Case =>
  page(path, (answer) => answer.status === 200 && /^CLERK_SECRET_KEY=sk_live_\w+$/m.test(answer.text));

/** A token as this instance made it, but signed by somebody else. */
const expired = (): Ask => {
  const { clerk, url } = instance;
  const token = clerk.sessionToken(clerk.startSession(url)).replace(/.{8}$/, 'AAAAAAAA');
  return document('/dashboard', { cookie: `__session=${token}; __client_uat=1700000000` });
};
const whenExpired = (shows: Case['shows']): Case => ({ ask: expired, shows });

const CASES: Readonly<Record<string, Case>> = {
  'key-test': page('/', contains('pk_test_')),
  'key-malformed': page('/pricing', (answer) => !answer.text.includes(instance.publishableKey)),
  'key-differs': page('/pricing', (answer) => !answer.text.includes(instance.publishableKey)),
  'key-test-on-one-page': page('/pricing', contains('pk_test_')),
  'public-page-guarded': page('/pricing', location(/\/sign-in\?redirect_url=/)),
  'public-page-500': page('/pricing', status(500)),
  'public-page-404': page('/pricing', status(404)),
  'guard-missing': page('/dashboard', shown('Your projects')),
  'guard-client-side': page(
    '/dashboard',
    (answer) => shown('Your projects')(answer) && answer.text.includes('http-equiv="refresh"'),
  ),
  'guard-get-only': { ask: { path: '/dashboard', method: 'POST' }, shows: shown('Your projects') },
  'guard-not-rsc': page('/dashboard', shown('Your projects'), { rsc: '1' }),
  'guard-redirects-home': page('/dashboard', location(/:\d+\/$/)),
  'guard-second-page-missing': page('/settings/billing', shown('Invoices go to')),
  'guard-internal-return': page('/dashboard', location(/redirect_url=http%3A%2F%2Flocalhost/)),
  'api-empty-list': { ask: { path: '/api/projects' }, shows: shown('{"projects":[]}') },
  'api-redirect': { ask: { path: '/api/me' }, shows: location(/\/sign-in/) },
  'api-protect-404': {
    ask: { path: '/api/me' },
    shows: (answer) => answer.status === 404 && answer.header('x-clerk-auth-reason') === 'protect-rewrite',
  },
  'api-500': { ask: { path: '/api/me' }, shows: status(500) },
  'api-post-unguarded': { ask: { path: '/api/projects', method: 'POST', body: '{}' }, shows: status(201) },
  'api-validates-first': { ask: { path: '/api/projects', method: 'POST', body: '{}' }, shows: status(400) },
  'webhook-unverified': { ask: forgery(), shows: status(200) },
  'webhook-200-on-failure': { ask: forgery(foreignSignature), shows: shown('"received":false') },
  'webhook-500': { ask: forgery(foreignSignature), shows: status(500) },
  'webhook-any-signature': { ask: forgery('v1,AAAA'), shows: status(200) },
  'webhook-optional-signature': { ask: forgery(), shows: status(200) },
  'webhook-empty-signature': { ask: forgery(''), shows: status(200) },
  'webhook-wrong-versions': { ask: forgery(foreignSignature.replace('v1', 'v2')), shows: status(200) },
  'webhook-guarded': { ask: forgery(foreignSignature), shows: location(/\/sign-in/) },
  'webhook-protect-404': { ask: forgery(foreignSignature), shows: status(404) },
  'csp-absent': page('/', without('content-security-policy')),
  'csp-report-only': page(
    '/',
    (answer) =>
      answer.header('content-security-policy') === '' && answer.header('content-security-policy-report-only') !== '',
  ),
  'csp-script-wildcard': page('/', csp(/script-src \* /)),
  'csp-constant-nonce': page('/', (answer) =>
    answer.text.includes(`nonce="${Buffer.from('0123456789abcdef').toString('base64')}"`),
  ),
  'csp-short-nonce': page('/', csp(/'nonce-.{4}'/)),
  'csp-only-on-200': page('/no-such-page', without('content-security-policy')),
  'csp-not-on-sign-in': page('/sign-in', without('content-security-policy')),
  'csp-no-frontend-api': page('/', (answer) => {
    const policy = answer.header('content-security-policy');
    return !policy.split(';').some((each) => each.includes('connect-src') && each.includes(instance.frontendApi));
  }),
  'csp-no-worker-blob': page('/', noCsp(/worker-src[^;]*blob:/)),
  'csp-no-images': page('/', noCsp(/img-src[^;]*img\.clerk\.com/)),
  'csp-no-bot-protection': page('/', noCsp(/frame-src[^;]*cloudflare/)),
  'csp-no-inline-style': page('/', noCsp(/style-src[^;]*unsafe-inline/)),
  'hsts-absent': page('/', without('strict-transport-security')),
  'hsts-off': page('/', (answer) => answer.header('strict-transport-security') === 'max-age=0'),
  'nosniff-absent': page('/', without('x-content-type-options')),
  'referrer-policy-absent': page('/', without('referrer-policy')),
  'referrer-policy-unsafe': page('/', (answer) => answer.header('referrer-policy') === 'unsafe-url'),
  framable: page('/', (answer) => without('x-frame-options')(answer) && noCsp(/frame-ancestors/)(answer)),
  'powered-by': page('/', (answer) => answer.header('x-powered-by') === 'Next.js'),
  'cors-reflect': {
    ask: fetchFrom('https://evil.example'),
    shows: (answer, ask) => permitted(answer, ask) && answer.header('access-control-allow-credentials') === 'true',
  },
  'cors-null': { ask: preflightFrom('null'), shows: permitted },
  'cors-suffix': { ask: fetchFrom('https://evilapp.demo.example'), shows: permitted },
  'cors-prefix': { ask: fetchFrom(`${ALLOWED_ORIGIN}.evil.example`), shows: permitted },
  'cors-subdomain': { ask: fetchFrom('https://evil.app.demo.example'), shows: permitted },
  'cors-http': { ask: fetchFrom('http://app.demo.example'), shows: permitted },
  'cors-unescaped-dot': { ask: preflightFrom('https://appxdemo.example'), shows: permitted },
  'cors-wildcard': {
    ask: fetchFrom('https://evil.example'),
    shows: (answer) => answer.header('access-control-allow-origin') === '*',
  },
  'cors-no-vary': {
    ask: () => fetchFrom(instance.url),
    shows: (answer, ask) => permitted(answer, ask) && !/\borigin\b/i.test(answer.header('vary')),
  },
  'preflight-forgotten': { ask: preflightFrom(ALLOWED_ORIGIN), shows: without('access-control-allow-origin') },
  'preflight-guarded': { ask: preflightFrom(ALLOWED_ORIGIN), shows: status(401) },
  'cors-only-preflight': { ask: fetchFrom(ALLOWED_ORIGIN), shows: without('access-control-allow-origin') },
  'cors-fixed-origin': {
    ask: fetchFrom(ALLOWED_ORIGIN),
    shows: (answer) => answer.header('access-control-allow-origin') === instance.url,
  },
  'preflight-no-authorization': {
    ask: preflightFrom(ALLOWED_ORIGIN),
    shows: (answer) => answer.header('access-control-allow-headers') === 'Content-Type',
  },
  'cors-twice': {
    ask: fetchFrom(ALLOWED_ORIGIN),
    shows: (answer) => answer.header('access-control-allow-origin') === `${ALLOWED_ORIGIN}, ${ALLOWED_ORIGIN}`,
  },
  dotenv: env('/.env'),
  'dotenv-local': env('/.env.local'),
  'dotenv-html': env('/.env.production'),
  'dotenv-backup': env('/.env.bak'),
  'git-head': page('/.git/HEAD', shown('ref: refs/heads/main')),
  'next-folder': page('/.next/required-server-files.json', shown('"appDir"')),
  'database-backup': page('/backup.sql', shown('CREATE TABLE')),
  'health-html': health((answer) => answer.header('content-type').startsWith('text/html')),
  'health-guarded': health(location(/\/sign-in/)),
  'health-cacheable': health((answer) => answer.header('cache-control') === 'public, max-age=60'),
  'health-no-cache-control': health(without('cache-control')),
  'health-failed-subcheck': health(shown('"clerk":{"status":"fail"}')),
  'health-static': health((answer) => answer.status === 200 && !answer.text.includes('clerk')),
  'health-no-head': health(status(405), 'HEAD'),
  'health-slow': health((answer) => answer.milliseconds > 2000),
  'health-leaks-environment': health(contains('CLERK_SECRET_KEY')),
  'health-down': health(status(503)),
  'soft-404': page('/no-such-page', status(200)),
  'default-404': page(
    '/no-such-page',
    (answer) => answer.status === 404 && answer.text.includes('This page could not be found'),
  ),
  'stack-404': page('/no-such-page', (answer) => answer.status === 404 && answer.text.includes('    at ')),
  'blank-404': page('/no-such-page', contains('<body></body>')),
  'session-cookie-500': page('/', status(500), { cookie: '__session=a.b.c; __client_uat=1700000000' }),
  'session-cookie-stack': page('/', (answer) => answer.status === 500 && answer.text.includes('URIError'), {
    cookie: '__session=%E0%A4%A; __client_uat=1700000000',
  }),
  'handshake-500': page(
    '/?__clerk_handshake=garbage',
    (answer) => answer.status === 500 && answer.text.includes('Handshake token'),
  ),
  'authorization-500': { ask: { path: '/api/me', headers: { authorization: 'Bearer garbage' } }, shows: status(500) },
  'authorization-stack': {
    ask: { path: '/api/me', headers: { authorization: 'Bearer garbage' } },
    shows: (answer) => answer.status === 401 && answer.text.includes('    at '),
  },
  'expired-blank': whenExpired(shown('<div id="root"></div>')),
  'expired-loop': whenExpired(location(/:\d+\/dashboard$/)),
  'expired-exception': whenExpired(status(500)),
  'expired-forgets-page': whenExpired(location(/\/sign-in$/)),
  'expired-spinner': whenExpired(shown('Loading…')),
  'expired-home': whenExpired(location(/:\d+\/$/)),
  'matcher-all': page('/images/fern.svg', (answer) => answer.header('x-clerk-auth-status') === 'signed-out'),
  'favicon-guarded': page('/favicon.ico', location(/\/sign-in/)),
  'stylesheet-guarded': { ask: () => document(stylesheet), shows: location(/\/sign-in/) },
  'static-cookies': page('/favicon.ico', (answer) => answer.header('set-cookie') !== ''),
  'static-uncached': {
    ask: () => document(stylesheet),
    shows: (answer) => answer.header('cache-control').includes('no-store'),
  },

  'hidden-404': page('/dashboard', status(404)),
  'slash-308': page('/dashboard', (answer) => answer.status === 308 && answer.header('location') === '/dashboard/'),
  'seen-303': page('/dashboard', status(303)),
  'relative-location': page('/dashboard', (answer) => answer.header('location').startsWith('/sign-in?')),
  'problem-json': {
    ask: { path: '/api/me' },
    shows: (answer) => answer.status === 401 && answer.header('content-type') === 'application/problem+json',
  },
  'csp-two-headers': page('/', csp(/, frame-ancestors/)),
  'csp-joined': page('/', csp(/, object-src 'none'$/)),
  'csp-meta-extra': page('/', contains('<meta http-equiv="Content-Security-Policy"')),
  'csp-https-fallback': page('/', csp(/'strict-dynamic' https:/)),
  'csp-report-only-too': page(
    '/',
    (answer) =>
      answer.header('content-security-policy') !== '' && answer.header('content-security-policy-report-only') !== '',
  ),
  'cross-origin-headers': page('/', (answer) => answer.header('cross-origin-resource-policy') === 'same-origin'),
  'no-xfo': page('/', without('x-frame-options')),
  'no-cors': { ask: preflightFrom(ALLOWED_ORIGIN), shows: status(405) },
  'health-json-type': health((answer) => answer.header('content-type') === 'application/health+json'),
  'health-text': health(shown('clerk ok')),
  'spa-fallback': page('/.env', shown('<div id="root">')),
  'dotfiles-403': page('/.env', status(403)),
  'webhook-401': { ask: forgery(foreignSignature), shows: status(401) },
  'slow-server': page('/robots.txt', (answer) => answer.milliseconds >= 600),
  gzip: page('/api/health', (answer) => answer.header('content-encoding') === 'gzip', { 'accept-encoding': 'gzip' }),
  brotli: page('/', (answer) => answer.header('content-encoding') === 'br', { 'accept-encoding': 'br' }),
  'connection-close': page('/', (answer) => answer.header('connection') === 'close'),
};

const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
let demo: Demo;
let instance: Instance;
let stylesheet: string;

before(async () => {
  demo = await startDemo({ kinds: ['live'], defects: true });
  instance = demo.instances.live ?? assert.fail('the live instance runs');
  const home = await send(document('/'));
  stylesheet = /\/_next\/static\/[^"]+\.css/.exec(home.text)?.[0] ?? assert.fail('no stylesheet on the home page');
});

after(async () => {
  await dispatcher.close();
  await demo?.close();
});

async function send({ path, method = 'GET', headers = {}, body }: Ask, defect?: string): Promise<Answer> {
  const start = performance.now();
  const response = await request(instance.url + path, {
    method,
    headers: { ...headers, ...(defect === undefined ? {} : { 'x-demo-defect': defect }) },
    ...(body === undefined ? {} : { body }),
    dispatcher,
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    text,
    milliseconds: performance.now() - start,
    header: (name) => [response.headers[name] ?? ''].flat().join(', '),
  };
}

describe('defects', () => {
  test('each case here is one of a defect', () =>
    assert.deepEqual(
      Object.keys(CASES).filter((name) => !DEFECTS.has(name)),
      [],
    ));

  test('an unknown one is refused by name', async () => {
    const answer = await send(document('/'), 'no-such-defect');
    assert.equal(answer.status, 400);
    assert.match(answer.text, /no-such-defect/);
  });

  test('two at once both show', async () => {
    const answer = await send(document('/'), 'hsts-absent, powered-by');
    assert.equal(answer.header('strict-transport-security'), '');
    assert.equal(answer.header('x-powered-by'), 'Next.js');
  });

  for (const [name, { ask, shows }] of Object.entries(CASES)) {
    test(`${name}: ${DEFECTS.get(name)?.title}`, async () => {
      const asked = typeof ask === 'function' ? ask() : ask;
      assert.ok(shows(await send(asked, name), asked), 'shows when asked for');
      assert.ok(!shows(await send(asked), asked), 'does not show otherwise');
    });
  }
});
