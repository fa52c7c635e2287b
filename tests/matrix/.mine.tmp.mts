// runs only my checks in rows, all other anonymous checks optional
import { chromium } from '@playwright/test';
import { startDemo } from '/work/main/demo/demo.ts';
import { DEFECTS } from '/work/main/demo/defects/index.ts';
import { browserLaunchOptions } from '/work/main/src/config/browser.ts';
import { runRow } from '/work/main/tests/matrix/row.ts';
const MINE = /^(headers\/(csp-violations|cookies)|errors\/error-page|abuse\/|monitoring\/)/;
const names = process.argv.slice(2);
const demo = await startDemo({ kinds: ['live'], defects: true, say: console.log });
const browser = await chromium.launch(browserLaunchOptions());
try {
  const live = demo.instances.live!;
  const wanted = names.length ? names.map((n) => DEFECTS.get(n)!) : [...DEFECTS.values()].filter((d) => MINE.test(d.check) && d.check !== 'monitoring/health');
  for (const d of wanted) {
    const t = performance.now();
    const row = await runRow(live, d, { browser, only: (c) => c.id === d.check || (MINE.test(c.id) && process.env.WIDE === '1') });
    const ok = d.kind === 'defect' ? JSON.stringify(row.failed) === JSON.stringify([d.check]) : row.failed.length + row.doubtful.length === 0;
    console.log(ok ? 'ok  ' : 'MISS', d.kind, d.name, Math.round(performance.now() - t));
    for (const { id, outcome } of row.cells) {
      if (outcome.status === 'pass' || (outcome.status === 'not-verified' && !row.doubtful.includes(id))) { if (id === d.check && !ok) console.log('   ', id, outcome.status, outcome.reason); for (const f of outcome.findings) console.log('      ', f.level, f.subject, f.message); continue; }
      console.log('   ', id, outcome.status, outcome.durationMs, outcome.reason.slice(0, 400));
      for (const f of outcome.findings) console.log('      ', f.level, f.subject + ':', f.message.slice(0, 300));
    }
  }
} finally { await browser.close(); await demo.close(); }
