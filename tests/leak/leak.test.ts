import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { compactVerify, createLocalJWKSet } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { startExpressDemo } from '../../demo/express/demo.ts';
import type { ExpressDemo } from '../../demo/express/demo.ts';
import { expressReadiness } from '../../demo/express/readiness.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { formsOf } from '../../src/target/secrets.ts';
import { Target } from '../../src/target/target.ts';
import { TestUser } from '../../src/test-user.ts';
import { connection } from '../support/connect.ts';
import { Playground } from '../report/playground.ts';
import type { Run } from '../report/playground.ts';
import { unzip } from './zip.ts';

/** A value that must be in nothing that a run writes. */
interface Canary {
  readonly name: string;
  readonly value: string;
}

const BYPASS = `bypass-${randomBytes(12).toString('hex')}`;

/** Every reporter of Playwright beside ours. */
const REPORTERS = `[['list'], ['line'], ['dot'], ['github'], ['json', { outputFile: 'out/json.json' }],
  ['junit', { outputFile: 'out/junit.xml' }], ['html', { outputFolder: 'out/html', open: 'never' }], ['blob', { outputDir: 'out/blob' }],
  ['../../../src/report/reporter.ts']]`;

/** Areas whose checks sign in, over HTTP and in a browser, send credentials, or fail. */
const AREAS = ['api', 'webhook', 'cors', 'exposure', 'monitoring'];

let demo: ExpressDemo;
let backendApi: { readonly url: string; readonly tokens: Set<string>; readonly close: () => void };

before(async () => {
  demo = await startExpressDemo({ defects: false });
  backendApi = await recordTokens(demo.backendApiUrl);
});

after(async () => {
  backendApi?.close();
  await demo?.close();
});

/** Stands before the Backend API and keeps the tokens that it hands out: sign-in tokens and testing tokens. */
async function recordTokens(upstream: string): Promise<typeof backendApi> {
  const tokens = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    const forwarded = httpRequest(
      new URL(incoming.url ?? '/', upstream),
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const body = Buffer.concat(chunks);
          for (const [, token = ''] of body.toString().matchAll(/"token":\s*"([^"]+)"/g)) tokens.add(token);
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
        });
      },
    );
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tokens, close: () => server.close() };
}

/** Options under which several checks fail, each with what it sent and received. */
function options(): ReadinessOptions {
  const given = expressReadiness(demo);
  return {
    ...given,
    name: 'readiness',
    headers: { ...given.headers, 'x-vercel-protection-bypass': BYPASS },
    clerk: { ...given.clerk, apiUrl: backendApi.url },
    session: { user: demo.user },
    api: [
      { path: '/api/me', unauthenticatedStatus: [418], authenticatedStatus: [418] },
      { path: '/api/projects', methods: ['GET', 'POST'], authenticatedStatus: [418] },
    ],
    health: { path: '/pricing' },
    cors: { allowedOrigins: ['https://nobody.example'] },
    webhook: { path: '/api/me', secret: demo.webhookSecret },
  };
}

async function run(t: TestContext, args: readonly string[]): Promise<{ ground: Playground; end: Run }> {
  const ground = new Playground(t, {
    'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      import { readinessProjects } from '../../../src/index.ts';
      export default defineConfig({
        projects: readinessProjects(${JSON.stringify(options())}),
        reporter: ${REPORTERS},
        retries: 1,
        use: { trace: 'on', screenshot: 'on', video: 'on' },
      });`,
  });
  return { ground, end: await ground.run(['test', ...args]) };
}

/** Everything that a run wrote, by name; archives are unpacked. */
function written({ dir }: Playground, { stdout, stderr }: Run): Map<string, Buffer> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'playwright.config.ts')
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map([
    ['stdout', Buffer.from(stdout)],
    ['stderr', Buffer.from(stderr)],
    ...files.flatMap((file) => {
      const bytes = readFileSync(file);
      return [[file, bytes] as const, ...archives(bytes).map((inner, at) => [`${file}#${at}`, inner] as const)];
    }),
  ]);
}

