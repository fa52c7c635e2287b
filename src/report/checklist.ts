import { areaOf, CATALOG, catalogEntry } from '../catalog.ts';
import type { CheckResult } from '../result.ts';

/** One check in a run. */
export interface ChecklistEntry {
  readonly result: CheckResult;
  /** False when nothing of the check was to run. */
  readonly selected: boolean;
  /** False when some of its tests were to run and did not. */
  readonly complete: boolean;
}

/** How the reason of a check begins that was not to run. */
export const UNSELECTED = 'not selected in this run';

/** Adds what was not selected: the catalogue in its order, then other checks by id. */
export function wholeChecklist(selected: readonly ChecklistEntry[], shard?: string): ChecklistEntry[] {
  const byId = new Map(selected.map((entry) => [entry.result.id, entry]));
  const ours = CATALOG.map(({ id, title }) => byId.get(id) ?? unselected(id, title, shard));
  const own = selected.filter(({ result }) => catalogEntry(result.id) === undefined);
  return [...ours, ...own.toSorted((a, b) => compare(a.result.id, b.result.id))];
}

function unselected(id: string, title: string, shard: string | undefined): ChecklistEntry {
  const reason = shard === undefined ? UNSELECTED : `${UNSELECTED} (shard ${shard})`;
  return { result: unverified(id, title, reason), selected: false, complete: true };
}

/** The result of a check that says nothing about the target. */
export function unverified(id: string, title: string, reason: string): CheckResult {
  return { ...describeCheck(id, title), status: 'not-verified', reason, durationMs: 0, requests: 0, findings: [] };
}

/** What a report says of a check besides its result; a consumer's own check is known by its test only. */
export function describeCheck(
  id: string,
  title: string,
): Pick<CheckResult, 'id' | 'title' | 'row' | 'area' | 'severity'> {
  const entry = catalogEntry(id);
  return {
    id,
    title: entry?.title ?? title,
    row: entry?.row ?? '(own)',
    area: areaOf(id),
    severity: entry?.severity ?? 'high',
  };
}

/** By code unit, so that the order is the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
