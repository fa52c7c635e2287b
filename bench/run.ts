// Speed and scale, side by side with what cannot be undercut and with others: `npm run bench -- --help`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDemo } from '../demo/demo.ts';
import type { Instance } from '../demo/demo.ts';
import { Team } from './consumer.ts';
import { full } from './full.ts';
import { sections, withSections } from './page.ts';
import type { Results } from './page.ts';
import { peers } from './peers.ts';
import { scale } from './scale.ts';
import { smoke } from './smoke.ts';

const USAGE = `npm run bench -- [--rounds N] [--only smoke|scale|full|peers]… [--write]

  --rounds  how often each is measured; default 5
  --only    only these benches
  --write   write docs/benchmarks.md; refused on a machine that is busy with something else`;

const PAGE = join(import.meta.dirname, '..', 'docs', 'benchmarks.md');

/** Processes that were ready to run in the last minute, above which times say more of them than of us. */
const MAX_LOAD = 1.5;

const BENCHES = ['smoke', 'scale', 'full', 'peers'] as const;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true, default: [...BENCHES] },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  if (values.help) return console.log(USAGE);
  const rounds = Number(values.rounds);
  const unknown = values.only.find((name) => !(BENCHES as readonly string[]).includes(name));
  if (!Number.isInteger(rounds) || rounds < 1 || unknown !== undefined) throw new Error(USAGE);
  const load = loadavg()[0] ?? 0;
  if (values.write && load >= MAX_LOAD)
    throw new Error(`the load of this machine is ${load.toFixed(2)}: numbers are written down below ${MAX_LOAD} only`);
  const parts = { machine: machine(load), ...sections(await measure(rounds)) };
  for (const [name, part] of Object.entries(parts)) console.log(`\n${name}\n\n${part}`);
  if (values.write) writeFileSync(PAGE, withSections(readFileSync(PAGE, 'utf8'), parts));
}

async function measure(rounds: number): Promise<Results> {
  const isWanted = (name: (typeof BENCHES)[number]) => values.only.includes(name);
  const demo = await startDemo({ kinds: ['live'], defects: true, say: console.log });
  const team = new Team();
  try {
    const instance = demo.instances.live as Instance;
    return {
      ...(isWanted('smoke') && { smoke: await smoke(team, instance, rounds) }),
      ...(isWanted('full') && { full: await full(team, instance, rounds) }),
      ...(isWanted('scale') && { scale: await scale(team, rounds) }),
      ...(isWanted('peers') && { peers: await peers(team, instance) }),
    };
  } finally {
    team.remove();
    await demo.close();
  }
}

/** What the numbers were measured on. */
function machine(load: number): string {
  const { version: playwright } = createRequire(import.meta.url)('@playwright/test/package.json') as {
    version: string;
  };
  const [first] = cpus();
  return [
    `- **Machine:** ${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GB of memory, ${process.platform}`,
    `- **Node.js:** ${process.version}; **Playwright:** ${playwright}`,
    `- **Date:** ${new Date().toISOString().slice(0, 10)}; load before: ${load.toFixed(2)}`,
  ].join('\n');
}

await main();
