import { chromium } from '@playwright/test';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { runRow } from '../../tests/matrix/row.ts';
import { startExpressDemo } from './demo.ts';
import { EXPRESS_DEFECTS } from './defects/index.ts';
import { expressReadiness } from './readiness.ts';
const args = process.argv.slice(2);
const useBrowser = args.includes('--browser');
const names = args.filter((a) => !a.startsWith('--'));
const demo = await startExpressDemo({ defects: true });
const browser = useBrowser ? await chromium.launch(browserLaunchOptions()) : undefined;
const list = names[0] === 'all' ? [...EXPRESS_DEFECTS.keys()] : names.length ? names : [undefined];
const COSTLY = new Set([
  'routes/bypass',
  'api/forged-token',
  'routes/open-redirect',
  'environment/backend-api',
  'environment/production-domain',
]);
const errors: unknown[] = [];
console.error = (...a: unknown[]) => errors.push(a);
for (const name of list) {
  const t = performance.now();
  const defect = name === undefined ? undefined : EXPRESS_DEFECTS.get(name);
  const row = await runRow(demo, defect, {
    options: expressReadiness(demo),
    browser,
    only: (c) =>
      process.env.ALL !== undefined || !COSTLY.has(c.id) || c.id.split('/')[0] === defect?.check.split('/')[0],
  });
  const expected = defect === undefined || defect.kind === 'variant' ? [] : [defect.check];
  const ok =
    JSON.stringify(row.failed.filter((f) => f === defect?.check || !defect?.mayAlsoBreak.includes(f as never))) ===
    JSON.stringify(expected);
  console.log(
    ok ? 'ok  ' : 'MISS',
    name ?? 'clean',
    defect?.check ?? '',
    Math.round(performance.now() - t),
    'ms',
    row.failed.join(','),
    'doubt:',
    row.doubtful.join(','),
  );
  if (process.env.SLOW)
    for (const { id, outcome } of row.cells)
      if (outcome.durationMs > 150) console.log('   slow', id, Math.round(outcome.durationMs), outcome.requests);
  if (ok && defect?.kind !== 'variant' && defect) continue;
  for (const { id, outcome } of row.cells) {
    if (outcome.status === 'pass') continue;
    console.log(`     ${id} ${outcome.status}: ${outcome.reason}`);
    for (const { level, subject, message } of outcome.findings) console.log(`       ${level} ${subject}: ${message}`);
  }
}
await browser?.close();
await demo.close();
console.log(errors.length, 'console errors');
