import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeResults, mergeTests, resultOf } from '../../src/report/merge.ts';
import type { Attempt, CheckTest } from '../../src/report/merge.ts';
import type { CheckResult, Finding, Status } from '../../src/result.ts';
import { result } from './results.ts';

const ID = 'session/expired-return';
const FINDING: Finding = { level: 'error', subject: 's', message: 'm', expected: 'e', cause: 'c', fix: 'f' };

function attempt(over: Partial<Attempt> = {}): Attempt {
  return { status: 'passed', expected: true, durationMs: 1, ...over };
}

function failed(over: Partial<CheckResult> = {}): Attempt {
  return attempt({
    status: 'failed',
    expected: false,
    record: result(ID, { status: 'fail', reason: 'broken', findings: [FINDING], ...over }),
    error: 'broken',
  });
}

function checkTest(...attempts: Attempt[]): CheckTest {
  return { id: ID, title: 'test', retries: 2, attempts, notRun: 'the run was interrupted' };
}

test('worst status wins, in any order', () => {
  const order: Status[] = ['fail', 'waived', 'not-verified', 'attested', 'pass', 'not-applicable'];
  for (const [index, worse] of order.entries()) {
    for (const better of order.slice(index)) {
      for (const pair of [
        [worse, better],
        [better, worse],
      ] as const) {
        assert.equal(mergeResults(pair.map((status) => result(ID, { status }))).status, worse, pair.join('+'));
      }
    }
  }
});

test('reasons are joined once each, worst first; findings, requests and time add up', () => {
  const merged = mergeResults([
    result(ID, { reason: 'http proven', durationMs: 5 }),
    result(ID, { status: 'fail', reason: 'blank page', findings: [FINDING] }),
    result(ID, { reason: 'http proven' }),
  ]);
  assert.equal(merged.reason, 'blank page; http proven');
  assert.deepEqual(merged.findings, [FINDING]);
  assert.equal(merged.requests, 6);
  assert.equal(merged.durationMs, 7);
});

test('a waiver is removable only when every part passes', () => {
  const waiver = { reason: 'r', until: '2099-01-01' };
  const removable = result(ID, { waiver: { ...waiver, state: 'removable' } });
  const active = result(ID, { status: 'waived', waiver: { ...waiver, state: 'active' } });
  assert.equal(mergeResults([removable, removable]).waiver?.state, 'removable');
  assert.equal(mergeResults([removable, active]).waiver?.state, 'active');
  assert.equal(mergeResults([removable, result(ID, { status: 'not-verified' })]).waiver, undefined);
});

test('one result for each check, complete only when all of its tests ran', () => {
  const merged = mergeTests([
    checkTest(attempt({ record: result(ID) })),
    checkTest(),
    { ...checkTest(attempt({ record: result('a/b') })), id: 'a/b' },
  ]);
  assert.deepEqual(
    merged.map(({ result: { id, status }, complete }) => [id, status, complete]),
    [
      [ID, 'not-verified', false],
      ['a/b', 'pass', true],
    ],
  );
  assert.match(merged[0]?.result.reason ?? '', /did not run: the run was interrupted; proven/);
});

test('only a pass overturns a failure', () => {
  assert.equal(
    resultOf(checkTest(failed(), attempt({ record: result(ID) }))).reason,
    'proven; passed on retry 1 of 2: broken',
  );
  assert.deepEqual(resultOf(checkTest(failed(), attempt({ record: result(ID) }))).findings, []);
  const doubtful = attempt({ status: 'skipped', record: result(ID, { status: 'not-verified', reason: 'blocked' }) });
  assert.equal(resultOf(checkTest(failed(), doubtful)).status, 'fail');
  assert.deepEqual(resultOf(checkTest(failed(), doubtful)).findings, [FINDING]);
  assert.equal(resultOf(checkTest(failed(), attempt({ status: 'interrupted', expected: false }))).status, 'fail');
  assert.equal(resultOf(checkTest(doubtful, attempt({ record: result(ID) }))).reason, 'proven');
});

test('what was recorded counts only as far as the test bears it out', () => {
  const pass = result(ID);
  const cases: Array<[Partial<Attempt>, Status]> = [
    [{ record: pass }, 'pass'],
    [{ record: pass, status: 'failed', expected: false, error: 'late' }, 'fail'],
    [{ record: pass, status: 'timedOut', expected: false }, 'fail'],
    [{ record: pass, status: 'interrupted', expected: false }, 'not-verified'],
    [{ record: result(ID, { status: 'waived' }), status: 'failed', expected: true }, 'waived'],
    [{ record: result(ID, { status: 'attested' }), status: 'skipped', expected: false }, 'attested'],
    [{}, 'not-verified'],
    [{ status: 'skipped', expected: false }, 'not-verified'],
    [{ status: 'failed', expected: false, error: 'worker died' }, 'fail'],
  ];
  for (const [over, status] of cases)
    assert.equal(resultOf(checkTest(attempt(over))).status, status, JSON.stringify(over));
  const crashed = resultOf(
    checkTest(attempt({ status: 'failed', expected: false, error: 'worker died\nwith a trace' })),
  );
  assert.equal(crashed.reason, 'test: worker died');
  assert.equal(crashed.findings[0]?.message, 'worker died\nwith a trace');
});

test('a check of several tests is proven only when all of its parts were selected', () => {
  const part = (...methods: string[]): CheckTest => ({ ...checkTest(attempt({ record: result(ID) })), part: methods });
  const statusOf = (...tests: CheckTest[]) => mergeTests(tests)[0]?.result;
  assert.equal(statusOf(part('http'), part('browser'), part('browser', 'signed-in'))?.status, 'pass');
  const smoke = statusOf(part('http'));
  assert.equal(smoke?.status, 'not-verified');
  assert.match(smoke?.reason ?? '', /its browser and signed-in part was not selected/);
});
