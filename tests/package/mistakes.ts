import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedPort, startApp } from './support/app.ts';
import type { Ended, Installation } from './support/consumer.ts';

/** A mistake of a user, and the one message that answers it. */
interface Mistake {
  readonly name: string;
  /** Source of the options. */
  readonly options: string;
  readonly message: RegExp;
  readonly config?: string;
}

const DEFINED = (options: string) => `import { defineReadinessConfig } from 'clerk-readiness';
export default defineReadinessConfig(${options});
`;

const DUPLICATES = `import { defineReadinessConfig, readinessProjects } from 'clerk-readiness';
const options = { baseURL: 'http://127.0.0.1:9' };
export default defineReadinessConfig(options, { projects: readinessProjects(options) });
`;

const STACK = /^\s+at .*:\d+:\d+\)?$/m;

/** What a user sees who got something wrong: one clear message and no stack. */
export function mistakes({ npm }: { npm: Installation }): void {
  const inConfig: Mistake[] = [
    {
      name: 'a misspelt option',
      options: '{ routess: {} } as never',
      message: /routess is not an option; did you mean "routes"\?/,
    },
    {
      name: 'a bad value',
      options: "{ profile: 'prod' } as never",
      message: /profile must be one of production, staging, preview; got "prod"/,
    },
    {
      name: 'duplicate target names',
      options: '',
      config: DUPLICATES,
      message: /two projects are called "readiness": give each target a name of its own/,
    },
  ];
  // What Playwright's loader makes of a thrown error differs between the module formats.
  const cases = [
    ...inConfig.map((mistake) => ({ ...mistake, type: 'module' as const })),
    ...inConfig.slice(0, 1).map((mistake) => ({ ...mistake, type: 'commonjs' as const })),
  ];
  for (const { name, options, config = DEFINED(options), message, type } of cases) {
    test(`${name} in the configuration, ${type}`, async () => {
      const project = await npm.project(`mistake-${type}-${name.replaceAll(' ', '-')}`, type, {
        'playwright.config.ts': config,
      });
      const ended = await project.playwright();
      assertOneMessage(ended, message);
      assert.match(ended.output, /^ReadinessConfigError: /);
    });
  }

  const onConnecting: Mistake[] = [
    {
      name: 'no base URL',
      options: '{}',
      message: /baseURL is missing: set it in the options or in the environment variable READINESS_BASE_URL/,
    },
    {
      name: 'a port on which nothing listens',
      options: '{ baseURL: process.env.APP_URL }',
      message: /Nothing listens at 127\.0\.0\.1:\d+ \(connection refused\)/,
    },
  ];
  for (const { name, options, message } of onConnecting) {
    test(name, async () => {
      const project = await npm.project(`connecting-${name.replaceAll(' ', '-')}`, 'module', {
        'playwright.config.ts': DEFINED(options),
      });
      assertOneMessage(await project.playwright([], { APP_URL: `http://127.0.0.1:${await closedPort()}` }), message);
    });
  }

  test('a self-signed certificate', async () => {
    const project = await npm.project('self-signed', 'module', {
      'playwright.config.ts': DEFINED('{ baseURL: process.env.APP_URL }'),
    });
    const app = await startApp({ tls: true });
    try {
      assertOneMessage(
        await project.playwright([], { APP_URL: app.url }),
        /127\.0\.0\.1:\d+ has a self-signed certificate\. Give its authority with network\.ca/,
      );
    } finally {
      await app.close();
    }
  });

  test('a browser that is not there', async () => {
    const spec = `import { check, test } from 'clerk-readiness';
test('opens a page', check({ id: 'acme/page', title: 'The page opens', fix: 'Open it.', methods: ['browser'] }), async ({ tab }) => {
  await tab.page.goto('/');
});
`;
    const config = `import { readinessProjects } from 'clerk-readiness';
const [checks] = readinessProjects({ baseURL: process.env.APP_URL });
export default { reporter: 'clerk-readiness/reporter', projects: [{ ...checks, testDir: './e2e' }] };
`;
    const project = await npm.project('browser', 'module', {
      'playwright.config.ts': config,
      'e2e/page.spec.ts': spec,
    });
    const app = await startApp();
    try {
      const { output } = await project.playwright([], { APP_URL: app.url, READINESS_BROWSER: '/nonexistent' });
      assert.match(
        output,
        /No browser at \/nonexistent\. Run "npx playwright install chromium", or set READINESS_BROWSER/,
      );
      assert.doesNotMatch(output, STACK);
      assert.doesNotMatch(output, /\[PASS\]/);
    } finally {
      await app.close();
    }
  });
}

function assertOneMessage({ code, output }: Ended, message: RegExp): void {
  assert.equal(code, 1, output);
  assert.match(output, message);
  assert.doesNotMatch(output, STACK);
  const times = output.match(new RegExp(message.source, 'g'))?.length ?? 0;
  assert.ok(times <= 2, `the message stands there ${times} times:\n${output}`);
}
