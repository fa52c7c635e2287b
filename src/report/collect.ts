import type { FullConfig, FullProject, Suite, TestCase, TestError, TestResult } from '@playwright/test/reporter';
import type { CheckResult, Status } from '../result.ts';
import { Redactor } from '../target/redact.ts';
import type { Attempt, CheckTest } from './merge.ts';
import { printable, uncoloured } from './printable.ts';
import { CHECK_ANNOTATION, CHECK_ATTACHMENT, METADATA_KEY, PART_ANNOTATION, TARGET_ATTACHMENT } from './record.ts';
import type { TargetMetadata, TargetRecord } from './record.ts';
import { isRecord } from '../is-record.ts';

/** What Playwright knows of one target when the run ends. */
export interface TargetRun {
  readonly target: TargetMetadata;
  /** Tests that connect to the target. */
  readonly setups: readonly TestCase[];
  /** Tests of checks. */
  readonly checks: readonly TestCase[];
  /** Number of tests that are no checks and depend on the set-up. */
  readonly dependents: number;
}

/** The targets of a run, and the tests that are not ours. */
export interface Collection {
  readonly targets: readonly TargetRun[];
  /** Tests of checks in projects that belong to no target. */
  readonly homeless: readonly TestCase[];
  readonly others: readonly TestCase[];
}

/** Option secrets are redacted where they are recorded; here the patterns catch what an error message of Playwright may quote. */
const REDACTOR = new Redactor([]);

/** Sorts the tests of a run by target. In `merge-reports` each shard brings its own copy of the projects; they go by the target's name. */
export function collect(config: FullConfig, suite: Suite): Collection {
  const projects = new Set([...config.projects, ...suite.suites.flatMap((child) => child.project() ?? [])]);
  const targets = new Map<
    string,
    { target: TargetMetadata; setups: TestCase[]; checks: TestCase[]; dependents: number }
  >();
  for (const project of projects) {
    const target = metadataOf(project);
    if (target && (!targets.has(target.name) || !target.setup))
      targets.set(target.name, { target, setups: [], checks: [], dependents: 0 });
  }
  const homeless: TestCase[] = [];
  const others: TestCase[] = [];
  for (const child of suite.suites) {
    const project = child.project();
    const name = project && targetNameOf(project, projects);
    const home = name === undefined ? onlyOne(targets) : targets.get(name);
    const setup = project !== undefined && metadataOf(project)?.setup === true;
    for (const test of child.allTests()) {
      if (setup) home?.setups.push(test);
      else if (checkId(test) !== undefined) (home?.checks ?? homeless).push(test);
      else {
        others.push(test);
        if (home && name !== undefined) home.dependents += 1;
      }
    }
  }
  return { targets: [...targets.values()], homeless, others };
}

/** Name of the target that a project belongs to, by its own metadata or by the set-up it depends on. */
export function targetNameOf(project: FullProject, projects: Iterable<FullProject>): string | undefined {
  const own = metadataOf(project)?.name;
  if (own !== undefined) return own;
  return [...projects]
    .filter(({ name }) => project.dependencies.includes(name))
    .flatMap((dependency) => metadataOf(dependency)?.name ?? [])[0];
}

/** A test of a check as plain data. */
export function checkTest(test: TestCase, notRun: string): CheckTest {
  const id = checkId(test) ?? test.title;
  const part = test.annotations.find(({ type }) => type === PART_ANNOTATION)?.description;
  return {
    id,
    title: test.title,
    ...(part !== undefined && { part: part.split(', ') }),
    retries: test.retries,
    notRun,
    attempts: test.results.map((result) => attempt(id, test, result)),
  };
}

/** What the last set-up that succeeded learned, and the requests of all. */
export function learned(setups: readonly TestCase[]): { identity?: TargetRecord['identity']; requests: number } {
  const records = setups
    .flatMap((test) => test.results)
    .flatMap((result) => read(result, TARGET_ATTACHMENT, isTargetRecord) ?? []);
  const identity = records.at(-1)?.identity;
  return { ...(identity && { identity }), requests: records.reduce((sum, { requests }) => sum + requests, 0) };
}

/** Why the set-up of a target failed; undefined when it did not. An interrupted one is the interruption's business. */
export function abortion(setups: readonly TestCase[]): string | undefined {
  for (const test of setups) {
    const last = test.results.at(-1);
    if (last?.status === 'failed' || last?.status === 'timedOut')
      return errorText(last.error) ?? `the target set-up ${last.status === 'failed' ? 'failed' : 'timed out'}`;
  }
  return undefined;
}

/** True when a test was stopped by an interruption; the status of merged reports may hide it. */
export function wasInterrupted(tests: readonly TestCase[]): boolean {
  return tests.some(({ results }) => results.at(-1)?.status === 'interrupted');
}

/** Text of an error, safe to print, without its stack and without secrets. */
export function errorText(error: TestError | undefined): string | undefined {
  const text = error?.message ?? error?.value;
  if (text === undefined) return undefined;
  const named = uncoloured(text)
    .trim()
    .replace(/^(TargetError|ReadinessConfigError|Error): /, '');
  return printable(REDACTOR.text(named));
}

function onlyOne<T>(items: ReadonlyMap<string, T>): T | undefined {
  return items.size === 1 ? [...items.values()][0] : undefined;
}

function metadataOf({ metadata }: FullProject): TargetMetadata | undefined {
  return (metadata as Record<string, TargetMetadata | undefined> | undefined)?.[METADATA_KEY];
}

function checkId({ annotations }: TestCase): string | undefined {
  return annotations.find(({ type }) => type === CHECK_ANNOTATION)?.description;
}

function attempt(id: string, test: TestCase, result: TestResult): Attempt {
  const record = read(result, CHECK_ATTACHMENT, isCheckResult);
  const error = errorText(result.error);
  return {
    status: result.status,
    expected: result.status === test.expectedStatus,
    ...(record?.id === id && { record }),
    ...(error !== undefined && { error }),
    durationMs: Math.max(0, Math.round(result.duration)),
  };
}

/** The last attachment of a name that holds what it should. */
function read<T>(result: TestResult, name: string, isValid: (value: unknown) => value is T): T | undefined {
  const bodies = result.attachments.flatMap((attachment) => (attachment.name === name ? (attachment.body ?? []) : []));
  return bodies.map((body) => parse(body.toString('utf8'))).findLast(isValid);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const STATUSES: ReadonlySet<unknown> = new Set<Status>([
  'pass',
  'fail',
  'waived',
  'attested',
  'not-verified',
  'not-applicable',
]);

function isCheckResult(value: unknown): value is CheckResult {
  return (
    isRecord(value) &&
    typeof value['id'] === 'string' &&
    STATUSES.has(value['status']) &&
    Array.isArray(value['findings'])
  );
}

function isTargetRecord(value: unknown): value is TargetRecord {
  return isRecord(value) && isRecord(value['identity']) && typeof value['requests'] === 'number';
}
