import assert from 'node:assert/strict';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Report } from '../../src/report/report.ts';
import { startApp } from '../package/support/app.ts';
import type { App } from '../package/support/app.ts';
import { Installation, run } from '../package/support/consumer.ts';
import type { Consumer, Ended } from '../package/support/consumer.ts';
import { oldestPlaywright } from '../package/support/pack.ts';

/** The npm package that holds the binary of Node for this machine, without an install script. */
const NODE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Releases as npm knows them; `NODE_VERSIONS` and `PLAYWRIGHT_VERSION` name others. */
const { NODE_VERSIONS, PLAYWRIGHT_VERSION = 'latest' } = process.env;
const PAIRS: ReadonlyArray<readonly [node: string, playwright: string]> = NODE_VERSIONS
  ? NODE_VERSIONS.split(/[\s,]+/).map((node) => [node, PLAYWRIGHT_VERSION])
  : [
      // The oldest of both that package.json admits.
      ['20.19.0', oldestPlaywright()],
      ['20', PLAYWRIGHT_VERSION],
      ['22', PLAYWRIGHT_VERSION],
      ['24', PLAYWRIGHT_VERSION],
    ];

const CONFIG = `import { defineReadinessConfig } from 'clerk-readiness';
export default defineReadinessConfig({
  baseURL: process.env.APP_URL,
  routes: { protected: ['/dashboard'], signIn: '/sign-in' },
  api: ['/api/me'],
  webhook: { path: '/api/webhooks/clerk' },
  health: false,
});
`;

/** What the small app does right. */
const PROVEN = ['webhook/forged-signature', 'api/unauthenticated-401', 'routes/protected-redirect'];

for (const [node, playwright] of PAIRS) {
  describe(`Node ${node}, Playwright ${playwright}`, { concurrency: 1 }, () => {
    const install = ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts'] as const;
    const installation = new Installation('versions', install, playwright, { [NODE]: node });
    let project: Consumer;
    let app: App;
    before(async () => {
      project = await installation.project('app', 'module', { 'playwright.config.ts': CONFIG });
      app = await startApp();
    });
    after(async () => {
      await app?.close();
      installation.remove();
    });

    /** A command whose `node` is the release that is tried, and that of all it starts. */
    const command = (name: string, ...args: string[]): Promise<Ended> =>
      run(name, args, project.folder, {
        APP_URL: app.url,
        PATH: [join(installation.root, 'node_modules', NODE, 'bin'), process.env['PATH']].join(delimiter),
      });
    const proven = ({ output }: Ended) => {
      const { verdict, checks } = project.json<Report>('readiness-report/report.json');
      const passing = new Set(checks.filter(({ status }) => status === 'pass').map(({ id }) => id));
      for (const id of PROVEN) assert.ok(passing.has(id), `${id}\n${output}`);
      assert.match(output, new RegExp(`\\nResult: ${verdict}`));
      return verdict;
    };

    test('it is this release of Node', async () => {
      const { output } = await command('node', '--version');
      assert.ok(output.startsWith(`v${node}`), output);
    });

    test('npx playwright test: the verdict and its exit code', async () => {
      const whole = await command('npx', '--no-install', 'playwright', 'test', '--grep-invert', '@browser');
      // The small app sends no security headers.
      assert.deepEqual([proven(whole), whole.code], ['NOT READY', 1], whole.output);
      assert.match(whole.output, /^headers\/csp \(high\): /m);
      const part = await command(
        'npx',
        '--no-install',
        'playwright',
        'test',
        '--grep',
        'forged deliveries are rejected|send anonymous visitors|answer 401',
      );
      assert.deepEqual([proven(part), part.code], ['INCOMPLETE', 0], part.output);
    });

    test('npx clerk-readiness check: the verdict and its exit code', async () => {
      const ended = await command('npx', '--no-install', 'clerk-readiness', 'check', app.url, '--no-browser');
      assert.deepEqual([proven(ended), ended.code], ['NOT READY', 1], ended.output);
      assert.doesNotMatch(ended.output, /Warning|^ {4}at /m);
    });
  });
}
