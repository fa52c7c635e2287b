// Runs rows of the matrix by hand: `node --import tsx tests/matrix/one.ts [--browser] [defect…]`; without a name, the clean demo.
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { startDemo } from '../../demo/demo.ts';
import { DEFECTS } from '../../demo/defects/index.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { runRow } from './row.ts';

const { values, positionals } = parseArgs({ options: { browser: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !DEFECTS.has(name));
if (unknown.length > 0) throw new Error(`no defect is called ${unknown.join(', ')}`);

const demo = await startDemo({ kinds: ['live'], defects: true, say: console.log });
const browser = values.browser === true ? await chromium.launch(browserLaunchOptions()) : undefined;
try {
  const { live } = demo.instances;
  if (!live) throw new Error('the demo did not start');
  for (const name of positionals.length > 0 ? positionals : [undefined]) {
    const defect = name === undefined ? undefined : DEFECTS.get(name);
    const started = performance.now();
    const row = await runRow(live, defect, { browser });
    console.log(
      `${name ?? 'clean'}${defect ? ` (${defect.kind} of ${defect.check})` : ''}, ${Math.round(performance.now() - started)} ms`,
    );
    for (const { id, outcome } of row.cells) {
      if (outcome.status === 'pass') continue;
      console.log(`  ${id} ${outcome.status}: ${outcome.reason}`);
      for (const { level, subject, message } of outcome.findings) console.log(`    ${level} ${subject}: ${message}`);
    }
  }
} finally {
  await browser?.close();
  await demo.close();
}
