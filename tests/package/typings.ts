import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Installation } from './support/consumer.ts';
import { startApp } from './support/app.ts';

const CONFIG = `import { defineConfig } from '@playwright/test';
import { defineReadinessConfig, readinessProjects } from 'clerk-readiness';
import type { ReadinessOptions } from 'clerk-readiness';
const options: ReadinessOptions = { baseURL: process.env['APP_URL'], webhook: { path: '/w', secret: process.env['SECRET'] } };
export const spread = defineConfig({ projects: [{ name: 'own' }, ...readinessProjects(options)] });
export default defineReadinessConfig(options, { retries: 1, projects: [{ name: 'own' }] });
const paths = ['/a', '/b'] as const;
readinessProjects({ routes: { public: paths, protected: paths }, api: [{ path: '/c', methods: ['GET', 'POST'] as const }] });
const email = process.env['TEST_USER'];
const optional = (email ?? '') === '' ? undefined : { email: String(email) };
readinessProjects({ headers: undefined, webhook: optional && { path: '/w' }, session: { user: optional }, project: undefined, network: { ca: process.env['CA'] }, report: { compare: process.env['BASE'] } });
// @ts-expect-error a misspelt option is a type error
defineReadinessConfig({ routess: {} });
// @ts-expect-error so is a wrong value
readinessProjects({ profile: 'prod' });
`;

const MERGED = `import { test as base, expect as baseExpect, mergeExpects, mergeTests } from '@playwright/test';
import { check, expect as readinessExpect, test as readinessTest } from 'clerk-readiness';
import type { ReadinessFixtures } from 'clerk-readiness';

const ownTest = base.extend<{ tenant: string }>({ tenant: async ({}, use) => use('acme') });
const ownExpect = baseExpect.extend({
  toBeAcme: (received: unknown) => ({ pass: received === 'acme', message: () => 'expected acme' }),
});
const test = mergeTests(readinessTest, ownTest);
const expect = mergeExpects(readinessExpect, ownExpect);

test(
  'fixtures and matchers of both',
  check({ id: 'acme/merged', title: 'Merged fixtures work', fix: 'Merge them.' }),
  async ({ tenant, anonymous, readiness }) => {
    const client: ReadinessFixtures['anonymous'] = anonymous;
    expect(tenant).toBeAcme();
    expect(readiness.mode).toBe('read-only');
    expect((await client.get('/api/me')).response?.status).toBe(401);
  },
);
// @ts-expect-error an unknown check id is a type error
test('unknown', check('webhook/forged'), () => {});
`;

const tsconfig = (module: 'nodenext' | 'esnext', moduleResolution: 'nodenext' | 'bundler') =>
  JSON.stringify({
    compilerOptions: {
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: ['node'],
      module,
      moduleResolution,
    },
    include: ['*.ts', 'e2e'],
  });

/** The declarations in a consumer's type-check, and merged fixtures and matchers at run time. */
export function typings({ npm }: { npm: Installation }): void {
  const cases = [
    ['nodenext', 'ESM', 'module', tsconfig('nodenext', 'nodenext')],
    ['nodenext', 'CommonJS', 'commonjs', tsconfig('nodenext', 'nodenext')],
    ['bundler', 'ESM', 'module', tsconfig('esnext', 'bundler')],
  ] as const;
  for (const [index, [resolution, format, type, text]] of cases.entries()) {
    test(`a consumer type-checks: strict, ${resolution}, ${format}`, async () => {
      const project = await npm.project(`types-${index}`, type, {
        'tsconfig.json': text,
        'playwright.config.ts': CONFIG,
        'e2e/merged.spec.ts': MERGED,
      });
      const { code, output } = await project.types();
      assert.equal(code, 0, output);
    });
  }

  test('mergeTests and mergeExpects run', async () => {
    const config = `import { readinessProjects } from 'clerk-readiness';
const [checks] = readinessProjects({ baseURL: process.env.APP_URL });
export default { reporter: 'list', projects: [{ ...checks, testDir: './e2e' }] };
`;
    const runnable = MERGED.slice(0, MERGED.indexOf('// @ts-expect-error'));
    const project = await npm.project('merged', 'module', {
      'playwright.config.ts': config,
      'e2e/merged.spec.ts': runnable,
    });
    const app = await startApp();
    try {
      const { code, output } = await project.playwright([], { APP_URL: app.url });
      assert.equal(code, 0, output);
      assert.match(output, /✓.*fixtures and matchers of both/);
    } finally {
      await app.close();
    }
  });
}
