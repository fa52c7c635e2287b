import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { Comparable } from './compare.ts';
import { firstLine, oneLine } from './printable.ts';
import type { Status } from '../result.ts';
import type { ReportedTarget } from './report.ts';

/** An earlier report, or why there is none to compare with. */
export type Previous = { readonly report: Comparable } | { readonly missing: string };

const SCHEMA = v.object({
  target: v.object({ name: v.string(), baseURL: v.optional(v.string()) }),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  verdict: v.picklist(['READY', 'INCOMPLETE', 'NOT READY']),
  checks: v.array(
    v.object({
      id: v.string(),
      title: v.string(),
      status: v.picklist(['pass', 'fail', 'waived', 'attested', 'not-verified', 'not-applicable']),
    }),
  ),
});

/** What a run cannot say without having asked its target. */
const FOUND_OUT: ReadonlySet<string> = new Set<Status>(['pass', 'fail', 'waived']);

/** Reads the report of an earlier run of a target; a file that cannot serve is told in one line and never thrown. */
export function readPrevious(
  path: string,
  target: Pick<ReportedTarget, 'name' | 'profile'> & { readonly baseURL?: string | undefined },
): Previous {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(path, 'utf8'));
  } catch (failure) {
    const isAbsent = (failure as NodeJS.ErrnoException).code === 'ENOENT';
    return missing(isAbsent ? `${path} does not exist` : `${path} cannot be read: ${firstLine(String(failure))}`);
  }
  const version = v.safeParse(v.object({ schemaVersion: v.unknown() }), read);
  if (version.success && version.output.schemaVersion !== 1)
    return missing(`${path} has schemaVersion ${JSON.stringify(version.output.schemaVersion)}, this release reads 1`);
  const { success, output: report } = v.safeParse(SCHEMA, read);
  if (!version.success || !success) return missing(`${path} is no report of clerk-readiness`);
  const other = otherTarget(report.target, target);
  if (other !== undefined) return missing(`${path} is about ${other}`);
  // Also what a run under way leaves, and one that did not reach its target; people attest things without one.
  if (!report.checks.some(({ status }) => FOUND_OUT.has(status)))
    return missing(`the run of ${path} came to no result`);
  return { report };
}

/** Name of the target of a report, when it is not ours. A preview has another URL each time, there the name decides. */
function otherTarget(
  theirs: { name: string; baseURL?: string | undefined },
  ours: { name: string; baseURL?: string | undefined; profile: string },
): string | undefined {
  if (theirs.name !== ours.name) return `another target, "${theirs.name}"`;
  if (ours.profile === 'preview' || theirs.baseURL === ours.baseURL) return undefined;
  return `another target, ${theirs.baseURL ?? 'without a URL'}`;
}

function missing(reason: string): Previous {
  return { missing: `nothing to compare with: ${oneLine(reason)}` };
}
