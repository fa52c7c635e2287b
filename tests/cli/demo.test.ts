import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { startDemo } from '../../demo/demo.ts';
import type { Demo } from '../../demo/demo.ts';
import type { Report } from '../../src/report/report.ts';
import { cli, folder, REPOSITORY, run } from './support/cli.ts';
import { install } from './support/repository.ts';

const report = (cwd: string) => JSON.parse(readFileSync(join(cwd, 'readiness-report/report.json'), 'utf8')) as Report;
const ids = ({ checks }: Report, wanted: string) =>
  checks.filter(({ status }) => status === wanted).map(({ id }) => id);

/** The commands of a job, as a runner gives them to a shell. */
function commandsOf(workflow: string, job: string): string[] {
  const { jobs } = parse(workflow) as { jobs: Record<string, { steps: Array<{ run?: string }> }> };
  return jobs[job]?.steps.flatMap(({ run: line }) => (line?.includes('playwright') === true ? [line] : [])) ?? [];
}

describe('against the demo', () => {
  let demo: Demo;
  let url = '';
  before(async () => {
    demo = await startDemo({ kinds: ['live'], defects: true });
    url = demo.instances.live?.url ?? '';
  });
  after(() => demo.close());

  test('check finds what the demo has, and nothing that fails', async () => {
    const cwd = folder();
    const { code, stdout, stderr } = await cli(['check', url, '--insecure', '--no-browser'], { cwd });
    assert.deepEqual(ids(report(cwd), 'fail'), [], stdout + stderr);
    assert.deepEqual([code, report(cwd).verdict], [0, 'INCOMPLETE']);
    const passing = ids(report(cwd), 'pass');
    for (const id of [
      'environment/publishable-key-live',
      'routes/public-reachable',
      'routes/protected-redirect',
      'routes/bypass',
      'api/unauthenticated-401',
      'api/forged-token',
      'webhook/forged-signature',
      'headers/csp',
      'monitoring/health',
    ])
      assert.ok(passing.includes(id), id);
    assert.match(stdout, /^ {2}Clerk +production instance \(pk_live\)/m);
  });

  for (const [defect, id] of [
    ['webhook-unverified', 'webhook/forged-signature'],
    ['hsts-absent', 'headers/security'],
  ] as const) {
    test(`check with the defect ${defect} fails by ${id}`, async () => {
      const cwd = folder();
      const title = id.startsWith('webhook') ? 'forged' : 'security headers';
      const flags = ['--insecure', '--no-browser', '--header', `x-demo-defect=${defect}`, '--grep', title];
      const { code, stdout } = await cli(['check', url, ...flags], { cwd });
      assert.equal(code, 1, stdout);
      assert.ok(ids(report(cwd), 'fail').includes(id), stdout);
      assert.match(stdout, /Result: NOT READY/);
    });
  }

  test('init in its source: the commands of the workflow run as written', async () => {
    const root = folder();
    const source = join(REPOSITORY, 'demo/app');
    for (const name of readdirSync(source))
      if (!/^(?:node_modules|\.next|next-env\.d\.ts)$/.test(name))
        cpSync(join(source, name), join(root, basename(name)), { recursive: true });
    // In this repository the rules of its root do that.
    writeFileSync(join(root, '.gitignore'), 'node_modules\n.env*\n!.env.example\n');
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    execFileSync('git', ['add', '--all'], { cwd: root });
    const written = await cli(['init', '--yes', '--insecure', '--url', url], { cwd: root });
    assert.equal(written.code, 0, written.stderr);
    const options = readFileSync(join(root, 'readiness.config.ts'), 'utf8');
    assert.match(options, /protected: \['\/dashboard', '\/settings', '\/settings\/billing'\]/);
    assert.match(options, /network: \{ ignoreHTTPSErrors: true \}/);
    install(root);
    execFileSync('git', ['add', '--all'], { cwd: root });

    const workflow = readFileSync(join(root, '.github/workflows/readiness.yml'), 'utf8');
    const sh = (line: string) => run('sh', ['-c', line], { cwd: root, env: { CI: '1' } }).done;
    const [sourceTree = ''] = commandsOf(workflow, 'gate');
    const gate = await sh(sourceTree);
    assert.equal(gate.code, 0, gate.stdout + gate.stderr);
    assert.ok(ids(report(root), 'pass').includes('environment/env-files-ignored'), gate.stdout);

    const [smoke = ''] = commandsOf(workflow, 'smoke');
    for (const shard of ['1', '2']) {
      const ended = await sh(smoke.replace('${{ matrix.shard }}', shard));
      assert.equal(ended.code, 0, ended.stdout + ended.stderr);
      // As upload-artifact and download-artifact do with merge-multiple.
      cpSync(join(root, 'blob-report'), join(root, 'all-blob-reports'), { recursive: true });
    }
    assert.equal(readdirSync(join(root, 'all-blob-reports')).length, 2);
    const [verdict = ''] = commandsOf(workflow, 'smoke-report');
    const merged = await sh(verdict);
    assert.equal(merged.code, 0, merged.stdout + merged.stderr);
    assert.match(merged.stdout, /Result: INCOMPLETE/);
    assert.deepEqual(ids(report(root), 'fail'), []);
  });
});
