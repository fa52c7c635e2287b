import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOG } from '../../src/catalog.ts';
import { config, failing, Playground, site, wholeSpec } from './playground.ts';

const ALL = ['html', 'markdown', 'sarif', 'ctrf'];
const FILES = ['ctrf.json', 'report.html', 'report.json', 'report.md', 'report.sarif'];

test('every form is written where it was asked for, report.json always, and the paths are told', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL, report: { formats: ALL } }),
    'all.spec.ts': wholeSpec({ 'headers/csp': failing('headers/csp') }),
  });
  const { stdout } = await ground.run();
  assert.deepEqual(readdirSync(join(ground.dir, 'readiness-report')).toSorted(), FILES);
  assert.match(
    stdout,
    /\nReport: readiness-report\/report\.json, report\.html, report\.md, report\.sarif, ctrf\.json\n/,
  );
  assert.match(ground.read('readiness-report/report.html'), /NOT READY/);
  assert.doesNotMatch(stdout, /^::/m, 'no annotations outside of GitHub Actions');

  ground.write('playwright.config.ts', config({ baseURL, report: { dir: 'json-only', formats: [] } }));
  await ground.run();
  assert.deepEqual(readdirSync(join(ground.dir, 'json-only')), ['report.json']);
});

test('no form of a killed run says READY for an earlier one', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t), report: { formats: ALL } }, 'workers: 1,'),
    'all.spec.ts': wholeSpec({
      'performance/static-bypass':
        "if (process.env.HANG) { console.log('hanging now'); await new Promise(() => {}); } await record('performance/static-bypass');",
    }),
  });
  await ground.run();
  assert.match(ground.read('readiness-report/report.md'), /^## ✅ READY/);
  const { child, done } = ground.start(['test'], { HANG: '1' });
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.includes('hanging now') && resolve());
  });
  child.kill('SIGKILL');
  await done;
  for (const file of FILES) assert.match(ground.read(`readiness-report/${file}`), /has not finished/, file);
});

test('in GitHub Actions the summary is appended and failing checks are marked on their line', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }),
    'all.spec.ts': wholeSpec({ 'headers/csp': failing('headers/csp') }),
    'summary.md': 'what was there\n',
  });
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(ground.dir, 'summary.md'),
    GITHUB_WORKSPACE: join(ground.dir, '..'),
  };
  const { code, stdout } = await ground.run(['test'], env);
  assert.equal(code, 1);
  const folder = ground.dir.split('/').at(-1);
  const [annotation, ...others] = stdout.match(/^::.*$/gm) ?? [];
  assert.match(
    annotation ?? '',
    new RegExp(
      `^::error file=${folder}/playwright\\.config\\.ts,line=4,title=headers/csp \\(high\\)::A Content Security`,
    ),
  );
  assert.deepEqual(others, []);
  assert.match(ground.read('summary.md'), /^what was there\n## ❌ NOT READY/);
  assert.equal(ground.read('summary.md').match(/^## /gm)?.length, 1, 'once, not for the run under way');
  assert.match(stdout.trimEnd(), /Result: NOT READY: fix failing checks$/);

  const unwritable = await ground.run(['test'], { ...env, GITHUB_STEP_SUMMARY: ground.dir });
  assert.match(unwritable.stderr, /the job summary could not be written: Error: EISDIR/);
  assert.equal(unwritable.code, 1, 'by the verdict');
});

test('compare: last names what regressed since the report that is replaced, and a file what regressed since that', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL, report: { compare: 'last' } }),
    'all.spec.ts': wholeSpec({ 'errors/not-found-page': failing('errors/not-found-page') }),
  });
  const first = await ground.run();
  assert.match(
    first.stdout,
    /^clerk-readiness: nothing to compare with: readiness-report\/report\.json does not exist$/m,
  );
  assert.equal(ground.report().comparison, undefined);
  ground.write('old.json', ground.read('readiness-report/report.json'));

  ground.write('all.spec.ts', wholeSpec({ 'headers/csp': failing('headers/csp') }));
  const second = await ground.run();
  assert.match(second.stdout, /\n\nRegressions since [\dT:.Z-]+\n {2}\[FAIL\] headers\/csp: A Content/);
  assert.match(second.stdout, /: 1 regression, 1 fixed\nReport: /);
  assert.deepEqual(
    ground.report().comparison?.fixed.map(({ id }) => id),
    ['errors/not-found-page'],
  );

  const third = await ground.run(['test', '--grep', '@routes']);
  assert.doesNotMatch(third.stdout, /1 fixed/, 'what was not selected is not fixed');
  assert.deepEqual(
    ground.report().comparison?.gone.map(({ id }) => id),
    ['headers/csp'],
  );

  ground.write('playwright.config.ts', config({ baseURL, report: { compare: 'old.json' } }));
  assert.match((await ground.run()).stdout, /: 1 regression, 1 fixed\n/);
  ground.write('playwright.config.ts', config({ baseURL, report: { compare: 'all.spec.ts' } }));
  ground.write('all.spec.ts', wholeSpec());
  const broken = await ground.run();
  assert.match(broken.stdout, /^clerk-readiness: nothing to compare with: all\.spec\.ts cannot be read: SyntaxError/m);
  assert.equal(broken.code, 0, 'it never fails a run');
});

