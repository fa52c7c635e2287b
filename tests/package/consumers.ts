import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CATALOG } from '../../src/catalog.ts';
import type { CheckResult, Status, Verdict } from '../../src/result.ts';
import { startApp } from './support/app.ts';
import type { App } from './support/app.ts';
import type { Consumer, Ended, Installation } from './support/consumer.ts';

const CHECK_ID = 'acme/tenant-isolation';

/** Options as a consumer writes them. */
const OPTIONS = `{
  baseURL: process.env.APP_URL,
  routes: { protected: ['/dashboard'], signIn: '/sign-in' },
  api: ['/api/me'],
  webhook: { path: '/api/webhooks/clerk' },
  health: false,
}`;

const OWN_TEST = `import { test, expect } from '@playwright/test';
test('own arithmetic', () => expect(1 + 1).toBe(2));
`;

/** A check of the consumer's own; it fails when ACME_STATUS is not what the app answers. */
const OWN_CHECK = `import { check, expect, test } from 'clerk-readiness';
test(
  'another tenant sees nothing',
  check({ id: '${CHECK_ID}', title: 'A tenant sees its own data only', severity: 'critical', fix: 'Filter by the active organization.' }),
  async ({ anonymous }) => {
    const { response } = await anonymous.get('/api/me');
    expect(response?.status).toBe(Number(process.env.ACME_STATUS ?? 401));
  },
);
`;

const DEFINED = `import { defineReadinessConfig } from 'clerk-readiness';
export default defineReadinessConfig(${OPTIONS}, {
  reporter: [['json', { outputFile: 'results.json' }]],
  projects: [{ name: 'own', testDir: './e2e' }],
});
`;

const SPREAD = `import { defineConfig } from '@playwright/test';
import { readinessProjects } from 'clerk-readiness';
export default defineConfig({
  testIgnore: '**/node_modules/**',
  grep: /own|forged/,
  reporter: [['json', { outputFile: 'results.json' }], ['clerk-readiness/reporter']],
  projects: [{ name: 'own', testDir: './e2e' }, ...readinessProjects(${OPTIONS})],
});
`;

/** What the package writes. */
interface Report {
  readonly verdict: Verdict;
  readonly target: { readonly baseURL: string };
  readonly checks: readonly CheckResult[];
}

