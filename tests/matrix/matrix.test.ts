import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { startDemo } from '../../demo/demo.ts';
import type { Demo, Instance } from '../../demo/demo.ts';
import { DEFECTS } from '../../demo/defects/index.ts';
import { CATALOG } from '../../src/catalog.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { runRow } from './row.ts';

/** Least number of defects that each check must be shown to catch. */
const MIN_DEFECTS = 2;

const ALL = [...DEFECTS.values()];

let demo: Demo;
let live: Instance;
let browser: Browser;

before(async () => {
  demo = await startDemo({ kinds: ['live'], defects: true });
  assert.ok(demo.instances.live);
  live = demo.instances.live;
  browser = await chromium.launch(browserLaunchOptions());
});

after(async () => {
  await browser?.close();
  await demo?.close();
});

test('the demo itself passes every check', async () => {
  const row = await runRow(live, undefined, browser);
  assert.deepEqual({ failed: row.failed, doubtful: row.doubtful }, { failed: [], doubtful: [] });
});

for (const { id } of CATALOG) {
  test(`${id} has at least ${MIN_DEFECTS} defects to catch`, () => {
    const defects = ALL.filter(({ check, kind }) => check === id && kind === 'defect');
    assert.ok(defects.length >= MIN_DEFECTS, `${defects.length} defects`);
  });
}

for (const defect of ALL) {
  const isDefect = defect.kind === 'defect';
  test(`${isDefect ? 'defect' : 'variant'} ${defect.name}: ${defect.title}`, async () => {
    const ofSession = defect.check.startsWith('session/');
    const row = await runRow(live, defect, ofSession ? browser : undefined);
    assert.deepEqual(row.failed, isDefect ? [defect.check] : [], explain(row.cells));
    // A defect may leave another check without evidence, which is then said; a correct target leaves none in doubt.
    if (!isDefect) assert.deepEqual(row.doubtful, [], explain(row.cells));
    for (const finding of row.cells
      .flatMap(({ outcome }) => outcome.findings)
      .filter(({ level }) => level === 'error')) {
      for (const part of ['message', 'expected', 'cause', 'fix'] as const)
        assert.ok(finding[part].length > 5, `${part} of ${finding.subject}`);
    }
  });
}

function explain(cells: Awaited<ReturnType<typeof runRow>>['cells']): string {
  const odd = cells.filter(({ outcome }) => outcome.status !== 'pass');
  return odd.map(({ id, outcome }) => `${id} ${outcome.status}: ${outcome.reason}`).join('\n');
}
