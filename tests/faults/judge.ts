import type { Browser } from '@playwright/test';
import { Tab } from '../../src/browser.ts';
import { catalogEntry } from '../../src/catalog.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { missingNeed } from '../../src/needs.ts';
import { wholeChecklist } from '../../src/report/checklist.ts';
import { mergeTests } from '../../src/report/merge.ts';
import type { CheckTest } from '../../src/report/merge.ts';
import { decide } from '../../src/report/verdict.ts';
import type { Decision } from '../../src/report/verdict.ts';
import type { CheckResult } from '../../src/result.ts';
import { settle, today } from '../../src/settle.ts';
import { Target } from '../../src/target/target.ts';
import { verify } from '../../src/verify.ts';
import type { CheckContext, Outcome } from '../../src/verify.ts';
import { CHECKS, methodsOf } from '../support/checks.ts';
import type { AnyCheck } from '../support/checks.ts';

/** How a run against a target ended. */
export interface FaultRun extends Decision {
  /** The one message, where the run ended before any check. */
  readonly aborted?: string;
  readonly checks: readonly CheckResult[];
  readonly requests: number;
  readonly durationMs: number;
}

/**
 * Judges a target by every check that needs neither a browser nor a test user, as a run with one worker does; with a
 * browser by the others that need no test user instead.
 */
export async function judgeTarget(
  options: ReadinessOptions,
  browser?: Browser,
  only: (check: AnyCheck) => boolean = () => true,
): Promise<FaultRun> {
  const started = performance.now();
  const readiness = resolveOptions(options, {});
  const end = (tests: readonly CheckTest[], requests: number, aborted?: string): FaultRun => {
    const checklist = wholeChecklist(mergeTests(tests));
    return {
      ...decide(checklist, { status: 'finished', errors: [], ...(aborted !== undefined && { aborted }) }),
      ...(aborted !== undefined && { aborted }),
      checks: checklist.map(({ result }) => result),
      requests,
      durationMs: performance.now() - started,
    };
  };
  let target: Target;
  try {
    target = await Target.connect(readiness);
  } catch (failure) {
    return end([], 0, (failure as Error).message);
  }
  try {
    const tests: CheckTest[] = [];
    const context = { readiness, target, identity: target.identity };
    const isAsked = (check: AnyCheck) => isAnonymous(check) && needsBrowser(check) === (browser !== undefined);
    for (const check of CHECKS.filter((each) => isAsked(each) && only(each))) {
      const tab = browser && (await Tab.open(browser, readiness));
      tests.push(await attempt(check, { ...context, ...(tab && { tab }) }));
      await tab?.close();
    }
    return end(tests, target.requests);
  } finally {
    await target.close();
  }
}

function isAnonymous(check: AnyCheck): boolean {
  return !methodsOf(check).includes('signed-in');
}

function needsBrowser(check: AnyCheck): boolean {
  return methodsOf(check).includes('browser');
}

async function attempt(check: AnyCheck, context: CheckContext): Promise<CheckTest> {
  const entry = catalogEntry(check.id);
  if (!entry) throw new Error(`${check.id} is not in the catalogue`);
  const test = { id: check.id, title: entry.title, retries: 0 };
  const missing = missingNeed(entry, context.readiness, check.part);
  const started = performance.now();
  try {
    const outcome: Outcome = missing
      ? { ...missing, findings: [], requests: 0, durationMs: 0 }
      : await verify(check, context);
    const record = settle(entry, outcome, context.readiness, today());
    const status = record.status === 'fail' ? 'failed' : record.status === 'pass' ? 'passed' : 'skipped';
    return { ...test, attempts: [{ status, expected: status !== 'failed', record, durationMs: outcome.durationMs }] };
  } catch (failure) {
    const durationMs = performance.now() - started;
    return {
      ...test,
      attempts: [{ status: 'failed', expected: false, error: (failure as Error).message, durationMs }],
    };
  }
}
