import type { CheckResult, Status } from '../result.ts';
import { catalogEntry } from '../catalog.ts';
import { describeCheck, unverified } from './checklist.ts';
import type { ChecklistEntry } from './checklist.ts';
import { firstLine } from './printable.ts';

/** One attempt at a test of a check. */
export interface Attempt {
  readonly status: 'passed' | 'failed' | 'timedOut' | 'skipped' | 'interrupted';
  /** True when the status is the one the test announced; a waived failure is an expected failure. */
  readonly expected: boolean;
  /** True when the target could not be reached, or not any more, so that the check did not run. */
  readonly unreached?: boolean;
  /** What the fixtures attached; undefined when they did not get that far. */
  readonly record?: CheckResult;
  /** Plain text of the error, redacted. */
  readonly error?: string;
  readonly durationMs: number;
}

/** One test of a check, first attempt to last. */
export interface CheckTest {
  readonly id: string;
  readonly title: string;
  /** Methods of the check that this test covers, where it covers not all. */
  readonly part?: readonly string[];
  /** Most that the run allowed. */
  readonly retries: number;
  readonly attempts: readonly Attempt[];
  /** Why there is no attempt. */
  readonly notRun?: string;
}

/**
 * Worst first, for a check of several tests. A failure wins. A waived one wins over a doubt, because a waiver covers the
 * whole check, so the doubt could only turn out to be covered as well. A doubt wins over evidence, evidence from people over proof,
 * and a proof over an absence, because what was proven exists.
 */
const WORST_FIRST: readonly Status[] = ['fail', 'waived', 'not-verified', 'attested', 'pass', 'not-applicable'];

/** Merges the tests of each check to one result a check. */
export function mergeTests(tests: readonly CheckTest[]): ChecklistEntry[] {
  const byId = new Map<string, CheckTest[]>();
  for (const test of tests) byId.set(test.id, [...(byId.get(test.id) ?? []), test]);
  return [...byId.values()].map((same) => ({
    result: mergeResults([...same.map(resultOf), ...unselectedParts(same)]),
    selected: true,
    complete: same.every(ran),
  }));
}

/** A check of several tests is proven only by all of them. */
function unselectedParts(tests: readonly CheckTest[]): CheckResult[] {
  const [first] = tests;
  const methods = first && (catalogEntry(first.id)?.methods ?? []);
  const missing =
    methods?.filter((method) => tests.every(({ part }) => part !== undefined && !part.includes(method))) ?? [];
  if (!first || missing.length === 0) return [];
  return [unverified(first.id, first.title, `its ${missing.join(' and ')} part was not selected in this run`)];
}

/** Merges results of one check: worst status, reasons joined, findings, requests and time summed. */
export function mergeResults(results: readonly CheckResult[]): CheckResult {
  const [worst, ...others] = results.toSorted((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status));
  if (!worst) throw new Error('a check without a result cannot be merged');
  const { waiver: worstWaiver, attestation: worstAttestation, ...base } = worst;
  const waiver = worstWaiver ?? others.find((other) => other.waiver)?.waiver;
  const attestation = worstAttestation ?? others.find((other) => other.attestation)?.attestation;
  return {
    ...base,
    reason: [...new Set([worst, ...others].map(({ reason }) => reason))].join('; '),
    durationMs: sum(results, ({ durationMs }) => durationMs),
    requests: sum(results, ({ requests }) => requests),
    findings: results.flatMap(({ findings }) => findings),
    // A waiver can go only when every part passes; it is taken from the worst part, where its state is the true one.
    ...(waiver && (waiver.state !== 'removable' || worst.status === 'pass') && { waiver }),
    ...(attestation && { attestation }),
  };
}

/** The result of one test: its last attempt wins, except that only a pass overturns a failure. */
export function resultOf(test: CheckTest): CheckResult {
  const attempts = test.attempts.map((attempt) => attemptResult(test, attempt));
  const last = attempts.at(-1);
  if (!last) return unverified(test.id, test.title, `did not run: ${test.notRun ?? 'the run ended first'}`);
  const spent = {
    durationMs: sum(attempts, ({ durationMs }) => durationMs),
    requests: sum(attempts, ({ requests }) => requests),
  };
  const failure = attempts.find(({ status }) => status === 'fail');
  if (!failure || last.status === 'fail' || last.status === 'waived') return { ...last, ...spent };
  const retry = attempts.length - 1;
  if (last.status === 'pass') {
    return {
      ...last,
      ...spent,
      reason: `${last.reason}; passed on retry ${retry} of ${Math.max(retry, test.retries)}: ${failure.reason}`,
    };
  }
  return { ...failure, ...spent, reason: `${failure.reason}; retry ${retry} ended ${last.status}: ${last.reason}` };
}

function ran({ attempts }: CheckTest): boolean {
  const last = attempts.at(-1);
  return last !== undefined && last.status !== 'interrupted';
}

function attemptResult(
  test: CheckTest,
  { status, expected, unreached, record, error, durationMs }: Attempt,
): CheckResult {
  if (record && (record.status === 'fail' || record.status === 'waived' || unreached === true)) return record;
  if (status === 'interrupted')
    return { ...unverified(test.id, test.title, 'did not finish: the run was interrupted'), durationMs };
  // Whatever was recorded before, a test that failed in the end proves nothing.
  if (!expected && status !== 'skipped') return crashed(test, status, error, durationMs, record?.requests ?? 0);
  if (record) return record;
  const reason =
    status === 'skipped'
      ? 'did not run: skipped before its fixtures were set up'
      : "the test recorded no result: declare it with the `test` of 'clerk-readiness'";
  return { ...unverified(test.id, test.title, reason), durationMs };
}

function crashed(
  test: CheckTest,
  status: Attempt['status'],
  error: string | undefined,
  durationMs: number,
  requests: number,
): CheckResult {
  const message =
    error ?? (status === 'timedOut' ? 'the test timed out' : 'the test ended without a result and without an error');
  const entry = catalogEntry(test.id);
  const check = describeCheck(test.id, test.title);
  return {
    ...check,
    status: 'fail',
    reason: `${test.title}: ${firstLine(message)}`,
    durationMs,
    requests,
    findings: [
      {
        level: 'error',
        subject: test.title,
        message,
        expected: check.title,
        cause:
          'The test ended before the check could conclude: the target hung, the worker crashed, or a fixture failed.',
        fix: entry?.fix ?? 'See the error, then run this check alone.',
        ...(entry && { docs: entry.docs }),
      },
    ],
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