/** Projects that use the package beside tests of their own, in every module format and layout. */
export function consumers({
  npm,
  oldest,
  pnpm,
}: {
  npm: Installation;
  oldest: Installation;
  pnpm: Installation;
}): void {
  const layouts = [
    { name: 'ESM, npm, defineReadinessConfig', installation: npm, type: 'module', config: DEFINED },
    {
      name: 'CommonJS, npm, readinessProjects under settings that would empty them',
      installation: npm,
      type: 'commonjs',
      config: SPREAD,
    },
    { name: 'ESM, pnpm, readinessProjects', installation: pnpm, type: 'module', config: SPREAD },
    { name: 'CommonJS, pnpm, defineReadinessConfig', installation: pnpm, type: 'commonjs', config: DEFINED },
    {
      name: 'ESM, the oldest Playwright, defineReadinessConfig',
      installation: oldest,
      type: 'module',
      config: DEFINED,
    },
  ] as const;

  for (const [index, { name, installation, type, config }] of layouts.entries()) {
    test(`${name}: our checks run beside the consumer’s own tests`, async () => {
      const project = await installation.project(`run-${index}`, type, {
        'playwright.config.ts': config,
        'e2e/own.spec.ts': OWN_TEST,
      });
      await withApp(async (app) => {
        const ended = await project.npxPlaywright([], { APP_URL: app.url });
        const report = reportOf(project, ended);
        assert.equal(report.target.baseURL, app.url);
        assert.deepEqual(
          CATALOG.map(({ id }) => id).filter((id) => statusOf(report, id) === undefined),
          [],
        );
        for (const id of ['webhook/forged-signature', 'api/unauthenticated-401', 'routes/protected-redirect']) {
          assert.equal(statusOf(report, id), 'pass', `${id}: ${reasonOf(report, id)}`);
        }
        assert.equal(ended.code, report.verdict === 'NOT READY' ? 1 : 0, ended.output);
        assert.deepEqual(testsOf(project, 'own'), [['own arithmetic', 'passed']]);
      });
    });
  }

  test('a defect in the app fails the run, and the report says which', async () => {
    const project = await npm.project('defect', 'module', { 'playwright.config.ts': DEFINED });
    await withApp(
      async (app) => {
        const ended = await project.playwright(['--grep', '@readiness-smoke'], { APP_URL: app.url });
        const report = reportOf(project, ended);
        assert.equal(ended.code, 1);
        assert.deepEqual([report.verdict, statusOf(report, 'webhook/forged-signature')], ['NOT READY', 'fail']);
        assert.match(ended.output, /webhook\/forged-signature/);
      },
      { defect: 'takes-forgeries' },
    );
  });

  test('--grep @readiness-smoke runs the smoke checks and nothing of the consumer', async () => {
    const project = await npm.project('smoke', 'module', {
      'playwright.config.ts': DEFINED,
      'e2e/own.spec.ts': OWN_TEST,
    });
    await withApp(async (app) => {
      const ended = await project.playwright(['--grep', '@readiness-smoke'], { APP_URL: app.url });
      const report = reportOf(project, ended);
      assert.equal(statusOf(report, 'webhook/forged-signature'), 'pass', ended.output);
      assert.equal(testsOf(project, 'own').length, 0);
      for (const { id } of CATALOG.filter(({ smoke }) => !smoke))
        assert.match(reasonOf(report, id), /not selected/, id);
    });
  });

  test('--grep with an id runs this check alone, with an area all of its checks', async () => {
    const project = await npm.project('alone', 'module', {
      'playwright.config.ts': DEFINED,
      'e2e/own.spec.ts': OWN_TEST,
    });
    await withApp(async (app) => {
      const selected = async (pattern: string) => {
        const report = reportOf(project, await project.playwright(['--grep', pattern], { APP_URL: app.url }));
        return CATALOG.map(({ id }) => id).filter((id) => !/not selected/.test(reasonOf(report, id)));
      };
      assert.deepEqual(await selected('@webhook/forged-signature'), ['webhook/forged-signature']);
      assert.deepEqual(
        await selected('@webhook/'),
        CATALOG.map(({ id }) => id).filter((id) => id.startsWith('webhook/')),
      );
      assert.equal(testsOf(project, 'own').length, 0);
    });
  });

  test('--list lists the checks, sends nothing and writes no report', async () => {
    const project = await npm.project('list', 'module', {
      'playwright.config.ts': DEFINED.replace('[[', "[['list'], ["),
      'e2e/own.spec.ts': OWN_TEST,
    });
    await withApp(async (app) => {
      const { code, output } = await project.playwright(['--list'], { APP_URL: app.url });
      assert.equal(code, 0, output);
      assert.match(output, /\[readiness\] .*webhook\.spec\.js.*forged deliveries are rejected/);
      assert.match(output, /\[own\] .*own arithmetic/);
      assert.equal(app.requests(), 0);
    });
    assert.throws(() => project.json('readiness-report/report.json'), { code: 'ENOENT' });
  });

  describe('a check of the consumer’s own stands in the report like ours', { concurrency: 2 }, () => {
    const config = `import { defineConfig } from '@playwright/test';
import { readinessProjects } from 'clerk-readiness';
const [checks] = readinessProjects(${OPTIONS});
export default defineConfig({ reporter: [['clerk-readiness/reporter']], projects: [{ ...checks, testDir: './e2e' }] });
`;
    for (const [status, expected, code] of [
      ['401', 'pass', 0],
      ['200', 'fail', 1],
    ] as const) {
      test(expected, async () => {
        const project = await npm.project(`own-${expected}`, 'module', {
          'playwright.config.ts': config,
          'e2e/tenants.spec.ts': OWN_CHECK,
        });
        await withApp(async (app) => {
          const ended = await project.playwright([], { APP_URL: app.url, ACME_STATUS: status });
          const own = reportOf(project, ended).checks.find(({ id }) => id === CHECK_ID);
          assert.equal(ended.code, code, ended.output);
          assert.deepEqual(
            [own?.status, own?.title, own?.severity, own?.area],
            [expected, 'A tenant sees its own data only', 'critical', 'acme'],
          );
          if (expected === 'fail') assert.equal(own?.findings[0]?.fix, 'Filter by the active organization.');
        });
      });
    }
  });

  test('import and require give the same module, so there is one `test` object', async () => {
    const script = `const required = require('clerk-readiness');
import('clerk-readiness').then((imported) => {
  const different = Object.keys(imported).filter((name) => imported[name] !== required[name]);
  console.log(JSON.stringify({ names: Object.keys(imported).sort(), different }));
});
`;
    const project = await npm.project('same', 'commonjs', { 'same.cjs': script });
    const { code, output } = await project.node('same.cjs');
    assert.equal(code, 0, output);
    const { names, different } = JSON.parse(output.slice(output.indexOf('{'))) as {
      names: string[];
      different: string[];
    };
    assert.deepEqual(different, []);
    for (const name of ['check', 'defineReadinessConfig', 'expect', 'readinessProjects', 'registerSpecs', 'test'])
      assert.ok(names.includes(name), name);
  });
}

async function withApp(use: (app: App) => Promise<void>, options: Parameters<typeof startApp>[0] = {}): Promise<void> {
  const app = await startApp(options);
  try {
    await use(app);
  } finally {
    await app.close();
  }
}

function reportOf(project: Consumer, ended: Ended): Report {
  try {
    return project.json<Report>('readiness-report/report.json');
  } catch (cause) {
    throw new Error(`no report was written:\n${ended.output}`, { cause });
  }
}

function statusOf({ checks }: Report, wanted: string): Status | undefined {
  return checks.find(({ id }) => id === wanted)?.status;
}

function reasonOf({ checks }: Report, wanted: string): string {
  return checks.find(({ id }) => id === wanted)?.reason ?? 'not in the report';
}

/** Title and status of each test of a project, from Playwright's own JSON report. */
function testsOf(project: Consumer, name: string): Array<[title: string, status: string | undefined]> {
  interface Spec {
    readonly title: string;
    readonly tests: ReadonlyArray<{
      readonly projectName: string;
      readonly results: ReadonlyArray<{ readonly status: string }>;
    }>;
  }
  interface Suite {
    readonly specs: readonly Spec[];
    readonly suites?: readonly Suite[];
  }
  const specs = (suite: Suite): Spec[] => [...suite.specs, ...(suite.suites ?? []).flatMap(specs)];
  return project
    .json<{ suites: Suite[] }>('results.json')
    .suites.flatMap(specs)
    .flatMap(({ title, tests }) =>
      tests
        .filter(({ projectName }) => projectName === name)
        .map(({ results }): [string, string | undefined] => [title, results.at(-1)?.status]),
    );
}
