import { chromium } from '@playwright/test';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { runRow } from '../../tests/matrix/row.ts';
import { CHECKS, methodsOf } from '../../tests/support/checks.ts';
import { startExpressDemo } from './demo.ts';
import { expressReadiness } from './readiness.ts';
const filter = new RegExp(process.argv[2] ?? '.');
const demo = await startExpressDemo({ defects: true });
const browser = await chromium.launch(browserLaunchOptions());
for (const check of CHECKS) {
  if (!methodsOf(check).includes('browser') || !filter.test(check.id)) continue;
  const t = performance.now();
  const row = await runRow(demo, undefined, { options: expressReadiness(demo), browser, only: (c) => c === check });
  for (const { id, outcome } of row.cells) {
    console.log(id, outcome.status, Math.round(performance.now() - t), 'ms', outcome.reason);
    for (const { level, subject, message } of outcome.findings) console.log(`       ${level} ${subject}: ${message}`);
  }
}
await browser.close();
await demo.close();
