import type { CheckResult, Status, Verdict } from '../result.ts';
import { UNSELECTED } from './checklist.ts';

/** What a comparison reads of a report. */
export interface Comparable {
  readonly startedAt: string;
  readonly verdict: Verdict;
  readonly checks: ReadonlyArray<Pick<CheckResult, 'id' | 'title' | 'status'>>;
}

/** What a comparison reads of the later report. */
interface Current extends Comparable {
  readonly checks: ReadonlyArray<Pick<CheckResult, 'id' | 'title' | 'status' | 'reason'>>;
}

/** One check that ended differently, or that fails still. */
export interface Change {
  readonly id: string;
  readonly title: string;
  /** Absent when the earlier report did not have the check. */
  readonly from?: Status;
  /** Absent when the later report does not have it. */
  readonly to?: Status;
}

/** What changed since an earlier report, in the order of the checklist. A waived failure is a failure here. */
export interface Comparison {
  readonly previous: Pick<Comparable, 'startedAt' | 'verdict'>;
  /** Passed then, fails now. */
  readonly regressions: readonly Change[];
  /** Fails now, and was not proven either way then. */
  readonly new: readonly Change[];
  /** Passed then, and is not proven either way now, although this run was to prove it. */
  readonly lost: readonly Change[];
  /** Failed then and now. */
  readonly stillFailing: readonly Change[];
  /** Failed then, passes now. */
  readonly fixed: readonly Change[];
  /** Failed then, and is not proven either way now: no repair is shown. */
  readonly gone: readonly Change[];
}

/** Compares two reports of one target. What was not proven in one of them is neither a regression nor fixed. */
export function compare(previous: Comparable, current: Current): Comparison {
  const before = new Map(previous.checks.map((check) => [check.id, check]));
  const after = new Map(current.checks.map((check) => [check.id, check]));
  const changes = [...after.keys(), ...[...before.keys()].filter((id) => !after.has(id))].map((id): Change => {
    const from = before.get(id)?.status;
    const to = after.get(id)?.status;
    const title = (after.get(id) ?? before.get(id))?.title ?? id;
    return { id, title, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  });
  const from = (wanted: (status?: Status) => boolean, to: (status?: Status) => boolean) =>
    changes.filter((change) => wanted(change.from) && to(change.to));
  return {
    previous: { startedAt: previous.startedAt, verdict: previous.verdict },
    regressions: from(passes, fails),
    new: from(isOpen, fails),
    lost: from(passes, isOpen).filter(({ id }) => after.get(id)?.reason.includes(UNSELECTED) === false),
    // A failure that was waived and is still waived is no news.
    stillFailing: from(fails, fails).filter((change) => change.from === 'fail' || change.to === 'fail'),
    fixed: from(fails, passes),
    gone: from(fails, isOpen),
  };
}

function passes(status?: Status): boolean {
  return status === 'pass';
}

function fails(status?: Status): boolean {
  return status === 'fail' || status === 'waived';
}

function isOpen(status?: Status): boolean {
  return !passes(status) && !fails(status);
}
