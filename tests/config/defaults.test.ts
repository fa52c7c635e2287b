import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { generate } from 'selfsigned';
import { browserExecutable, missingBrowser } from '../../src/config/browser.ts';
import { defineReadinessConfig, readinessProjects } from '../../src/config/projects.ts';
import type { ReadinessConfig } from '../../src/config/projects.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { METADATA_KEY } from '../../src/report/record.ts';
import { Target } from '../../src/target/target.ts';
import { temporaryFolder } from '../support/temporary.ts';

const URL_ONLY = { baseURL: 'https://example.com' };

test('no option is in what a reporter makes of the projects; Playwright’s json reporter writes them down', () => {
  const secret = randomBytes(12).toString('hex');
  const options = {
    ...URL_ONLY,
    headers: { 'x-bypass': secret },
    clerk: { secretKey: `sk_live_${secret}` },
    session: { user: { email: 'jane@example.com', password: secret } },
  };
  const projects = readinessProjects(options);
  assert.ok(!JSON.stringify(projects).includes(secret));
  assert.ok(!JSON.stringify({ use: { readinessOptions: options } }).includes(secret), 'nor in a project of one’s own');
  assert.equal(resolveOptions(projects[0].use?.readinessOptions ?? {}, {}).headers['x-bypass'], secret);
  assert.ok(!JSON.stringify(readinessProjects(Object.freeze({ ...options }))).includes(secret));
});

/** Made at run time, in the form of the real thing. */
const webhookSecret = () => `whsec_${randomBytes(24).toString('base64')}`;
const FROM_ENVIRONMENT = webhookSecret();
const GIVEN = webhookSecret();
const HIDDEN = webhookSecret();

test('a path is what a browser sends for it', () => {
  const { routes } = resolveOptions({ ...URL_ONLY, routes: { public: ['/preise-übersicht?a=%20€'] } }, {});
  assert.deepEqual(routes.public, ['/preise-%C3%BCbersicht?a=%20%E2%82%AC']);
});

test('with a base URL alone, every default is filled in', () => {
  assert.deepEqual(resolveOptions(URL_ONLY, {}), {
    name: 'readiness',
    baseURL: 'https://example.com',
    profile: 'production',
    mode: 'read-only',
    strict: false,
    headers: {},
    routes: { public: ['/'], publicGlobs: [], protected: [], ignore: [], redirects: [] },
    api: [],
    csp: { ignoreNeeds: [] },
    clerk: { apiUrl: 'https://api.clerk.com' },
    session: {},
    attest: {},
    probe: {},
    waive: {},
    network: {
      ignoreHTTPSErrors: false,
      resolve: {},
      dns: [],
      concurrency: 8,
      requestsPerSecond: 200,
      requestTimeoutMs: 15_000,
      maxBodyBytes: 5 * 1024 * 1024,
      maxRedirects: 10,
    },
    report: { dir: 'readiness-report', formats: ['html', 'markdown'] },
  });
});

test('a value given as undefined counts as left out', () => {
  const given = resolveOptions(
    {
      ...URL_ONLY,
      name: undefined,
      headers: { 'x-bypass': undefined },
      routes: { public: undefined, protected: [{ path: '/a', guard: undefined }] },
      api: [{ path: '/api', methods: undefined }],
      webhook: { path: '/w', secret: undefined },
      network: { concurrency: undefined },
      rateLimit: { path: '/r', burst: undefined },
    } as never,
    {},
  );
  const left = resolveOptions(
    { ...URL_ONLY, routes: { protected: ['/a'] }, api: ['/api'], webhook: { path: '/w' }, rateLimit: { path: '/r' } },
    {},
  );
  assert.deepEqual(given, left);
});

test('routes and APIs get their defaults one by one', () => {
  const { routes, api } = resolveOptions(
    { routes: { protected: ['/a', { path: '/b', guard: 'client' }] }, api: ['/c', { path: '/d', methods: ['POST'] }] },
    {},
  );
  assert.deepEqual(routes.protected, [
    { path: '/a', guard: 'server' },
    { path: '/b', guard: 'client' },
  ]);
  assert.deepEqual(api, [
    { path: '/c', methods: ['GET'], unauthenticatedStatus: [401] },
    { path: '/d', methods: ['POST'], unauthenticatedStatus: [401] },
  ]);
});

test('false is kept: it says that the app has none', () => {
  const { routes, api, webhook, health, cors, rateLimit } = resolveOptions(
    { routes: { protected: false }, api: false, webhook: false, health: false, cors: false, rateLimit: false },
    {},
  );
  assert.deepEqual(
    [routes.protected, api, webhook, health, cors, rateLimit],
    [false, false, false, false, false, false],
  );
});

