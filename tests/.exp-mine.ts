import { startDemo } from '../demo/demo.ts';
import { DEFECTS } from '../demo/defects/index.ts';
import { runRow } from './matrix/row.ts';
const all = process.argv.includes('--all');
const names = process.argv.slice(2).filter((n) => !n.startsWith('--'));
const MINE = /^(exposure|routes\/undeclared)/;
const chosen = [...DEFECTS.values()].filter((d) => names.length ? names.includes(d.name) : process.argv.includes('--others') ? !MINE.test(d.check) : MINE.test(d.check) && d.check !== 'exposure/dotfiles');
const demo = await startDemo({ kinds: ['live'], defects: true, say: console.log });
try {
  const live = demo.instances.live!;
  for (const d of [undefined, ...chosen]) {
    const s = performance.now();
    const row = await runRow(live, d, all ? {} : { only: (c) => MINE.test(c.id) && c.id !== 'exposure/dotfiles' });
    const may = new Set([d?.check, ...(d?.mayAlsoBreak ?? [])]);
    const bad = d === undefined ? row.failed.length : d.kind === 'variant' ? row.failed.length : (process.argv.includes('--others') ? row.failed.filter((f)=>!may.has(f)).length : row.failed.join() !== d.check);
    const doubt = row.doubtful.filter((i) => MINE.test(i) && !may.has(i));
    const quiet = process.argv.includes('--others');
    if (quiet && !bad && !(d?.kind==='variant' && doubt.length)) continue;
    console.log(`${bad ? 'BAD ' : 'ok  '} ${d?.name ?? 'clean'} ${d?.kind ?? ''} failed=[${row.failed}] doubt=[${doubt}] ${Math.round(performance.now() - s)} ms`);
    for (const { id, outcome } of row.cells) if (MINE.test(id) && (bad || doubt.length > 0 || names.length > 0 || d === undefined)) {
      console.log('   ', id, outcome.status, outcome.reason, outcome.requests, outcome.durationMs + 'ms');
      for (const f of outcome.findings) console.log('       ', f.level, f.subject, '|', f.message);
    }
  }
} finally { await demo.close(); }
