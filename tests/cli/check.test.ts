import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { Report } from '../../src/report/report.ts';
import { closedPort, serve } from '../support/server.ts';
import { app, USUAL } from './support/app.ts';
import { cli, folder, REPOSITORY, start } from './support/cli.ts';

const QUICK = ['--profile', 'staging', '--no-browser'] as const;
const STACK = /^\s+at .*:\d+:\d+\)?$/m;

function report(cwd: string, path = 'readiness-report/report.json'): Report {
  return JSON.parse(readFileSync(join(cwd, path), 'utf8')) as Report;
}

/** A random key of no real instance. */
const secretKey = `sk_${'test'}_${'a1B2'.repeat(10)}`;

test('a site without Clerk is not READY, that is said, and so is what would prove more', async () => {
  const { origin } = await serve(app({ '/': { page: '<a href="/about">About</a>' }, '/about': { page: 'About us' } }));
  const cwd = folder();
  const { stdout, code } = await cli(['check', origin, ...QUICK], { cwd });
  assert.match(stdout, /Clerk +no sign of Clerk: no publishable key in any page or script\. Is this the right URL\?/);
  assert.match(stdout, /public pages +\/ \(base URL\), \/about \(linked from \/\)/);
  assert.match(stdout, /webhook +none/);
  assert.notEqual(report(cwd).verdict, 'READY');
  assert.equal(code, report(cwd).verdict === 'NOT READY' ? 1 : 0);

  const more = stdout.slice(stdout.indexOf('To verify more:'));
  assert.match(more, /^ {2}--webhook <path>: .*webhook\/forged-signature/m);
  assert.match(more, /^ {2}--protected <path>: .*routes\/protected-redirect.*routes\/bypass/m);
  assert.match(more, /^ {2}--project <folder with the source>: .*environment\/env-files-ignored/m);
  assert.match(more, /^In a configuration \(clerk-readiness init writes one\):\n/m);
  assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /^Result: (?:NOT READY|INCOMPLETE)/);
  assert.equal(stdout.match(/^Result: /gm)?.length, 1);
});

test('a page that is merely open is not taken for declared public', async () => {
  const { origin } = await serve(app(USUAL));
  const cwd = folder();
  const bare = await cli(['check', origin, ...QUICK, '--grep', 'declared public'], { cwd });
  const undeclared = report(cwd).checks.find(({ id }) => id === 'routes/undeclared');
  assert.equal(undeclared?.status, 'not-verified', bare.stdout);
  assert.match(undeclared.reason, /\/pricing/);
  assert.match(bare.stdout, /--public <path> for each page that anybody may see: routes\/undeclared/);

  const flags = ['--public', '/', '--public', '/pricing', '--grep', 'declared public'];
  const declared = await cli(['check', origin, ...QUICK, ...flags], { cwd });
  assert.equal(report(cwd).checks.find(({ id }) => id === 'routes/undeclared')?.status, 'pass', declared.stdout);
});

test('what was found is checked', async () => {
  const { origin } = await serve(app(USUAL));
  const cwd = folder();
  const { stdout, code } = await cli(['check', origin, ...QUICK, '--grep', 'forged|anonymous requests'], { cwd });
  const statusOf = (id: string) => report(cwd).checks.find((check) => check.id === id)?.status;
  assert.equal(statusOf('webhook/forged-signature'), 'pass', stdout);
  assert.equal(statusOf('api/unauthenticated-401'), 'pass', stdout);
  assert.equal(code, 0);
  assert.match(stdout, /Result: INCOMPLETE/);
});

test('a webhook that takes forgeries fails the run', async () => {
  const { origin } = await serve(app({ ...USUAL, 'POST /api/webhooks/clerk': { status: 200, json: {} } }));
  const { stdout, code } = await cli(['check', origin, ...QUICK, '--grep', 'forged'], { cwd: folder() });
  assert.equal(code, 1);
  assert.match(stdout, /\[FAIL\] Forged webhook deliveries are rejected/);
});

test('the command that runs a failing check alone needs no configuration', async () => {
  const { origin } = await serve(app({ ...USUAL, 'POST /api/webhooks/clerk': { status: 200, json: {} } }));
  const { stdout } = await cli(['check', origin, ...QUICK, '--grep', 'forged'], { cwd: folder() });
  assert.match(stdout, /^Run it alone: the same command with --grep @webhook\/forged-signature$/m);
  assert.doesNotMatch(stdout, /npx playwright test/);
});

test('a folder for the report that cannot be written: the verdict says so, without a stack', async () => {
  const { origin } = await serve(app(USUAL));
  for (const target of [origin, `http://127.0.0.1:${await closedPort()}`]) {
    const cwd = folder();
    writeFileSync(join(cwd, 'taken'), '');
    const run = await cli(['check', target, ...QUICK, '--grep', 'anonymous requests', '--report-dir', 'taken'], {
      cwd,
    });
    assert.equal(run.code, 1);
    assert.match(run.stdout, /the report could not be written to .*taken/);
    assert.match(run.stdout.trimEnd().split('\n').at(-1) ?? '', /^Result: NOT READY/);
    assert.doesNotMatch(`${run.stdout}${run.stderr}`, STACK);
    assert.doesNotMatch(run.stdout, /messages stand above/);
  }
});

test('--project names a folder that is not there: a mistake in the call', async () => {
  const { code, stderr } = await cli(['check', 'http://127.0.0.1:9', '--project', 'nowhere'], { cwd: folder() });
  assert.equal(code, 2);
  assert.match(stderr, /--project names nowhere, but there is no such folder/);
});

