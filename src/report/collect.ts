import type { FullConfig, FullProject, Suite, TestCase, TestError, TestResult } from '@playwright/test/reporter';
import type { CheckResult, Status } from '../result.ts';
import { Redactor } from '../target/redact.ts';
import type { Attempt, CheckTest } from './merge.ts';
import { printable, uncoloured } from './printable.ts';
import { CHECK_ANNOTATION, CHECK_ATTACHMENT, METADATA_KEY, PART_ANNOTATION, TARGET_ATTACHMENT } from './record.ts';
import type { Lost, Reached, TargetMetadata } from './record.ts';
import { isRecord } from '../is-record.ts';

/** What Playwright knows of one target when the run ends. */
export interface TargetRun {
  readonly target: TargetMetadata;
  /** Folders of its projects. */
  readonly testDirs: readonly string[];
  /** Every test of its projects. */
  readonly tests: readonly TestCase[];
  /** Those of them that are checks. */
  readonly checks: readonly TestCase[];
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
    { target: TargetMetadata; testDirs: string[]; tests: TestCase[]; checks: TestCase[] }
  >();
  for (const project of projects) {
    const target = metadataOf(project);
    const known = target && targets.get(target.name);
    if (known) known.testDirs.push(project.testDir);
    else if (target) targets.set(target.name, { target, testDirs: [project.testDir], tests: [], checks: [] });
  }
  const homeless: TestCase[] = [];
  const others: TestCase[] = [];
  for (const child of suite.suites) {
    const project = child.project();
    const name = project && targetNameOf(project);
    const home = name === undefined ? onlyOne(targets) : targets.get(name);
    for (const test of child.allTests()) {
      home?.tests.push(test);
      if (checkId(test) === undefined) others.push(test);
      else (home?.checks ?? homeless).push(test);
    }
  }
  return { targets: [...targets.values()], homeless, others };
}

/** Name of the target that a project belongs to. */
export function targetNameOf(project: FullProject): string | undefined {
  return metadataOf(project)?.name;
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

/** What the workers learned when they connected, and the requests of all. */
export function learned(tests: readonly TestCase[]): { identity?: Reached['identity']; requests: number } {
  const records = tests
    .flatMap((test) => test.results)
    .flatMap((result) => read(result, TARGET_ATTACHMENT, isReached) ?? []);
  const identity = records.at(-1)?.identity;
  return { ...(identity && { identity }), requests: records.reduce((sum, { requests }) => sum + requests, 0) };
}

/** Why the target could not be judged to the end; undefined when it could, or when a retry could. */
export function abortion(tests: readonly TestCase[]): string | undefined {
  for (const { results } of tests) {
    const last = results.at(-1);
    const lost = last && lostIn(last);
    if (lost !== undefined) return safe(lost);
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
  return safe(named);
}

function safe(text: string): string {
  return printable(REDACTOR.text(text));
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
    ...(lostIn(result) !== undefined && { unreached: true }),
    ...(record?.id === id && { record }),
    ...(error !== undefined && { error }),
    durationMs: Math.max(0, Math.round(result.duration)),
  };
}

/** Why the target could not be judged in an attempt. */
function lostIn(result: TestResult): string | undefined {
  return read(result, TARGET_ATTACHMENT, isLost)?.lost;
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

function isReached(value: unknown): value is Reached {
  return isRecord(value) && isRecord(value['identity']) && typeof value['requests'] === 'number';
}

function isLost(value: unknown): value is Lost {
  return isRecord(value) && typeof value['lost'] === 'string';
}
