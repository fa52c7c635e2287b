import { chromium } from '@playwright/test';
import { startDemo } from '../../demo/demo.ts';
import { DEFECTS } from '../../demo/defects/index.ts';
import * as source from '../../demo/defects/source.ts';
import * as perf from '../../demo/defects/performance.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { methodsOf } from '../support/checks.ts';
import { runRow } from './row.ts';
const MINE = [
  'environment/env-files-ignored',
  'environment/middleware-file',
  'environment/sdk-advisories',
  'performance/auth-bundle',
  'performance/user-data-cached',
  'performance/middleware-runtime',
];
const mode = process.argv[2];
const names = process.argv.slice(3);
const mine = [...Object.values(source).flat(), ...Object.values(perf).flat()].filter(
  (d) => MINE.includes(d.check) && (names.length === 0 || names.includes(d.name)),
);
const demo = await startDemo({ kinds: ['live'], defects: true, say: () => {} });
const browser = mode === 'mine-browser' ? await chromium.launch(browserLaunchOptions()) : undefined;
try {
  for (const defect of [undefined, ...mine]) {
    if (defect === undefined && names.length > 0) continue;
    const t = performance.now();
    const row = await runRow(demo.instances.live!, defect && DEFECTS.get(defect.name), {
      browser,
      only: (c) => (mode.startsWith('mine') ? MINE.includes(c.id) : !methodsOf(c).includes('browser')),
    });
    const good =
      defect === undefined || defect.kind === 'variant'
        ? row.failed.length === 0
        : row.failed.join() === defect.check ||
          (!mode.endsWith('browser') &&
            row.failed.length === 0 &&
            ['performance/auth-bundle', 'performance/user-data-cached'].includes(defect.check));
    console.log(
      good ? 'ok  ' : 'MISS',
      defect?.kind ?? '',
      defect?.name ?? 'clean',
      Math.round(performance.now() - t),
      'ms failed:',
      row.failed.join(),
      'doubt:',
      row.doubtful.join(),
    );
    for (const { id, outcome } of row.cells) {
      if (!MINE.includes(id)) {
        if (outcome.status === 'fail') console.log('    ', id, outcome.reason.slice(0, 200));
        continue;
      }
      if (defect === undefined || outcome.status !== 'pass')
        console.log(
          '    ',
          id,
          outcome.status,
          outcome.durationMs,
          'ms',
          outcome.requests,
          'req:',
          outcome.reason.slice(0, 300),
        );
      for (const { level, subject, message } of outcome.findings)
        if (level === 'warning') console.log('       warning', subject, message.slice(0, 200));
    }
  }
} finally {
  await browser?.close();
  await demo.close();
}