test('--strict: INCOMPLETE ends with 1', async () => {
  const { origin } = await serve(app(USUAL));
  const { stdout, code } = await cli(['check', origin, ...QUICK, '--strict', '--grep', 'forged'], { cwd: folder() });
  assert.match(stdout, /Result: INCOMPLETE/);
  assert.equal(code, 1);
});

const UNREACHABLE = /Nothing listens at 127\.0\.0\.1:\d+ \(connection refused\)/;
for (const { name, target, message } of [
  {
    name: 'a wall',
    target: async () =>
      (await serve(app({}, { status: 401, headers: { 'www-authenticate': 'Basic realm="staging"' } }))).origin,
    message: /is behind HTTP Basic authentication, so nothing behind it was checked\. Set headers/,
  },
  { name: 'an unreachable host', target: async () => `http://127.0.0.1:${await closedPort()}`, message: UNREACHABLE },
]) {
  test(`${name}: NOT READY by one message, and the report of an earlier run is replaced`, async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'readiness-report'));
    writeFileSync(join(cwd, 'readiness-report/report.json'), '{ "verdict": "READY" }');
    const { stdout, stderr, code } = await cli(['check', await target(), ...QUICK], { cwd });
    assert.equal(code, 1);
    assert.match(stdout, message);
    assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', /^Result: NOT READY: /);
    assert.doesNotMatch(stdout + stderr, STACK);
    assert.equal(report(cwd).verdict, 'NOT READY');
    assert.match(report(cwd).verdictReason, message);
  });
}

test('--json: the report on standard output, everything else on standard error', async () => {
  const { origin } = await serve(app(USUAL));
  const { stdout, stderr } = await cli(['check', origin, ...QUICK, '--grep', 'forged', '--json'], { cwd: folder() });
  assert.equal((JSON.parse(stdout) as Report).target.baseURL, origin);
  assert.match(stderr, /^Found:$/m);
  assert.match(stderr, /^Result: INCOMPLETE/m);
});

test('keys of the environment are used under --with-secrets only', async () => {
  const { origin } = await serve(app(USUAL));
  const backend = await serve(app({}, { status: 404, json: { errors: [] } }));
  const env = { CLERK_SECRET_KEY: secretKey, CLERK_API_URL: backend.origin };
  const args = ['check', origin, ...QUICK, '--grep', 'secret key|keys belong|Backend API'];
  await cli(args, { cwd: folder(), env });
  assert.equal(backend.received.length, 0);
  await cli([...args, '--with-secrets'], { cwd: folder(), env });
  assert.ok(backend.received.length > 0);
});

test('--header goes to the target, and its value is nowhere in what comes out', async () => {
  const { origin, received } = await serve(app(USUAL));
  const cwd = folder();
  const value = 'bypass-0123456789abcdef';
  const { stdout, stderr } = await cli(
    ['check', origin, ...QUICK, '--header', `x-bypass=${value}`, '--grep', 'forged', '--verbose'],
    { cwd },
  );
  assert.ok(received.length > 0 && received.every(({ headers }) => headers['x-bypass'] === value));
  assert.doesNotMatch(stdout + stderr + JSON.stringify(report(cwd)), new RegExp(value));
});

test('without a browser its checks are left out and not verified', async () => {
  const { origin } = await serve(app(USUAL));
  const cwd = folder();
  const env = { READINESS_BROWSER: '/nowhere/chromium' };
  const args = ['check', origin, '--profile', 'staging', '--grep', 'environment.spec|headers.spec'];
  const { stdout } = await cli(args, { cwd, env });
  assert.match(stdout, /Checks that need a browser are left out, so they are not verified\. No browser at \/nowhere/);
  assert.equal(report(cwd).checks.find(({ id }) => id === 'headers/csp-violations')?.status, 'not-verified');
  assert.ok(report(cwd).checks.every(({ status, reason }) => status !== 'fail' || !/No browser/.test(reason)));
});

test('Ctrl-C ends the run with 130, an interrupted report and no folder left', async () => {
  const slow = app(USUAL);
  let hanging = false;
  const { origin } = await serve((request, response) => {
    if (request.method === 'POST' && hanging) return;
    slow(request, response);
  });
  const [cwd, temporary] = [folder(), folder()];
  const { child, done } = start(['check', origin, ...QUICK], { cwd, env: { TMPDIR: temporary } });
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (text: string) => {
      // The search is over: from now on the checks wait.
      if (!text.includes('Found:')) return;
      hanging = true;
      resolve();
    });
  });
  await until(() => existsSync(join(cwd, 'readiness-report/report.json')));
  child.kill('SIGINT');
  const { code } = await done;
  assert.equal(code, 130);
  assert.deepEqual([report(cwd).verdict, report(cwd).verdictReason], ['NOT READY', 'the run was interrupted']);
  assert.deepEqual(
    readdirSync(temporary).filter((name) => name.startsWith('clerk-readiness-check-')),
    [],
  );
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('without Playwright the command that installs it is named', async () => {
  const copy = folder();
  for (const name of ['src', 'fixtures', 'specs', 'package.json'])
    cpSync(join(REPOSITORY, name), join(copy, name), { recursive: true });
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(join(REPOSITORY, 'node_modules')).filter((name) => !/playwright|^\./.test(name)))
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(copy, 'node_modules', name));
  const main = join(copy, 'src/cli/main.ts');
  const { code, stderr } = await cli(['check', 'http://127.0.0.1:9'], { cwd: copy, main });
  assert.equal(code, 2);
  assert.match(stderr, /check needs Playwright: run "npm install --save-dev @playwright\/test clerk-readiness"/);
  assert.doesNotMatch(stderr, STACK);
  assert.equal((await cli(['list'], { cwd: copy, main })).code, 0);
});
