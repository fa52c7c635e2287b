import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CATALOG } from '../../src/catalog.ts';
import { config, failing, Playground, site, wholeSpec } from './playground.ts';

const TOTAL = CATALOG.length;

function lastLine(stdout: string): string {
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

test('every check passes: READY, exit code 0', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }),
    'all.spec.ts': wholeSpec(),
  });
  const { code, stdout } = await ground.run();
  assert.equal(lastLine(stdout), 'Result: READY for staging');
  assert.equal(code, 0);
  const report = ground.report();
  assert.equal(report.verdict, 'READY');
  assert.equal(report.counts.pass, TOTAL);
  assert.deepEqual(
    report.checks.map(({ id }) => id),
    CATALOG.map(({ id }) => id),
  );
  assert.equal(report.target.framework, 'next');
  assert.ok(report.requests > 2 * TOTAL, 'the requests of connecting count');
  const folder = join(ground.dir, 'readiness-report');
  assert.deepEqual(readdirSync(folder).toSorted(), ['report.html', 'report.json', 'report.md']);
  assert.equal(statSync(join(folder, 'report.json')).mode & 0o777, 0o644);
  assert.ok(!stdout.includes('\u001b'), 'no colours without a terminal');
});

test('a failing check: NOT READY, exit code 1, the failure last and in full, by our reporter alone', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }),
    'all.spec.ts': wholeSpec({ 'headers/csp': failing('headers/csp') }),
  });
  const { code, stdout } = await ground.run();
  assert.equal(code, 1);
  assert.equal(lastLine(stdout), 'Result: NOT READY: fix failing checks');
  assert.match(stdout, /\[FAIL\] A Content Security Policy is enforced on every page: \/page: came back wrong/);
  assert.match(
    stdout,
    /Failures\n\nheaders\/csp \(high\): .*\n\n {2}1\. \/page: came back wrong\n {5}expected right\n {5}cause {4}a cause\n {5}fix {6}a fix/,
  );
  assert.equal(ground.report().verdictReason, '1 check fails: headers/csp');
});

test('passing on a retry is a pass that says so; a failure that a retry could not verify stays', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }, 'retries: 2,'),
    'all.spec.ts': wholeSpec({
      'headers/csp': `if (testInfo.retry === 0) { ${failing('headers/csp')} } await record('headers/csp');`,
      'headers/security': `if (testInfo.retry === 0) { ${failing('headers/security')} } await record('headers/security', { status: 'not-verified', reason: 'blocked' }); testInfo.skip();`,
    }),
  });
  const { code } = await ground.run();
  const { checks } = ground.report();
  const csp = checks.find(({ id }) => id === 'headers/csp');
  assert.equal(csp?.status, 'pass');
  assert.equal(csp?.reason, 'proven; passed on retry 1 of 2: /page: came back wrong');
  assert.equal(csp?.requests, 4);
  const security = checks.find(({ id }) => id === 'headers/security');
  assert.equal(security?.status, 'fail');
  assert.match(security?.reason ?? '', /came back wrong; retry 1 ended not-verified: blocked/);
  assert.equal(code, 1);
});

test('tests without a result fail or are not verified, never pass', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }),
    'all.spec.ts': wholeSpec({
      'headers/csp': 'process.exit(7);',
      'headers/security': 'testInfo.setTimeout(200); await new Promise(() => {});',
      'exposure/dotfiles':
        "await record('exposure/dotfiles'); throw new Error('teardown of a fixture failed with sk_live_abcdefghijklmnop');",
      'errors/not-found-page': '',
    }),
  });
  const { code } = await ground.run();
  const byId = new Map(ground.report().checks.map((check) => [check.id, check]));
  assert.equal(code, 1);
  assert.equal(byId.get('headers/csp')?.status, 'fail');
  assert.match(byId.get('headers/csp')?.reason ?? '', /worker process exited unexpectedly/i);
  assert.equal(byId.get('headers/security')?.status, 'fail');
  assert.match(byId.get('headers/security')?.reason ?? '', /Test timeout of 200ms exceeded/);
  assert.equal(byId.get('exposure/dotfiles')?.status, 'fail');
  assert.match(byId.get('exposure/dotfiles')?.reason ?? '', /teardown of a fixture failed with sk_live_\[redacted\]/);
  assert.equal(byId.get('errors/not-found-page')?.status, 'not-verified');
  assert.match(byId.get('errors/not-found-page')?.reason ?? '', /recorded no result/);
});

