import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { checkFlags } from '../../src/cli/check/flags.ts';
import { find } from '../../src/cli/check/find.ts';
import { runOptions } from '../../src/cli/check/options.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';
import { runRow } from '../matrix/row.ts';
import type { Row } from '../matrix/row.ts';
import { askedFrameworks } from './frameworks.ts';
import { optionsFor, under } from './options.ts';
import { start } from './start.ts';
import type { Site } from './start.ts';

let browser: Browser;

before(async () => {
  browser = await chromium.launch(browserLaunchOptions());
});

after(() => browser?.close());

/** What the pack says of a correct app made with each framework, and of the same app with a defect. */
for (const framework of askedFrameworks()) {
  describe(framework.name, () => {
    describe('correct', () => {
      let site: Site | undefined;
      before(async () => {
        site = await start(framework);
      });
      after(() => site?.close());

      test('with the options that its team would write, everything is proven', async () => {
        assert.ok(site);
        const row = await runRow(site.instance, undefined, { options: optionsFor(site), browser });
        assert.deepEqual(failures(row), []);
        assert.deepEqual(row.doubtful, Object.keys(framework.unproven));
      });

      test('with nothing but its address, nothing fails', async () => {
        assert.ok(site);
        const row = await runRow(site.instance, undefined, { options: bareOptions(site), browser });
        assert.deepEqual(failures(row), []);
      });

      test('"check" finds what there is, and nothing fails', async () => {
        assert.ok(site);
        const flags = checkFlags([site.instance.url, '--insecure'], {});
        const readiness = resolveOptions(flags.options, {});
        const target = await Target.connect(readiness);
        const findings = await find(target, readiness, { webhook: false, health: false }).finally(() => target.close());
        const found = runOptions(flags, findings, 'readiness-report');
        const { routes, api, webhook, health } = found;
        // Linked by no page that a visitor sees; some builds name them in a manifest.
        const isLinked = (path: unknown): boolean => !/\/(?:settings\/billing|admin\/usage)$/.test(String(path));
        assert.deepEqual(
          { routes: { ...routes, protected: (routes?.protected || []).filter(isLinked) }, api, webhook, health },
          under(framework.basePath, {
            routes: {
              public: ['/', '/pricing'],
              protected: ['/dashboard', '/settings'],
              signIn: '/sign-in',
              signUp: '/sign-up',
            },
            api: ['/api/me', '/api/projects'],
            webhook: { path: '/api/webhooks/clerk' },
            health: { path: '/api/health' },
          }),
        );
        const row = await runRow(site.instance, undefined, { options: found, browser });
        assert.deepEqual(failures(row), []);
      });
    });

    test('on a development instance nothing fails', async () => {
      const site = await start(framework, { kind: 'test' });
      try {
        const row = await runRow(site.instance, undefined, { options: optionsFor(site), browser });
        assert.deepEqual(failures(row), []);
        assert.deepEqual(row.doubtful, Object.keys(framework.unproven));
      } finally {
        await site.close();
      }
    });

    for (const variant of framework.variants) {
      test(`${variant} is right too`, async () => {
        const site = await start(framework, { deviation: variant });
        try {
          const row = await runRow(site.instance, undefined, { options: optionsFor(site) });
          assert.deepEqual(failures(row), []);
          assert.deepEqual(row.doubtful, Object.keys(framework.unproven));
        } finally {
          await site.close();
        }
      });
    }

    for (const [defect, caught] of Object.entries(framework.defects)) {
      test(`${defect} fails ${caught.join(' and ')}`, async () => {
        const site = await start(framework, { deviation: defect });
        try {
          const row = await runRow(site.instance, undefined, { options: optionsFor(site) });
          assert.deepEqual(row.failed.toSorted(), caught.toSorted(), failures(row).join('\n'));
        } finally {
          await site.close();
        }
      });
    }
  });
}

/** The address, and the home page where that is not at the root. */
function bareOptions({ instance, framework: { basePath } }: Site): ReadinessOptions {
  return {
    baseURL: instance.url,
    profile: 'production',
    network: { ignoreHTTPSErrors: true },
    ...(basePath !== undefined && { routes: { public: [basePath] } }),
  };
}

function failures({ cells }: Row): string[] {
  return cells.flatMap(({ id, outcome: { status, reason, findings } }) => {
    const [first] = findings.filter(({ level }) => level === 'error');
    return status === 'fail' ? [[`${id}: ${reason}`, first?.cause, first?.fix].join(' | ')] : [];
  });
}
