import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { EXPRESS_DEFECTS, IN_BROWSER } from '../../demo/express/defects/index.ts';
import { startExpressDemo } from '../../demo/express/demo.ts';
import type { ExpressDemo } from '../../demo/express/demo.ts';
import { expressReadiness } from '../../demo/express/readiness.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { CHECKS, methodsOf } from '../support/checks.ts';
import { runRow } from './row.ts';
import type { Row, RowOptions } from './row.ts';

/** Rows under way at once: one is judged while the app answers another. */
const CONCURRENCY = 4;

/** Checks of a hundred requests and more: they run in the clean row and in rows of their own area, in others with `MATRIX_ALL` only. */
const COSTLY: ReadonlySet<string> = new Set([
  'routes/bypass',
  'routes/open-redirect',
  'api/forged-token',
  'cors/untrusted-origin',
  'environment/backend-api',
  'environment/production-domain',
]);

/** Checks that leave a doubt on this app, and rightly so. */
const DOUBTFUL: readonly string[] = [
  // No database: nothing counts the effects of a delivery.
  'webhook/replay',
];

/** Faults of checks, to be mended there: what they fail although it is correct. */
const KNOWN_FALSE_ALARMS: ReadonlyMap<string, string> = new Map([
  ['monitoring/error-tracking', 'the check runs and fails although errorTracking is false'],
  ['express-no-favicon', 'performance/static-bypass judges a /favicon.ico that no page links and that answers 404'],
]);

let demo: ExpressDemo;
let browser: Browser;

before(async () => {
  demo = await startExpressDemo({ defects: true });
  browser = await chromium.launch(browserLaunchOptions());
});

after(async () => {
  await browser?.close();
  await demo?.close();
});

const run = (name?: string, options: RowOptions = {}): Promise<Row> =>
  runRow(demo, name === undefined ? undefined : EXPRESS_DEFECTS.get(name), {
    options: expressReadiness(demo),
    ...options,
  });

describe('the Express app', { concurrency: CONCURRENCY }, () => {
  test('passes every check over HTTP', async () => assertClean(await run()));

  for (const [i, check] of CHECKS.entries()) {
    if (!methodsOf(check).includes('browser')) continue;
    const todo = KNOWN_FALSE_ALARMS.get(check.id) ?? false;
    test(`passes ${check.id} in a browser (${i})`, { todo }, async () =>
      assertClean(await run(undefined, { browser, only: (each) => each === check })),
    );
  }

  for (const { name, title, check, kind, mayAlsoBreak } of EXPRESS_DEFECTS.values()) {
    const [area] = check.split('/');
    const everything = process.env.MATRIX_ALL !== undefined;
    const overHttp: RowOptions = {
      only: ({ id }) => everything || !COSTLY.has(id) || id.startsWith(`${area}/`),
    };
    const skip = !CHECKS.some(({ id }) => id === check) && `${check} is not written yet`;
    const unseen: readonly string[] = mayAlsoBreak;
    const todo = KNOWN_FALSE_ALARMS.get(name) ?? false;
    test(`${kind} ${name}: ${title}`, { skip, todo }, async () => {
      const row = await run(name, IN_BROWSER.has(name) ? { browser, only: ({ id }) => id === check } : overHttp);
      if (kind === 'variant') return assertClean(row, unseen);
      assert.deepEqual(
        row.failed.filter((id) => id === check || !unseen.includes(id)),
        [check],
        explain(row),
      );
    });
  }
});

/** Nothing failed, and nothing is in doubt but what is known to be. */
function assertClean(row: Row, unseen: readonly string[] = []): void {
  const doubtful = row.doubtful.filter((id) => !DOUBTFUL.includes(id) && !unseen.includes(id));
  assert.deepEqual({ failed: row.failed, doubtful }, { failed: [], doubtful: [] }, explain(row));
}

function explain({ cells }: Row): string {
  const odd = cells.filter(({ outcome }) => outcome.status !== 'pass');
  return odd.map(({ id, outcome }) => `${id} ${outcome.status}: ${outcome.reason}`).join('\n');
}