test('the real fixtures: a missing option, a waiver, a removable waiver, an attestation, a check of one’s own', async (t) => {
  const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const today = new Date().toISOString().slice(0, 10);
  const ground = new Playground(t, {
    'playwright.config.ts': config({
      baseURL: await site(t),
      waive: { 'headers/csp': { reason: 'SEC-12', until }, 'headers/security': { reason: 'old', until } },
      attest: { 'cors/allowed-origin': { evidence: 'seen', by: 'ops', on: today } },
    }),
    'some.spec.ts': `
      import { check, expect, test } from '../../../fixtures/index.ts';
      const outcome = { reason: 'r', requests: 1, durationMs: 1, findings: [] };
      const error = { level: 'error', subject: 's', message: 'm', expected: 'e', cause: 'c', fix: 'f' } as const;
      test('1', check('webhook/forged-signature'), async () => {});
      test('2', check('headers/csp'), async ({ runningCheck }, info) => runningCheck?.conclude({ ...outcome, status: 'fail', findings: [error] }, info));
      test('3', check('headers/security'), async ({ runningCheck }, info) => runningCheck?.conclude({ ...outcome, status: 'pass' }, info));
      test('4', check('cors/allowed-origin'), async () => {});
      test('5', check({ id: 'acme/tenants', title: 'Tenants are apart', fix: 'part them' }), async ({ anonymous }) => {
        expect((await anonymous.get('/')).response?.status).toBe(200);
      });
      test('6', check({ id: 'acme/aaa', title: 'Never', fix: 'mend it' }), async () => { expect(1, 'one is two').toBe(2); });`,
  });
  const { code, stdout } = await ground.run();
  const report = ground.report();
  const status = Object.fromEntries(report.checks.map((check) => [check.id, check.status]));
  assert.equal(status['webhook/forged-signature'], 'not-verified');
  assert.match(
    stdout,
    /\[NOT VERIFIED\] [^:]+: set webhook.path to have it verified, or webhook: false when there is none/,
  );
  assert.equal(status['headers/csp'], 'waived');
  assert.equal(status['headers/security'], 'pass');
  assert.match(stdout, /These checks pass, remove their waivers: headers\/security/);
  assert.equal(status['cors/allowed-origin'], 'attested');
  assert.deepEqual(
    report.checks.slice(TOTAL).map((check) => [check.id, check.status]),
    [
      ['acme/aaa', 'fail'],
      ['acme/tenants', 'pass'],
    ],
  );
  assert.equal(code, 1);
});

test('a smoke run of passing checks is INCOMPLETE with exit code 0, and with 1 under strict', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, { 'playwright.config.ts': config({ baseURL }), 'all.spec.ts': wholeSpec() });
  const lenient = await ground.run(['test', '--grep', '@headers']);
  const selected = CATALOG.filter(({ id }) => id.startsWith('headers/')).length;
  assert.equal(lenient.code, 0);
  const report = ground.report();
  assert.equal(report.verdict, 'INCOMPLETE');
  assert.match(
    report.verdictReason,
    new RegExp(`; ${selected} of ${selected} selected checks pass, ${TOTAL - selected} not selected$`),
  );
  assert.equal(report.checks.find(({ id }) => id === 'routes/protected-redirect')?.reason, 'not selected in this run');
  assert.match(lastLine(lenient.stdout), /^Result: INCOMPLETE: /);

  ground.write('playwright.config.ts', config({ baseURL, strict: true }));
  assert.equal((await ground.run(['test', '--grep', '@headers'])).code, 1);
});

test('--list writes and prints nothing of ours', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }),
    'all.spec.ts': wholeSpec(),
  });
  const { code, stdout } = await ground.run(['test', '--list']);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`Total: ${TOTAL + 1} tests`));
  assert.doesNotMatch(stdout, /Result|clerk-readiness 0/);
  assert.ok(!ground.has());
});

test('no tests found: NOT READY', async (t) => {
  const ground = new Playground(t, { 'playwright.config.ts': config({ baseURL: await site(t) }) });
  for (const args of [['test'], ['test', '--pass-with-no-tests', '--grep', 'nothing-like-it']]) {
    const { code, stdout } = await ground.run(args);
    assert.equal(ground.report().verdict, 'NOT READY', args.join(' '));
    assert.match(lastLine(stdout), /^Result: NOT READY: /);
    assert.equal(code, 1, args.join(' '));
  }
});

