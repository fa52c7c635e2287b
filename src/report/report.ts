import type { Readiness } from '../config/options.ts';
import type { CheckResult, Status, Verdict } from '../result.ts';
import type { ClerkIdentity, Identity } from '../target/identity.ts';
import { wholeChecklist } from './checklist.ts';
import { compare } from './compare.ts';
import type { Comparable, Comparison } from './compare.ts';
import type { ChecklistEntry } from './checklist.ts';
import type { TargetMetadata } from './record.ts';
import { decide } from './verdict.ts';
import type { RunEnd } from './verdict.ts';

/** `report.json`; its JSON Schema is published as `clerk-readiness/report.schema.json`. */
export interface Report {
  /** Grows when a reader of an older report could misread a newer one. */
  readonly schemaVersion: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly target: ReportedTarget;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds of the whole Playwright run. */
  readonly durationMs: number;
  /** Requests of connecting and of all checks, retries included. */
  readonly requests: number;
  readonly verdict: Verdict;
  /** Why, in one line. */
  readonly verdictReason: string;
  readonly counts: Readonly<Record<Status, number>>;
  /** Every check of the catalogue in its order, then a consumer's own by id. */
  readonly checks: readonly CheckResult[];
  /** What changed since an earlier report; absent when none was compared with. */
  readonly comparison?: Comparison;
}

/** The target as a report names it; what was not learned is left out. */
export interface ReportedTarget {
  readonly name: string;
  /** Absent when neither the option nor the environment named a target. */
  readonly baseURL?: string;
  readonly profile: Readiness['profile'];
  readonly mode: Readiness['mode'];
  readonly clerk: Omit<ClerkIdentity, 'publishableKey'>;
  readonly framework?: string;
}

/** Everything that a report says, in plain data. */
export interface ReportInput {
  readonly tool: Report['tool'];
  readonly target: Pick<TargetMetadata, 'name' | 'baseURL' | 'profile' | 'mode'>;
  /** What was learned on connecting; undefined when it was in vain. */
  readonly identity?: Identity;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** Requests of connecting. */
  readonly connectRequests: number;
  /** Checks that were selected in this run. */
  readonly checks: readonly ChecklistEntry[];
  readonly run: RunEnd;
  /** The report to compare with. */
  readonly previous?: Comparable;
}

/** Builds the report of one target; pure. */
export function buildReport({
  tool,
  target,
  identity,
  startedAt,
  durationMs,
  connectRequests,
  checks,
  run,
  previous,
}: ReportInput): Report {
  const checklist = wholeChecklist(checks, run.shard);
  const { verdict, reason } = decide(checklist, run);
  const results = checklist.map(({ result }) => result);
  const report: Report = {
    schemaVersion: 1,
    tool: { name: tool.name, version: tool.version },
    target: {
      name: target.name,
      ...(target.baseURL !== undefined && { baseURL: target.baseURL }),
      profile: target.profile,
      mode: target.mode,
      clerk: reportedClerk(identity?.clerk),
      ...(identity?.framework !== undefined && { framework: identity.framework }),
    },
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(durationMs),
    requests: results.reduce((sum, { requests }) => sum + requests, connectRequests),
    verdict,
    verdictReason: reason,
    counts: count(results),
    checks: results,
  };
  return previous ? { ...report, comparison: compare(previous, report) } : report;
}

function reportedClerk({
  publishableKeyKind,
  frontendApi,
  clerkJsVersion,
}: ClerkIdentity = {}): ReportedTarget['clerk'] {
  return {
    ...(publishableKeyKind !== undefined && { publishableKeyKind }),
    ...(frontendApi !== undefined && { frontendApi }),
    ...(clerkJsVersion !== undefined && { clerkJsVersion }),
  };
}

function count(results: readonly CheckResult[]): Record<Status, number> {
  const counts: Record<Status, number> = {
    pass: 0,
    fail: 0,
    waived: 0,
    attested: 0,
    'not-verified': 0,
    'not-applicable': 0,
  };
  for (const { status } of results) counts[status] += 1;
  return counts;
}
