import { SEVERITIES } from '../result.ts';
import type { CheckResult, Status } from '../result.ts';
import { UNSELECTED } from './checklist.ts';
import type { Change, Comparison } from './compare.ts';
import type { Report } from './report.ts';

/** A status in words. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  fail: 'Fail',
  waived: 'Waived',
  'not-verified': 'Not verified',
  attested: 'Attested',
  pass: 'Pass',
  'not-applicable': 'Not applicable',
};

/** Checks by area, in the order in which the areas appear. */
export function byArea<C extends Pick<CheckResult, 'area'>>(checks: readonly C[]): Array<[area: string, checks: C[]]> {
  const areas = new Map<string, C[]>();
  for (const check of checks) areas.set(check.area, [...(areas.get(check.area) ?? []), check]);
  return [...areas];
}

/** An area as a heading: `API`, `Environment`. */
export function areaTitle(area: string): string {
  return /^(api|cors)$/.test(area) ? area.toUpperCase() : area.slice(0, 1).toUpperCase() + area.slice(1);
}

/** Failing checks: regressions first, then by severity, then in the order of the checklist. */
export function failing({ checks, comparison }: Pick<Report, 'checks' | 'comparison'>): CheckResult[] {
  const regressed = new Set(comparison?.regressions.map(({ id }) => id));
  return checks
    .filter(({ status }) => status === 'fail')
    .toSorted(
      (a, b) =>
        Number(regressed.has(b.id)) - Number(regressed.has(a.id)) ||
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
    );
}

/** True for a check that was not to run. */
export function isUnselected({ status, reason }: Pick<CheckResult, 'status' | 'reason'>): boolean {
  return status === 'not-verified' && reason.startsWith(UNSELECTED);
}

/** The Clerk instance and what the app is built on, in one line. */
export function instance({ clerk, framework }: Report['target']): string {
  const { publishableKeyKind, frontendApi, clerkJsVersion } = clerk;
  const known = [
    publishableKeyKind && (publishableKeyKind === 'live' ? 'production (pk_live)' : 'development (pk_test)'),
    frontendApi,
    clerkJsVersion && `clerk-js ${clerkJsVersion}`,
    framework && `on ${framework}`,
  ].filter(Boolean);
  return known.length > 0 ? known.join(', ') : 'not learned';
}

/** The groups of a comparison that are not empty, bad news first. */
export function changeGroups(
  comparison: Comparison,
): ReadonlyArray<{ readonly key: Exclude<keyof Comparison, 'previous'>; words: string; changes: readonly Change[] }> {
  const groups = [
    { key: 'regressions', words: 'Regressions: passed before, fail now' },
    { key: 'new', words: 'New failures: not proven before, fail now' },
    { key: 'lost', words: 'No longer proven: passed before, not proven now' },
    { key: 'stillFailing', words: 'Still failing' },
    { key: 'gone', words: 'Failed before, not proven now' },
    { key: 'fixed', words: 'Fixed' },
  ] as const;
  return groups
    .map((group) => ({ ...group, changes: comparison[group.key] }))
    .filter(({ changes }) => changes.length > 0);
}

/** `2 regressions, 1 new failure, 3 fixed` or `no change`. */
export function changeTally({ regressions, new: fresh, lost, stillFailing, gone, fixed }: Comparison): string {
  const parts = [
    [regressions, 'regression', 'regressions'],
    [fresh, 'new failure', 'new failures'],
    [lost, 'proof lost', 'proofs lost'],
    [stillFailing, 'still failing', 'still failing'],
    [gone, 'failure not judged', 'failures not judged'],
    [fixed, 'fixed', 'fixed'],
  ] as const;
  const told = parts.flatMap(([{ length }, one, many]) =>
    length > 0 ? [`${length} ${length === 1 ? one : many}`] : [],
  );
  return told.length > 0 ? told.join(', ') : 'no change';
}

/** `25 November 2026`, of an ISO day or moment. */
export function day(iso: string): string {
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
}

/** `25 November 2026, 16:04 UTC`. */
export function moment(iso: string): string {
  return `${day(iso)}, ${new Date(iso).toISOString().slice(11, 16)} UTC`;
}

/** A URL that may become a link; undefined for anything but http(s), such as a script. */
export function safeUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, href } = new URL(text);
  return /^https?:$/.test(protocol) ? href : undefined;
}