test('only tests of the consumer selected: the old READY goes, the exit code stays', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      import { local } from './local.ts';
      export default defineConfig({
        projects: [
          { name: 'mine', testDir: '.', testMatch: 'own.ts' },
          { ...local({ baseURL: '${await site(t)}' })[0], name: 'dressed', testMatch: 'own.ts' },
          ...local({ baseURL: '${await site(t)}' }),
        ],
        reporter: [['../../../src/report/reporter.ts']],
      });`,
    'all.spec.ts': wholeSpec(),
    'own.ts':
      "import { test } from '@playwright/test'; test('mine', () => { if (process.env.BREAK) throw new Error('my own failure'); });",
  });
  assert.equal((await ground.run()).code, 0);
  assert.equal(ground.report().verdict, 'READY');
  for (const project of ['mine', 'dressed']) {
    const { code, stdout } = await ground.run(['test', '--project', project]);
    assert.equal(code, 0);
    assert.equal(stdout.trim().split('\n').length, 1);
    assert.match(stdout, /no check of "readiness" was selected/);
    assert.equal(ground.report().verdict, 'NOT READY');
    assert.equal(ground.report().verdictReason, 'no check was selected');
  }

  const broken = await ground.run(['test'], { BREAK: '1' });
  assert.equal(broken.code, 1, 'READY never turns red to green');
  assert.equal(ground.report().verdict, 'READY');
  assert.match(broken.stdout, /Failed: .*mine[\s\S]*my own failure[\s\S]*2 of 3 other tests failed/);
});

test('a target that is not there: one clear message, checks did not run, NOT READY, retries or not', async (t) => {
  for (const retries of [0, 2]) {
    const ground = new Playground(t, {
      'playwright.config.ts': `
        import { defineReadinessConfig } from '../../../src/index.ts';
        export default defineReadinessConfig({ baseURL: 'http://127.0.0.1:1', profile: 'staging' }, { retries: ${retries} });`,
    });
    const { code, stdout } = await ground.run();
    const report = ground.report();
    assert.equal(code, 1);
    assert.match(report.verdictReason, /^Nothing listens at 127\.0\.0\.1:1 \(connection refused\)/);
    assert.doesNotMatch(report.verdictReason, /fails/);
    assert.equal(stdout.split('Nothing listens').length, 2, 'said once');
    assert.equal(report.counts['not-verified'], TOTAL);
    // Those that lack an option say so, which is as true.
    const unrun = report.checks.filter(({ reason }) => reason === 'not run: the target could not be judged');
    assert.ok(unrun.length > 20, `${unrun.length} checks say why they did not run`);
    assert.match(lastLine(stdout), /^Result: NOT READY: Nothing listens at/);
    assert.doesNotMatch(stdout, /\n {4}at /, 'no stack');
  }
});

test('checks in an empty folder beside tests of the consumer are no wish of theirs: NOT READY, exit code 1', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      import { readinessProjects } from '../../../src/index.ts';
      const [checks] = readinessProjects({ baseURL: '${await site(t)}' });
      export default defineConfig({
        projects: [{ name: 'mine', testDir: '.', testMatch: 'own.ts' }, { ...checks, testDir: './empty' }],
        reporter: [['../../../src/report/reporter.ts']],
      });`,
    'own.ts': "import { test } from '@playwright/test'; test('mine', () => {});",
  });
  const { code, stdout } = await ground.run();
  assert.match(lastLine(stdout), /^Result: NOT READY: no check was selected/);
  assert.equal(code, 1);
});

test('an interrupted run leaves NOT READY in place of an older READY, also when it is killed', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }, 'workers: 1,'),
    'all.spec.ts': wholeSpec({
      'performance/static-bypass':
        "if (process.env.HANG) { console.log('hanging now'); await new Promise(() => {}); } await record('performance/static-bypass');",
    }),
  });
  assert.equal((await ground.run()).code, 0);
  assert.equal(ground.report().verdict, 'READY');

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    const { child, done } = ground.start(['test'], { HANG: '1' });
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => chunk.includes('hanging now') && resolve());
    });
    assert.match(ground.report().verdictReason, /has not finished/);
    child.kill(signal);
    const { code } = await done;
    const report = ground.report();
    assert.equal(report.verdict, 'NOT READY', signal);
    if (signal === 'SIGKILL') continue;
    assert.equal(code, 130);
    assert.equal(report.verdictReason, 'the run was interrupted');
    assert.equal(
      report.checks.find(({ id }) => id === 'performance/static-bypass')?.reason,
      'did not finish: the run was interrupted',
    );
  }
});

test('globalTimeout and errors outside of tests: NOT READY', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL }, 'globalTimeout: 3000, workers: 1,'),
    'all.spec.ts': wholeSpec({ 'performance/static-bypass': 'await new Promise(() => {});' }),
    'broken.ts': "export default () => { throw new Error('the database is away'); };",
  });
  assert.equal((await ground.run()).code, 1);
  assert.match(ground.report().verdictReason, /time limit/);

  ground.write('playwright.config.ts', config({ baseURL }, "globalSetup: './broken.ts',"));
  const { code, stdout } = await ground.run();
  assert.equal(code, 1);
  assert.equal(ground.report().verdictReason, '1 error outside of the checks: the database is away');
  assert.match(stdout, /Error outside of the checks\n\n.*the database is away/);
});