test('the environment stands in for what the options leave out, and for nothing else', () => {
  const env = {
    READINESS_BASE_URL: 'https://env.example/',
    CLERK_WEBHOOK_SIGNING_SECRET: FROM_ENVIRONMENT,
    CLERK_API_URL: 'https://api.example',
  };
  const left = resolveOptions({ webhook: { path: '/w' } }, env);
  assert.deepEqual(
    [left.baseURL, left.webhook, left.clerk.apiUrl],
    ['https://env.example', { path: '/w', secret: FROM_ENVIRONMENT }, 'https://api.example'],
  );
  const given = resolveOptions(
    { ...URL_ONLY, webhook: { path: '/w', secret: GIVEN }, clerk: { apiUrl: 'https://own.example' } },
    env,
  );
  assert.deepEqual(
    [given.baseURL, given.webhook, given.clerk.apiUrl],
    ['https://example.com', { path: '/w', secret: GIVEN }, 'https://own.example'],
  );
  assert.equal(resolveOptions({}, { READINESS_BASE_URL: '' }).baseURL, undefined);
  assert.equal(resolveOptions({ webhook: false }, env).webhook, false);
  const madeUp = { CLERK_WEBHOOK_SIGNING_SECRET: 'whsec_test' };
  assert.equal(resolveOptions({ webhook: false }, madeUp).webhook, false);
  assert.throws(() => resolveOptions({ webhook: { path: '/w' } }, madeUp), /must be a webhook signing secret/);
});

test('a named target gets a report folder of its own', () => {
  assert.equal(resolveOptions({ name: 'staging' }, {}).report.dir, 'readiness-report/staging');
});

test('network.ca that cannot be read is named before any request', async () => {
  const absent = join(temporaryFolder(), 'absent.pem');
  const readiness = resolveOptions({ baseURL: 'https://127.0.0.1:1', network: { ca: absent } }, {});
  await assert.rejects(Target.connect(readiness), {
    name: 'ReadinessConfigError',
    message: new RegExp(`^network\\.ca must be a readable PEM file; ${absent}: ENOENT`),
  });
});

test('network.ca that holds no certificate is named before any request', async () => {
  const path = join(temporaryFolder(), 'empty.pem');
  writeFileSync(path, 'no certificate');
  const readiness = resolveOptions({ baseURL: 'https://127.0.0.1:1', network: { ca: path } }, {});
  await assert.rejects(Target.connect(readiness), {
    name: 'ReadinessConfigError',
    message: /^network\.ca must be a readable PEM file/,
  });
});

test('network.ca is trusted beside the public authorities', async () => {
  const folder = temporaryFolder();
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  writeFileSync(join(folder, 'ca.pem'), cert);
  const server = createServer({ key, cert }, (_, response) => response.end('<title>Acme</title>')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const baseURL = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await assert.rejects(Target.connect(resolveOptions({ baseURL }, {})), /has a self-signed certificate/);
    const target = await Target.connect(resolveOptions({ baseURL, network: { ca: join(folder, 'ca.pem') } }, {}));
    assert.equal(target.identity.origin, baseURL);
    await target.close();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('without a base URL connecting says how to give one', async () => {
  await assert.rejects(Target.connect(resolveOptions({}, {})), {
    name: 'ReadinessConfigError',
    message: /^baseURL is missing: set it in the options or in the environment variable READINESS_BASE_URL/,
  });
});

test('our projects are shielded from the settings of a consumer', () => {
  const [{ name, dependencies, testIgnore, grep, grepInvert, respectGitIgnore, use }] = readinessProjects(URL_ONLY);
  assert.deepEqual([name, dependencies], ['readiness', undefined]);
  assert.deepEqual([testIgnore, grep, grepInvert, respectGitIgnore], [[], /.*/, [], false]);
  assert.deepEqual([use?.trace, use?.screenshot, use?.video], ['off', 'off', 'off']);
});

test('project metadata, which Playwright stores in its reports, holds no secret', () => {
  const projects = readinessProjects({
    ...URL_ONLY,
    headers: { 'x-bypass': 'hidden-value' },
    webhook: { path: '/w', secret: HIDDEN },
  });
  for (const { metadata } of projects)
    assert.ok(!JSON.stringify(metadata?.[METADATA_KEY]).match(/hidden-value|whsec_/));
});

test('targets with the same name are refused', () => {
  const projects = readinessProjects(URL_ONLY);
  assert.throws(() => defineReadinessConfig(URL_ONLY, { projects }), {
    name: 'ReadinessConfigError',
    message: 'two projects are called "readiness": give each target a name of its own',
  });
});

test('a named browser wins, and a missing one is explained', () => {
  assert.equal(browserExecutable({ READINESS_BROWSER: '/nonexistent' }), '/nonexistent');
  assert.match(
    missingBrowser('/nonexistent') ?? '',
    /^No browser at \/nonexistent\. Run "npx playwright install chromium", or set READINESS_BROWSER/,
  );
});

test('our reporter is there once, also where the configuration names it already', () => {
  const { reporter } = defineReadinessConfig(URL_ONLY, {
    reporter: [['list'], ['clerk-readiness/reporter'], ['json', { outputFile: 'results.json' }]],
  });
  assert.deepEqual(
    (reporter as Array<[string]>).map(([name]) => name.replace(/^.*\/(?=reporter)/, '')),
    ['list', 'json', 'reporter.ts'],
  );
  assert.equal(defineReadinessConfig(URL_ONLY, { reporter: 'clerk-readiness/reporter' }).reporter?.length, 1);
});

test('a configuration without projects is one of its own, beside ours', () => {
  const names = (config: ReadinessConfig) => defineReadinessConfig(URL_ONLY, config).projects?.map(({ name }) => name);
  assert.deepEqual(names({ testDir: './e2e' }), ['app', 'readiness']);
  assert.deepEqual(names({ testMatch: '*.e2e.ts' }), ['app', 'readiness']);
  assert.deepEqual(names({ retries: 1 }), ['readiness']);
  assert.deepEqual(names({ testDir: './e2e', projects: [] }), ['readiness']);
});
