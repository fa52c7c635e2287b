import { catalogEntry } from '../../src/catalog.ts';
import type { CheckResult } from '../../src/result.ts';
import { describeCheck } from '../../src/report/checklist.ts';

/** A passing result of a check, but for what is said. */
export function result(id: string, over: Partial<CheckResult> = {}): CheckResult {
  const title = catalogEntry(id)?.title ?? `title of ${id}`;
  return {
    ...describeCheck(id, title),
    status: 'pass',
    reason: 'proven',
    durationMs: 1,
    requests: 2,
    findings: [],
    ...over,
  };
}