test('two targets: a report each, the exit code follows the worst', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, {
    'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      import { local } from './local.ts';
      export default defineConfig({
        projects: [...local({ name: 'good', baseURL: '${baseURL}' }), ...local({ name: 'bad', baseURL: '${baseURL}' })],
        reporter: [['../../../src/report/reporter.ts']],
      });`,
    'all.spec.ts': wholeSpec({
      'headers/csp': `if (testInfo.project.name === 'bad') { ${failing('headers/csp')} } await record('headers/csp');`,
    }),
  });
  const { code, stdout } = await ground.run();
  assert.equal(code, 1);
  assert.equal(ground.report('readiness-report/good/report.json').verdict, 'READY');
  assert.equal(ground.report('readiness-report/bad/report.json').verdict, 'NOT READY');
  assert.match(
    stdout,
    /clerk-readiness [\d.]+: good[\s\S]*Result: READY for staging[\s\S]*clerk-readiness [\d.]+: bad[\s\S]*Result: NOT READY/,
  );
});

test('two targets of one report folder: the second does not replace the first, and says what to set', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, {
    'playwright.config.ts': `
      import { defineConfig } from '@playwright/test';
      import { local } from './local.ts';
      const of = (name: string, dir: string) => local({ baseURL: '${baseURL}', name, report: { dir } });
      export default defineConfig({ reporter: [['../../../src/report/reporter.ts']], projects: [...of('eu', 'same'), ...of('us', './Same')] });`,
    'all.spec.ts': wholeSpec(),
  });
  const { code, stdout } = await ground.run();
  assert.equal(code, 1);
  const { target, verdict } = ground.report('same/report.json');
  assert.deepEqual([target.name, verdict], ['eu', 'READY']);
  assert.match(
    lastLine(stdout),
    /^Result: NOT READY: .*the report could not be written to .*Same \(it has the one of "eu"\): set report\.dir to a folder that can be written$/,
  );
});

test('shards: each is INCOMPLETE; merged they are whole and the exit code follows the verdict', async (t) => {
  const baseURL = await site(t);
  const rest = 'fullyParallel: true, ';
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL, strict: true }, rest),
    'all.spec.ts': wholeSpec(),
  });
  const reporters = '--reporter=blob,../../../src/report/reporter.ts';
  const shards = async (folder: string) => {
    for (const shard of ['1/2', '2/2']) {
      const run = await ground.run(['test', `--shard=${shard}`, reporters], {
        PLAYWRIGHT_BLOB_OUTPUT_FILE: join(ground.dir, folder, `${shard[0]}.zip`),
      });
      assert.match(lastLine(run.stdout), new RegExp(`Result: (INCOMPLETE: this is shard ${shard}|NOT READY)`));
      if (folder === 'good') assert.equal(run.code, 0, 'strict leaves a shard to the merge');
    }
  };
  await shards('good');
  for (const how of [
    ['-c', 'playwright.config.ts'],
    ['--reporter', '../../../src/report/reporter.ts'],
  ]) {
    const { code, stdout, stderr } = await ground.run(['merge-reports', 'good', ...how]);
    assert.equal(lastLine(stdout), 'Result: READY for staging', stdout + stderr);
    assert.equal(code, 0);
    assert.equal(ground.report().counts.pass, TOTAL);
  }

  ground.write('all.spec.ts', wholeSpec({ 'headers/csp': failing('headers/csp') }));
  await shards('bad');
  for (const how of [
    ['-c', 'playwright.config.ts'],
    ['--reporter', '../../../src/report/reporter.ts'],
    ['--reporter', 'list,../../../src/report/reporter.ts'],
  ]) {
    const { code, stdout, stderr } = await ground.run(['merge-reports', 'bad', ...how]);
    assert.equal(lastLine(stdout), 'Result: NOT READY: fix failing checks');
    assert.equal(code, 1);
    assert.doesNotMatch(stdout + stderr, /reporter\.ts:\d+/, 'no stack of ours');
    assert.equal(ground.report().verdict, 'NOT READY');
    assert.equal(ground.report().counts.pass, TOTAL - 1);
  }
});

test('four shards, merged: the verdict, the exit code and the checks of one run', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }, 'fullyParallel: true, '),
    'all.spec.ts': wholeSpec({
      'headers/csp': failing('headers/csp'),
      'errors/not-found-page': `await record('errors/not-found-page', { status: 'not-verified', reason: 'blocked' }); testInfo.skip();`,
    }),
  });
  const outcome = () => {
    const { verdict, verdictReason, counts, checks } = ground.report();
    return { verdict, verdictReason, counts, checks };
  };
  const whole = await ground.run();
  const expected = outcome();
  assert.equal(expected.verdict, 'NOT READY');
  for (const shard of [1, 2, 3, 4]) {
    const { stdout } = await ground.run(['test', `--shard=${shard}/4`, '--reporter=blob'], {
      PLAYWRIGHT_BLOB_OUTPUT_FILE: join(ground.dir, 'blobs', `${shard}.zip`),
    });
    assert.doesNotMatch(stdout, new RegExp(`Running ${TOTAL} tests`), 'a shard is a part');
  }
  const merged = await ground.run(['merge-reports', 'blobs', '--reporter', '../../../src/report/reporter.ts']);
  assert.deepEqual(outcome(), expected);
  assert.equal(merged.code, whole.code);
});

test('beside the list reporter nothing is said twice', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }),
    'all.spec.ts': wholeSpec(),
    'own.spec.ts':
      "import { test } from '@playwright/test'; test('mine', () => { console.log('my', 'output'); throw new Error('my own failure'); });",
  });
  const alone = await ground.run();
  assert.equal(alone.stdout.match(/my output/g)?.length, 1);
  assert.equal(alone.stdout.match(/Error: my own failure/g)?.length, 1);
  const beside = await ground.run(['test', '--reporter=list,../../../src/report/reporter.ts']);
  assert.equal(beside.stdout.match(/my output/g)?.length, 1);
  assert.equal(beside.stdout.match(/Error: my own failure/g)?.length, 1);
  assert.match(lastLine(beside.stdout), /^Result: READY/);
});

test('a report that cannot be written: NOT READY says why, once, and the checklist is printed all the same', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t), report: { dir: 'crafted.ts' } }),
    'all.spec.ts': wholeSpec(),
  });
  const { code, stdout, stderr } = await ground.run();
  assert.equal(code, 1);
  const why = /the report could not be written to .*crafted\.ts \(.*\): set report\.dir/g;
  assert.match(lastLine(stdout), new RegExp(`^Result: NOT READY: .*${why.source}`));
  assert.equal(`${stdout}${stderr}`.match(why)?.length, 1);
  assert.match(stdout, /\[PASS\] A Content Security Policy is enforced on every page: proven/);
  assert.doesNotMatch(stdout, /^Report: /m);
});

test('a check that -x cut short did not finish; it is not disproven', async (t) => {
  const ground = new Playground(t, {
    'playwright.config.ts': config({ baseURL: await site(t) }, 'workers: 2,'),
    'some.spec.ts': `
      import { existsSync, writeFileSync } from 'node:fs';
      import { setTimeout as delay } from 'node:timers/promises';
      import { check, test } from '../../../fixtures/index.ts';
      test('slow', check({ id: 'acme/slow', title: 'Slow', fix: 'f' }), async () => {
        writeFileSync('begun', '');
        await new Promise(() => {});
      });
      test('bad', check({ id: 'acme/bad', title: 'Bad', fix: 'f' }), async () => {
        while (!existsSync('begun')) await delay(20);
        throw new Error('wrong');
      });`,
  });
  await ground.run(['test', '-x']);
  const [bad, slow] = ground.report().checks.slice(TOTAL);
  assert.equal(bad?.status, 'fail');
  assert.equal(slow?.status, 'not-verified');
  assert.equal(slow.reason, 'did not finish: the run was interrupted');
});

test('a check of one’s own asks for `webhook`: without the option it is not verified, with false not applicable', async (t) => {
  const baseURL = await site(t);
  const ground = new Playground(t, {
    'some.spec.ts': `
      import { check, test } from '../../../fixtures/index.ts';
      test('mine', check({ id: 'acme/hook', title: 'Hook', fix: 'f' }), async ({ webhook }) => { webhook.path; });
      test('no check', async ({ webhook }) => { webhook.path; });`,
  });
  for (const [options, status, reason] of [
    [{}, 'not-verified', /^set webhook\.path to have it verified, or webhook: false/],
    [{ webhook: false }, 'not-applicable', /^webhook is false/],
  ] as const) {
    ground.write('playwright.config.ts', config({ baseURL, ...options }));
    const { stdout, code } = await ground.run();
    const own = ground.report().checks[TOTAL];
    assert.equal(own?.status, status, stdout);
    assert.match(own.reason, reason);
    assert.equal(code, 0);
  }
});
