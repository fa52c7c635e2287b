import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTarget } from './judge.ts';
import type { FaultRun } from './judge.ts';
import { everyOption } from './options.ts';
import { BAD_TARGETS } from './targets.ts';

/** Milliseconds for a run that ends with the first visit, and for one whose checks run. */
const BUDGET = { refused: 8_000, judged: 40_000 };

/** Megabytes that the process of all these runs may take at its peak, the servers included. */
const MAX_MEMORY = 500;

describe('a run against a target that', () => {
  for (const { name, start, says, connects } of BAD_TARGETS) {
    it(name, async () => {
      const started = await start();
      const own = typeof started === 'string' ? { baseURL: started } : started;
      const options = await everyOption(own.baseURL);
      const run = await judgeTarget({ ...options, ...own, network: { ...options.network, ...own.network } });
      assert.equal(run.verdict, 'NOT READY', run.reason);
      assert.equal(run.aborted === undefined, connects === true, run.aborted ?? 'it connected');
      assert.match(run.aborted ?? failures(run), says);
      assert.ok(!(run.aborted ?? '').includes('\n'), 'the message is one line');
      const budget = connects ? BUDGET.judged : BUDGET.refused;
      assert.ok(run.durationMs < budget, `it took ${Math.round(run.durationMs)} ms`);
    });
  }

  it('none of which takes more memory than it may', () => {
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    assert.ok(peak < MAX_MEMORY, `${peak} MB`);
  });
});

function failures({ checks }: FaultRun): string {
  return checks
    .filter(({ status }) => status === 'fail')
    .map(({ id, reason }) => `${id}: ${reason}`)
    .join('\n');
}
