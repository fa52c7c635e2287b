import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CATALOG } from '../../src/catalog.ts';
import { wholeChecklist } from '../../src/report/checklist.ts';
import type { ChecklistEntry } from '../../src/report/checklist.ts';
import { decide, isAboutFailures, mustFail } from '../../src/report/verdict.ts';
import type { RunEnd } from '../../src/report/verdict.ts';
import type { CheckResult } from '../../src/result.ts';
import { result } from './results.ts';

const FINISHED: RunEnd = { status: 'finished', errors: [] };
const TOTAL = CATALOG.length;
const CRITICAL = CATALOG.find(({ severity }) => severity === 'critical')?.id ?? '';
const LESSER = CATALOG.find(({ severity }) => (severity as string) !== 'critical')?.id ?? '';

/** Every check passes, but for what is said. */
function checklist(over: Readonly<Record<string, Partial<CheckResult>>> = {}): ChecklistEntry[] {
  return wholeChecklist(CATALOG.map(({ id }) => ({ result: result(id, over[id]), selected: true, complete: true })));
}

test('READY when every check passes, is waived, attested or not applicable', () => {
  assert.deepEqual(decide(checklist(), FINISHED), { verdict: 'READY', reason: `${TOTAL} of ${TOTAL} checks pass` });
  for (const status of ['waived', 'attested', 'not-applicable'] as const) {
    assert.equal(decide(checklist({ [CRITICAL]: { status } }), FINISHED).verdict, 'READY', status);
  }
});

test('one failure is NOT READY, of any severity, and outweighs what is missing', () => {
  const decision = decide(
    checklist({ [LESSER]: { status: 'fail' }, [CRITICAL]: { status: 'not-verified' } }),
    FINISHED,
  );
  assert.deepEqual(decision, { verdict: 'NOT READY', reason: `1 check fails: ${LESSER}` });
});

test('a critical check that is not verified is INCOMPLETE, a lesser one is not', () => {
  const critical = decide(checklist({ [CRITICAL]: { status: 'not-verified' } }), FINISHED);
  assert.deepEqual(critical, {
    verdict: 'INCOMPLETE',
    reason: `1 critical check is not verified: ${CRITICAL}; ${TOTAL - 1} of ${TOTAL} checks pass`,
  });
  assert.equal(decide(checklist({ [LESSER]: { status: 'not-verified' } }), FINISHED).verdict, 'READY');
});

test('a check of any severity that was to run and did not is INCOMPLETE', () => {
  const entries = checklist({ [LESSER]: { status: 'not-verified' } }).map((entry) => ({
    ...entry,
    complete: entry.result.id !== LESSER,
  }));
  const decision = decide(entries, FINISHED);
  assert.equal(decision.verdict, 'INCOMPLETE');
  assert.match(decision.reason, new RegExp(`1 selected check did not run: ${LESSER}`));
});

test('nothing selected or nothing run is NOT READY', () => {
  assert.deepEqual(decide(wholeChecklist([]), FINISHED), { verdict: 'NOT READY', reason: 'no check was selected' });
  const unrun = [{ result: result(LESSER, { status: 'not-verified' }), selected: true, complete: false }];
  assert.deepEqual(decide(wholeChecklist(unrun), FINISHED), { verdict: 'NOT READY', reason: 'no check ran' });
});

test('whatever kept the run from its end is NOT READY, though every check passes', () => {
  const ends: Array<[Partial<RunEnd>, RegExp]> = [
    [{ status: 'interrupted' }, /interrupted/],
    [{ status: 'timedout' }, /time limit/],
    [{ status: 'unfinished' }, /has not finished/],
    [{ aborted: 'nobody is there\nat all' }, /^nobody is there$/],
    [{ errors: ['worker died\n  at x', 'again'] }, /^2 errors outside of the checks: worker died$/],
  ];
  for (const [end, reason] of ends) {
    const decision = decide(checklist(), { ...FINISHED, ...end });
    assert.equal(decision.verdict, 'NOT READY');
    assert.match(decision.reason, reason);
  }
});

test('the reason names failures beside what kept the run from its end', () => {
  const decision = decide(checklist({ [LESSER]: { status: 'fail' } }), { ...FINISHED, status: 'interrupted' });
  assert.equal(decision.reason, `the run was interrupted; 1 check fails: ${LESSER}`);
  assert.equal(isAboutFailures(decision.reason), false);
  assert.equal(isAboutFailures(decide(checklist({ [LESSER]: { status: 'fail' } }), FINISHED).reason), true);
});

test('a shard is INCOMPLETE at best', () => {
  assert.equal(decide(checklist(), { ...FINISHED, shard: '1/2' }).verdict, 'INCOMPLETE');
  assert.equal(decide(checklist({ [LESSER]: { status: 'fail' } }), { ...FINISHED, shard: '1/2' }).verdict, 'NOT READY');
});

test('the exit code: NOT READY always, INCOMPLETE under strict unless it is a shard, READY never', () => {
  assert.equal(mustFail('NOT READY', { strict: false }), true);
  assert.equal(mustFail('INCOMPLETE', { strict: false }), false);
  assert.equal(mustFail('INCOMPLETE', { strict: true }), true);
  assert.equal(mustFail('INCOMPLETE', { strict: true, shard: '1/2' }), false);
  assert.equal(mustFail('READY', { strict: true }), false);
});
