import type { Report } from '../../report/report.ts';
import { isAboutFailures } from '../../report/verdict.ts';
import type { Waiver } from '../../result.ts';

/** Waivers by check id. */
export type Waivers = Readonly<Record<string, Waiver>>;

/** A new baseline, and what changes by it. */
export interface Baseline {
  readonly waivers: Waivers;
  readonly added: readonly string[];
  /** Their waiver had expired, and they still fail. */
  readonly renewed: readonly string[];
  readonly kept: readonly string[];
  /** They pass now. */
  readonly dropped: readonly string[];
  /** Their waiver had expired, and they do not fail. */
  readonly expired: readonly string[];
}

/** Why a report cannot be the ground of a baseline; undefined when it can. */
export function refusal({ checks, verdict, verdictReason }: Report): string | undefined {
  if (checks.length === 0) return 'it has no checks';
  // A reason that does not begin with the failures tells what kept the run from its end.
  if (verdict === 'NOT READY' && !isAboutFailures(verdictReason)) return verdictReason;
  return undefined;
}

/**
 * Waives what fails in a report, keeps waivers that still hold, and drops those of checks that pass.
 * @param waiver what failures without a waiver get
 * @param today `YYYY-MM-DD`
 */
export function baselineOf({ checks }: Report, existing: Waivers, waiver: Waiver, today: string): Baseline {
  const statusOf = new Map(checks.map(({ id, status }) => [id, status]));
  const old = Object.keys(existing);
  const holds = (id: string) => (existing[id]?.until ?? '') >= today;
  const failing = checks.filter(({ status }) => status === 'fail').map(({ id }) => id);
  const dropped = old.filter((id) => statusOf.get(id) === 'pass');
  const kept = old.filter((id) => holds(id) && !dropped.includes(id));
  const added = failing.filter((id) => !old.includes(id));
  const renewed = failing.filter((id) => old.includes(id) && !holds(id));
  const expired = old.filter((id) => !holds(id) && !dropped.includes(id) && !renewed.includes(id));
  const entries = [
    ...old.flatMap((id) => (kept.includes(id) && existing[id] ? [[id, existing[id]] as const] : [])),
    ...[...renewed, ...added].map((id) => [id, waiver] as const),
  ];
  return { waivers: Object.fromEntries(entries), added, renewed, kept, dropped, expired };
}
