import type { Verdict } from '../result.ts';
import { listed } from '../text.ts';
import type { ChecklistEntry } from './checklist.ts';

/** How the Playwright run around the checks ended. */
export interface RunEnd {
  /** `unfinished` while it is under way: what a killed run leaves behind. */
  readonly status: 'finished' | 'interrupted' | 'timedout' | 'unfinished';
  /** Why the target could not be judged, or not to the end, in full. */
  readonly aborted?: string;
  /** Errors of workers, of the configuration and of global set-ups. */
  readonly errors: readonly string[];
  /** `1/2` when this run was one shard of several. */
  readonly shard?: string;
}

/** A verdict and its one-line reason. */
export interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Ids named in a reason; the rest is counted. */
const MOST_NAMED = 5;

/** Says whether the target is ready: anything that kept the run from its end counts against it. */
export function decide(checklist: readonly ChecklistEntry[], run: RunEnd): Decision {
  const failing = checklist.filter(({ result }) => result.status === 'fail');
  const failures =
    failing.length > 0 ? `${plural(failing.length, 'check fails', 'checks fail')}: ${names(failing)}` : undefined;
  const against = [obstacleOf(checklist, run), failures].filter((reason) => reason !== undefined);
  if (against.length > 0) return { verdict: 'NOT READY', reason: against.join('; ') };

  const gap = gapOf(checklist, run);
  if (gap !== undefined) return { verdict: 'INCOMPLETE', reason: `${gap}; ${tally(checklist)}` };
  return { verdict: 'READY', reason: tally(checklist) };
}

/** Tells a NOT READY that failing checks caused from one that the run itself caused. */
export function isAboutFailures(reason: string): boolean {
  return /^\d+ checks? fails?: /.test(reason);
}

/** Whether a run with this verdict must end with an exit code other than 0. */
export function mustFail(
  verdict: Verdict,
  { strict, shard }: { strict: boolean; shard?: string | undefined },
): boolean {
  if (verdict === 'NOT READY') return true;
  // A shard cannot be complete; the merged report decides.
  return verdict === 'INCOMPLETE' && strict && shard === undefined;
}

function obstacleOf(checklist: readonly ChecklistEntry[], { status, aborted, errors }: RunEnd): string | undefined {
  const [error] = errors;
  if (aborted !== undefined) return headline(aborted);
  if (status === 'interrupted') return 'the run was interrupted';
  if (status === 'timedout') return 'the run hit its time limit (globalTimeout)';
  if (status === 'unfinished') return 'the run has not finished: it is under way or was killed';
  if (error !== undefined)
    return `${plural(errors.length, 'error', 'errors')} outside of the checks: ${headline(error)}`;
  if (!checklist.some((entry) => entry.selected)) return 'no check was selected';
  if (!checklist.some((entry) => entry.selected && (entry.complete || entry.result.status !== 'not-verified')))
    return 'no check ran';
  return undefined;
}

function gapOf(checklist: readonly ChecklistEntry[], { shard }: RunEnd): string | undefined {
  if (shard !== undefined) return `this is shard ${shard} only: merge the reports`;
  const unrun = checklist.filter(({ complete }) => !complete);
  if (unrun.length > 0)
    return `${plural(unrun.length, 'selected check', 'selected checks')} did not run: ${names(unrun)}`;
  const critical = checklist.filter(({ result }) => result.severity === 'critical' && result.status === 'not-verified');
  if (critical.length === 0) return undefined;
  return `${plural(critical.length, 'critical check is', 'critical checks are')} not verified: ${names(critical)}`;
}

/** `12 of 14 selected checks pass, 18 not selected`. */
function tally(checklist: readonly ChecklistEntry[]): string {
  const selected = checklist.filter((entry) => entry.selected);
  const passing = selected.filter(({ result }) => result.status === 'pass').length;
  const rest = checklist.length - selected.length;
  if (rest === 0) return `${passing} of ${plural(selected.length, 'check passes', 'checks pass')}`;
  return `${passing} of ${plural(selected.length, 'selected check passes', 'selected checks pass')}, ${rest} not selected`;
}

function names(entries: readonly ChecklistEntry[]): string {
  return listed(
    entries.map(({ result }) => result.id),
    MOST_NAMED,
  );
}

function headline(message: string): string {
  return (message.trim().split('\n')[0] ?? '').trim();
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
