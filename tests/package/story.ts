import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startDemo } from '../../demo/demo.ts';
import type { Demo } from '../../demo/demo.ts';
import type { Report } from '../../src/report/report.ts';
import type { Status } from '../../src/result.ts';
import { today } from '../../src/settle.ts';
import { run, versionOf } from './support/consumer.ts';
import type { Ended } from './support/consumer.ts';
import { code, command, line } from './support/docs.ts';
import { packed } from './support/pack.ts';

const README = 'README.md';

/** A month from now, as waivers write it. */
const NEXT_MONTH = today(new Date(Date.now() + 30 * 86_400_000));

/** What a team does who reads the README, from an empty folder to merged shards; each command and line of code is read from there. */
export function story(): void {
  describe('the README, from an empty folder', { concurrency: 1 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'readiness-story-'));
    let demo: Demo;
    let url = '';
    before(async () => {
      demo = await startDemo({ kinds: ['test'], defects: true });
      url = demo.instances.test?.url ?? '';
      // The demo's certificate is signed by nobody, so it is its own authority.
      writeFileSync(join(folder, 'staging-ca.pem'), demo.certificate);
    });
    after(async () => {
      await demo?.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    });

    /** Runs a command of the documents in a shell, with our address for theirs; `broken` asks the demo for defects. */
    const sh = (line: string, broken: readonly string[] = []): Promise<Ended> =>
      run('sh', ['-c', line.replaceAll(/https:\/\/(?:staging|app)\.example\.com/g, url)], folder, {
        READINESS_BASE_URL: url,
        READINESS_PROFILE: 'staging',
        DEMO_DEFECT: broken.join(','),
      });
    const path = (name: string) => join(folder, name);
    const edit = (name: string, change: (text: string) => string): void => {
      const text = readFileSync(path(name), 'utf8');
      assert.notEqual(change(text), text, `${name} has nothing to change:\n${text}`);
      writeFileSync(path(name), change(text));
    };
    const report = () => JSON.parse(readFileSync(path('readiness-report/report.json'), 'utf8')) as Report;
    const ids = (status: Status) =>
      report()
        .checks.filter((check) => check.status === status)
        .map(({ id }) => id);
    const smoke = command(README, 'READINESS_BASE_URL=https://app.example.com');

    test('it is installed', async () => {
      const install = command(README, 'npm install --save-dev')
        .replace('clerk-readiness', (await packed).path)
        // Tomorrow's release is tried by `npm run test:versions`.
        .replace(/(?<= )@playwright\/test/, `$&@${versionOf('@playwright/test')}`);
      const { code: exit, output } = await sh(`${install} --ignore-scripts --no-audit --no-fund`);
      assert.equal(exit, 0, output);
    });

    test('check gives a first verdict, without configuration and secret', async () => {
      const check = command(README, 'npx clerk-readiness check');
      const { code: exit, output } = await sh(`${check} --insecure --no-browser`);
      assert.equal(exit, 0, output);
      assert.match(output, /^Found:$/m);
      assert.match(output, /^ {2}Clerk +development instance \(pk_test\)/m);
      assert.match(output, /^ {2}protected pages +\/dashboard/m);
      assert.match(output, /^ {2}\[PASS\] Forged webhook deliveries are rejected: \d+ forgeries refused with 400/m);
      assert.match(output, /^To verify more:$/m);
      assert.match(output, /\nResult: INCOMPLETE: \d+ critical checks are not verified: .*\n$/);
      assert.deepEqual([report().verdict, ids('fail')], ['INCOMPLETE', []]);
    });

    test('init writes a configuration', async () => {
      const { code: exit, output } = await sh(
        `${command(README, 'npx clerk-readiness init')} --url ${url} --insecure --yes`,
      );
      assert.equal(exit, 0, output);
      assert.match(
        output,
        /^Written: readiness\.config\.ts, playwright\.config\.ts, \.github\/workflows\/readiness\.yml, /m,
      );
      // It says what to do next; what is installed is not to be installed again.
      assert.match(output, /^Next:\n {2}1\. READINESS_BASE_URL=\S+ npx playwright test --project=readiness$/m);
      edit('readiness.config.ts', (text) =>
        text.replace(
          /^  network: .*$/m,
          `  ${line(README, "ca: './staging-ca.pem'")}
  headers: { 'x-demo-defect': process.env.DEMO_DEFECT || undefined },`,
        ),
      );
    });

    test('npx playwright test runs the whole checklist', async () => {
      const { code: exit, output } = await sh(command(README, 'npx playwright test'));
      assert.equal(exit, 0, output);
      assert.match(output, /^ {2}\[PASS\] Protected pages send anonymous visitors to sign-in: /m);
      assert.match(output, /^Report: readiness-report\/report\.json, report\.html, report\.md$/m);
      assert.match(output, /\nResult: INCOMPLETE: /);
      assert.deepEqual(ids('fail'), []);
      assert.ok(ids('pass').includes('headers/csp-violations'), `the browser checks ran:\n${output}`);
      assert.match(readFileSync(path('readiness-report/report.html'), 'utf8'), /INCOMPLETE/);
    });

    test('a check of one’s own fails and passes like ours', async () => {
      const spec = code(README, 'acme/tenant-isolation');
      mkdirSync(path('readiness'));
      writeFileSync(path('readiness/tenants.spec.ts'), spec);
      const config = code('docs/guides/own-checks.md', 'defineReadinessConfig(readiness, {');
      edit('playwright.config.ts', () => config);
      const own = `${command(README, 'npx playwright test')} --project=own`;
      const failed = await sh(own);
      assert.equal(failed.code, 1, failed.output);
      assert.match(failed.output, /^acme\/tenant-isolation \(critical\): Tenants are isolated$/m);
      assert.match(failed.output, /Filter by orgId in every query\./);
      assert.match(failed.output, /\nResult: NOT READY: fix failing checks\n/);

      // What the demo does guard.
      edit('readiness/tenants.spec.ts', (text) => text.replace('/api/tenants/other', '/api/me'));
      const passed = await sh(own);
      assert.equal(passed.code, 0, passed.output);
      assert.match(passed.output, /\[PASS\] Tenants are isolated/);
      assert.deepEqual(ids('pass'), ['acme/tenant-isolation']);
    });

    test('a failure says what to do, and a waiver with a date covers that failure only', async () => {
      const broken = ['csp-constant-nonce', 'hsts-absent'];
      const failed = await sh(smoke, broken);
      assert.equal(failed.code, 1, failed.output);
      assert.deepEqual(ids('fail'), ['headers/csp', 'headers/security']);
      const [, told = ''] = failed.output.split('\nFailures\n');
      for (const part of ['headers/csp (high)', 'expected a new random nonce', 'cause ', 'fix ', 'docs ', 'curl -i '])
        assert.ok(told.includes(part), `${part}\n${failed.output}`);
      assert.match(failed.output, /\nResult: NOT READY: fix failing checks\n$/);

      const waiver = line(README, "waive: { 'headers/csp'").replace(/\d{4}-\d\d-\d\d/, NEXT_MONTH);
      edit('readiness.config.ts', (text) => text.replace(/^};$/m, `  ${waiver}\n$&`));
      const waived = await sh(smoke, broken);
      assert.equal(waived.code, 1, waived.output);
      assert.match(
        waived.output,
        new RegExp(`\\[WAIVED\\] A Content Security Policy .* — waived until ${NEXT_MONTH}: SEC-12`),
      );
      assert.deepEqual([ids('waived'), ids('fail')], [['headers/csp'], ['headers/security']]);
    });

    test('a baseline waives what fails today, so that the team is not stopped', async () => {
      const baseline = await sh(`${command(README, 'npx clerk-readiness baseline')} --yes`);
      assert.equal(baseline.code, 0, baseline.output);
      assert.match(baseline.output, /^readiness-waivers\.json: 1 new waiver\n {2}\+ headers\/security, until /);
      const named = line('docs/cli.md', "waive: './readiness-waivers.json'");
      assert.ok(baseline.output.includes(named), baseline.output);
      // By now the policy is mended.
      edit('readiness.config.ts', (text) => text.replace(/^ {2}waive: .*$/m, `  ${named}`));

      const adopted = await sh(smoke, ['hsts-absent']);
      assert.equal(adopted.code, 0, adopted.output);
      assert.deepEqual([ids('waived'), ids('fail')], [['headers/security'], []]);
    });

    test('three shards merge into one report with one verdict: only what is new stops the team', async () => {
      const shard = command(README, 'npx playwright test --shard=1/3');
      for (const index of [1, 2, 3]) {
        const one = shard.replace('1/3', `${index}/3`);
        // The browser checks have run above.
        const { output } = await sh(`${one} --grep-invert @browser`, ['hsts-absent', 'webhook-unverified']);
        assert.ok(existsSync(path('blob-report')), output);
        // What a CI uploads and downloads.
        cpSync(path('blob-report'), path('all-blob-reports'), { recursive: true });
      }
      assert.equal(readdirSync(path('all-blob-reports')).length, 3);
      const merged = await sh(command(README, 'npx playwright merge-reports'));
      assert.equal(merged.code, 1, merged.output);
      assert.match(merged.output, /\nResult: NOT READY: fix failing checks\n$/);
      assert.match(merged.output, /^webhook\/forged-signature \(critical\): /m);
      assert.deepEqual(ids('waived'), ['headers/security']);
      assert.ok(
        ids('fail').every((id) => id.startsWith('webhook/')),
        ids('fail').join(),
      );
      assert.ok(ids('pass').includes('acme/tenant-isolation'), merged.output);
    });
  });
}
