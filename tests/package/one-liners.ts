import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckResult } from '../../src/result.ts';
import { startApp } from './support/app.ts';
import type { Installation } from './support/consumer.ts';

const CONFIG = `import { defineConfig } from '@playwright/test';
import { readinessProjects } from 'clerk-readiness';
const [checks] = readinessProjects({ baseURL: process.env.APP_URL, webhook: { path: '/api/webhooks/clerk' } });
export default defineConfig({
  reporter: [['list'], ['clerk-readiness/reporter']],
  projects: [{ ...checks, testDir: './e2e' }],
});
`;

/** Spec files of one line that declare the shipped checks. */
export function oneLiners({ npm, pnpm }: { npm: Installation; pnpm: Installation }): void {
  const cases = [
    { name: 'one area, ESM', installation: npm, type: 'module', file: 'readiness.spec.ts', areas: "'webhook'" },
    { name: 'one area, CommonJS', installation: npm, type: 'commonjs', file: 'readiness.spec.ts', areas: "'webhook'" },
    { name: 'one area, JavaScript', installation: npm, type: 'module', file: 'readiness.spec.mjs', areas: "'webhook'" },
    {
      name: 'two areas, pnpm',
      installation: pnpm,
      type: 'module',
      file: 'readiness.spec.ts',
      areas: "'webhook', 'headers'",
    },
  ] as const;

  for (const [index, { name, installation, type, file, areas }] of cases.entries()) {
    test(`registerSpecs, ${name}: its checks are found by the name of the file and run`, async () => {
      const project = await installation.project(`line-${index}`, type, {
        'playwright.config.ts': CONFIG.replace(
          "testDir: './e2e'",
          "testDir: './e2e', testMatch: /spec\\.m?ts|spec\\.mjs/",
        ),
        [`e2e/${file}`]: `import { registerSpecs } from 'clerk-readiness';\nregisterSpecs(${areas});\n`,
      });
      const app = await startApp();
      try {
        const { output } = await project.playwright(['readiness.spec', '--grep', 'forged|target'], {
          APP_URL: app.url,
        });
        assert.match(output, /✓.*forged deliveries are rejected/, output);
        assert.match(output, /✓.*the target is reachable and is the app \(webhook/, output);
        const { checks } = project.json<{ checks: CheckResult[] }>('readiness-report/report.json');
        assert.equal(checks.find(({ id }) => id === 'webhook/forged-signature')?.status, 'pass');
      } finally {
        await app.close();
      }
    });
  }

  test('registerSpecs without an area declares all of them', async () => {
    const project = await npm.project('line-all', 'module', {
      'playwright.config.ts': CONFIG,
      'e2e/readiness.spec.ts': "import { registerSpecs } from 'clerk-readiness';\nregisterSpecs();\n",
    });
    const { code, output } = await project.playwright(['--list', '--reporter=list'], { APP_URL: 'http://127.0.0.1:9' });
    assert.equal(code, 0, output);
    for (const file of ['webhook', 'headers', 'routes', 'api', 'cors'])
      assert.match(output, new RegExp(`${file}\\.spec\\.js`), output);
  });

  const misuses = [
    [
      'an area in two files',
      { 'e2e/a.spec.ts': "registerSpecs('webhook');", 'e2e/b.spec.ts': "registerSpecs('headers', 'webhook');" },
      /registerSpecs: "webhook" is registered twice; list each area once, in one file only/,
    ],
    [
      'an area that does not exist',
      { 'e2e/a.spec.ts': "registerSpecs('webhooks' as never);" },
      /registerSpecs: "webhooks" is not an area; did you mean "webhook"\?; there are environment, /,
    ],
  ] as const;
  for (const [name, files, message] of misuses) {
    test(`registerSpecs with ${name} says so`, async () => {
      const sources = Object.fromEntries(
        Object.entries(files).map(([path, line]) => [
          path,
          `import { registerSpecs } from 'clerk-readiness';\n${line}\n`,
        ]),
      );
      const project = await npm.project(`misuse-${name.replaceAll(' ', '-')}`, 'module', {
        'playwright.config.ts': CONFIG,
        ...sources,
      });
      const { code, output } = await project.playwright(['--reporter=list'], { APP_URL: 'http://127.0.0.1:9' });
      assert.equal(code, 1, output);
      assert.match(output, message);
      assert.doesNotMatch(output, /^\s+at .*:\d+:\d+/m);
    });
  }
}