/** The archives in a file: the report of the HTML reporter has one in base64. */
function archives(bytes: Buffer): Buffer[] {
  const embedded = [...bytes.toString('latin1').matchAll(/data:application\/zip;base64,([A-Za-z0-9+/=]+)/g)];
  const zips = [bytes, ...embedded.map(([, zip = '']) => Buffer.from(zip, 'base64'))];
  return zips.filter((zip) => zip.subarray(0, 2).toString() === 'PK').flatMap(unzip);
}

describe('a run in which every secret is a canary', () => {
  it('writes none of them, with failing checks, retries and every reporter', async (t) => {
    const { ground, end } = await run(
      t,
      AREAS.map((area) => `specs/${area}.spec.ts`),
    );
    const report = ground.report();
    assert.ok(report.counts.fail >= 4, `${report.counts.fail} checks fail: ${end.stdout.slice(-2000)}`);
    assert.ok(
      report.checks.some(({ id, requests }) => id === 'api/authenticated' && requests > 0),
      'the test user signed in',
    );
    const canaries: Canary[] = [
      { name: 'the secret key', value: demo.secretKey },
      { name: 'the webhook secret', value: demo.webhookSecret },
      { name: 'the bypass header', value: BYPASS },
      { name: 'the address of the user', value: demo.user.email },
      { name: 'the password of the user', value: demo.user.password },
      ...[...backendApi.tokens].map((value, at) => ({ name: `token ${at} of the Backend API`, value })),
    ];
    assert.ok(backendApi.tokens.size >= 2, `${backendApi.tokens.size} tokens were handed out`);
    const files = written(ground, end);
    assert.ok(
      [...files.keys()].some((name) => name.includes('#')),
      'archives are searched as well',
    );
    assert.ok(
      text(files).includes('[redacted:headers.x-vercel-protection-bypass]'),
      'exchanges are in what is searched',
    );
    assert.deepEqual(found(files, canaries), []);
    assert.deepEqual(await genuineTokens(text(files)), []);
    const token = await ownToken();
    assert.deepEqual(await genuineTokens(`a ${token} b`), [token], 'a genuine token would have been found');
  });
});

const text = (files: ReadonlyMap<string, Buffer>): string =>
  [...files.values()].map((bytes) => bytes.toString('latin1')).join('\n');

function found(files: ReadonlyMap<string, Buffer>, canaries: readonly Canary[]): string[] {
  return [...files].flatMap(([file, bytes]) => {
    const content = bytes.toString('latin1');
    return canaries.flatMap(({ name, value }) =>
      formsOf(value).some(([, form]) => content.includes(form)) ? [`${name} is in ${file}`] : [],
    );
  });
}

/** Session tokens of Clerk in what was written; forgeries are shown on purpose, and their signatures do not hold. */
async function genuineTokens(content: string): Promise<string[]> {
  const origin = `https://${demo.frontendApi}`;
  const answer = await connection(origin, { network: { ignoreHTTPSErrors: true } }).send({
    origin,
    path: '/.well-known/jwks.json',
  });
  const keys = createLocalJWKSet(JSON.parse(answer.response?.body ?? '') as JSONWebKeySet);
  const tokens = new Set(content.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g));
  const verified = await Promise.all(
    [...tokens].map((token) =>
      compactVerify(token, keys).then(
        () => [token],
        () => [],
      ),
    ),
  );
  return verified.flat();
}

/** A session token of the test user. */
async function ownToken(): Promise<string> {
  const readiness = resolveOptions(options(), {});
  const target = await Target.connect(readiness);
  const user = await TestUser.find(readiness, target.identity);
  try {
    return await (await user.signInOverHttp(target)).token();
  } finally {
    await user.signOutEverywhere();
    await target.close();
  }
}