test('merge-reports writes every form, compares, and tells GitHub', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL, report: { formats: ALL, compare: 'last' } }, 'fullyParallel: true, '),
    'all.spec.ts': wholeSpec(),
  });
  await ground.run();
  ground.write('all.spec.ts', wholeSpec({ 'headers/csp': failing('headers/csp') }));
  for (const shard of ['1/2', '2/2']) {
    await ground.run(['test', `--shard=${shard}`, '--reporter=blob'], {
      PLAYWRIGHT_BLOB_OUTPUT_FILE: join(ground.dir, 'blobs', `${shard[0]}.zip`),
    });
  }
  const { stdout } = await ground.run(['merge-reports', 'blobs', '-c', 'playwright.config.ts'], {
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: join(ground.dir, 'summary.md'),
    GITHUB_WORKSPACE: ground.dir,
  });
  assert.deepEqual(readdirSync(join(ground.dir, 'readiness-report')).toSorted(), FILES);
  assert.match(stdout, /^::error (file=playwright\.config\.ts,line=\d+,)?title=Regression%3A headers\/csp \(high\)::/m);
  assert.match(ground.read('summary.md'), /1 regression/);
  assert.match(ground.read('readiness-report/report.html'), /Regressions: passed before, fail now \(1\)/);
  assert.match(ground.read('readiness-report/report.sarif'), /"executionSuccessful": true/);
  assert.equal(ground.report().counts.pass, CATALOG.length - 1);
});

test('Playwright’s own reporters carry the id, the waiver and the attestation of a check', async (t) => {
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const today = new Date().toISOString().slice(0, 10);
  const ground = new Playground(t, {
    'playwright.config.ts': config({
      baseURL: await site(t),
      waive: { 'headers/csp': { reason: 'SEC-12', until } },
      attest: { 'cors/allowed-origin': { evidence: 'seen', by: 'ops', on: today } },
    }),
    'some.spec.ts': `
      import { check, test } from '../../../fixtures/index.ts';
      const error = { level: 'error', subject: 's', message: 'm', expected: 'e', cause: 'c', fix: 'f' } as const;
      const outcome = { status: 'fail', reason: 'r', requests: 1, durationMs: 1, findings: [error] } as const;
      test('1', check('headers/csp'), async ({ runningCheck }, info) => runningCheck?.conclude(outcome, info));
      test('2', check('cors/allowed-origin'), async () => {});`,
  });
  const run = await ground.run(['test', '--reporter=junit,json,../../../src/report/reporter.ts'], {
    PLAYWRIGHT_JUNIT_OUTPUT_FILE: join(ground.dir, 'junit.xml'),
    PLAYWRIGHT_JSON_OUTPUT_FILE: join(ground.dir, 'results.json'),
  });
  assert.match(run.stdout, /\[WAIVED\]/);
  const junit = ground.read('junit.xml');
  assert.match(junit, /<property name="check" value="headers\/csp">/);
  assert.match(junit, new RegExp(`<property name="waiver" value="SEC-12 \\(until ${until}, active\\)">`));
  assert.match(junit, new RegExp(`<property name="attestation" value="seen \\(by ops on ${today}, active\\)">`));
  const json = ground.read('results.json');
  assert.match(json, /"type": "waiver",\s+"description": "SEC-12/);
  assert.match(json, /"type": "check",\s+"description": "cors\/allowed-origin"/);
});

test('hostile titles of a target’s pages stay text in the output of a real run', async (t) => {
  const evil = '</script><script>1</script>\\n::error::owned\\n  ::set-output name=x::owned ##[error]owned \\u001b[2K';
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t), report: { formats: ALL } }),
    'all.spec.ts': wholeSpec({
      'headers/csp': `await record('headers/csp', { status: 'fail', reason: '${evil}', findings: [{ ...finding, subject: '${evil}', message: '${evil}' }] }); throw new Error('failed');`,
    }),
  });
  const { stdout, stderr } = await ground.run(['test'], { GITHUB_ACTIONS: 'true' });
  const commands = (stdout + stderr).match(/^\s*::[a-z].*$|##\w*\[.*$/gim) ?? [];
  assert.equal(commands.length, 1, commands.join('\n'));
  assert.match(commands[0] ?? '', /^\s*::error (file=[^:,]+,line=\d+,)?title=headers\/csp \(high\)::A Content/);
  assert.ok(!(stdout + stderr).includes('\u001b'));
  assert.equal(ground.read('readiness-report/report.html').match(/<script>/g)?.length, 1);
});
