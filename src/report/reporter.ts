import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  WorkerInfo,
} from '@playwright/test/reporter';
import { TOOL } from '../target/user-agent.ts';
import { annotations } from './annotations.ts';
import { abortion, checkTest, collect, errorText, learned, targetNameOf, wasInterrupted } from './collect.ts';
import type { Collection, TargetRun } from './collect.ts';
import { readConfigFile } from './config-file.ts';
import type { ConfigFile } from './config-file.ts';
import { painter, renderReport } from './console.ts';
import { markdown } from './markdown.ts';
import { mergeTests } from './merge.ts';
import { otherFailures } from './others.ts';
import { Progress } from './progress.ts';
import { readPrevious } from './previous.ts';
import type { Previous } from './previous.ts';
import { firstLine } from './printable.ts';
import { buildReport } from './report.ts';
import type { Report, ReportInput } from './report.ts';
import { mustFail } from './verdict.ts';
import type { RunEnd } from './verdict.ts';
import { REPORT_FILE, unwritable, writeReport } from './write.ts';

/** What Playwright hands to every reporter beside the reporter's own options, of which this one has none. */
interface PlaywrightOptions {
  /** Folder of the configuration file. */
  readonly configDir?: string;
  /** `test`, `list` or `merge`. */
  readonly _mode?: string;
}

/** An error outside of a test. */
interface RunError {
  readonly error: TestError;
  /** Target of the worker that met it; undefined when it may concern all. */
  readonly target?: string;
  /** True when it came from a worker of a project that is none of ours. */
  readonly foreign: boolean;
}

/** Reporters that say on the console what is no check of ours. */
const TALKATIVE = new Set(['list', 'line', 'dot', 'failures']);

/**
 * Playwright reporter that prints the checklist, writes the report of each target and fails the run by its verdict.
 * It needs no options: everything comes from project metadata and attachments, so it works in `merge-reports` as well.
 */
export default class ReadinessReporter implements Reporter {
  readonly #configDir: string | undefined;
  readonly #mode: string | undefined;
  readonly #errors: RunError[] = [];
  /** Reports to compare with, by target; read before this run replaces them. */
  readonly #previous = new Map<string, Previous>();
  /** Targets by folder of their reports, of which Windows and macOS take `a` and `A` for one. */
  readonly #writers = new Map<string, string>();
  #config: FullConfig | undefined;
  #suite: Suite | undefined;
  #startedAt = new Date();
  #begun = 0;
  #progress = new Progress(undefined);
  /** True when no other reporter prints errors and output that are not ours. */
  #alone = true;
  #ended = false;

  constructor({ configDir, _mode: mode }: PlaywrightOptions = {}) {
    this.#configDir = configDir;
    this.#mode = mode;
  }

  /** Under `--list` silence makes Playwright print its list. */
  printsToStdio(): boolean {
    return !this.#isListing();
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.#config = config;
    this.#suite = suite;
    this.#alone = !config.reporter.some(([name]) => TALKATIVE.has(name));
    const terminal = process.stdout.isTTY && !process.env['CI'] && this.#alone;
    this.#progress = new Progress(terminal ? process.stdout : undefined);
  }

  onTestBegin(test: TestCase): void {
    // Not in onBegin, which also runs under --list.
    if (this.#begun === 0) this.#replaceOldReports();
    this.#begun += 1;
    const total = this.#suite?.allTests().length ?? 0;
    this.#progress.show(`  ${Math.min(this.#begun, total)}/${total} ${test.title}`);
  }

  onStdOut(chunk: string | Buffer): void {
    this.#forward(chunk, process.stdout);
  }

  onStdErr(chunk: string | Buffer): void {
    this.#forward(chunk, process.stderr);
  }

  onError(error: TestError, worker?: WorkerInfo): void {
    // Too late for the report: a reporter failed, which fails the run.
    if (this.#ended && this.#alone) print(otherFailures([error], []), process.stderr);
    const target = worker && targetNameOf(worker.project);
    this.#errors.push({
      error,
      ...(target !== undefined && { target }),
      foreign: worker !== undefined && target === undefined,
    });
  }

  async onEnd(result: FullResult): Promise<{ status?: FullResult['status'] } | undefined> {
    this.#ended = true;
    this.#progress.clear();
    if (!this.#config || !this.#suite || this.#isListing()) return undefined;
    const collection = collect(this.#config, this.#suite);
    if (this.#listedOnly(result)) return undefined;

    this.#startedAt = result.startTime;
    this.#printRest(collection);
    const failures = collection.targets.map((run) => this.#conclude(run, collection, result));
    // Playwright may exit right after this, and a pipe that is slow to read would lose the end.
    await new Promise((done) => process.stdout.write('', done));
    if (!failures.includes(true)) return undefined;
    if (this.#isMerging()) failOnExit();
    // Never turns red to green, nor an interruption (exit code 130) to a failure.
    return result.status === 'passed' ? { status: 'failed' } : undefined;
  }

  /** Reports one target; true when the run must fail for it. */
  #conclude(run: TargetRun, collection: Collection, result: FullResult): boolean {
    const previous = this.#previousOf(run.target);
    const input = {
      ...this.#input(run, result),
      ...(previous && 'report' in previous && { previous: previous.report }),
    };
    const complete = buildReport(input);
    const written = this.#write(run, complete);
    const failed = typeof written === 'string';
    const paths = failed ? [] : written;
    const report = failed
      ? buildReport({ ...input, run: { ...input.run, errors: [written, ...input.run.errors] } })
      : complete;

    if (
      !failed &&
      isDeselected(run, collection) &&
      (this.#isMerging() || !run.testDirs.some(isEmpty)) &&
      this.#errors.length === 0 &&
      input.run.status === 'finished' &&
      input.run.aborted === undefined
    ) {
      print(`clerk-readiness: no check of "${run.target.name}" was selected, so ${paths[0]} says ${report.verdict}.`);
      return false;
    }
    const selected = new Set(input.checks.map(({ result: { id } }) => id));
    const unselected = new Set(report.checks.map(({ id }) => id).filter((id) => !selected.has(id)));
    if (previous && 'missing' in previous) print(`clerk-readiness: ${previous.missing}`);
    this.#tellGitHub(run, report);
    print(renderReport(report, { paint: painter(process.stdout, process.env), paths, unselected }).trimEnd());
    const emptyShard = input.run.shard !== undefined && run.checks.length === 0;
    return failed || (!emptyShard && mustFail(report.verdict, { strict: run.target.strict, shard: input.run.shard }));
  }

  #input({ target, tests, checks }: TargetRun, result?: FullResult): ReportInput {
    const run = this.#runEnd(target.name, tests, result);
    const { identity, requests } = learned(tests);
    const notRun = whyNotRun(run);
    return {
      tool: TOOL,
      target,
      ...(identity && { identity }),
      startedAt: this.#startedAt,
      durationMs: result?.duration ?? 0,
      connectRequests: requests,
      checks: mergeTests(checks.map((test) => checkTest(test, notRun))),
      run,
    };
  }

  #runEnd(name: string, tests: readonly TestCase[], result: FullResult | undefined): RunEnd {
    const aborted = abortion(tests);
    const shard = this.#config?.shard;
    return {
      status: endOf(tests, result),
      ...(aborted !== undefined && { aborted }),
      errors: this.#errors
        .filter(({ target, foreign }) => !foreign && (target === undefined || target === name))
        .map(({ error }) => errorText(error) ?? 'an error without a message'),
      ...(shard && { shard: `${shard.current}/${shard.total}` }),
    };
  }

  /** A killed run must not leave the READY of an earlier one behind: until the end, the report says that there is none. */
  #replaceOldReports(): void {
    if (!this.#config || !this.#suite) return;
    for (const run of collect(this.#config, this.#suite).targets) {
      this.#previousOf(run.target);
      this.#write(run, buildReport(this.#input(run)));
    }
  }

  /** The report to compare with; undefined when none was asked for. */
  #previousOf(target: TargetRun['target']): Previous | undefined {
    if (target.compareWith === undefined) return undefined;
    const known = this.#previous.get(target.name);
    if (known) return known;
    const path =
      target.compareWith === 'last'
        ? join(this.#folderOf(target), REPORT_FILE)
        : resolve(this.#baseDir(), target.compareWith);
    const previous = readPrevious(readable(path), target);
    this.#previous.set(target.name, previous);
    return previous;
  }

  /** The job summary and the annotations of GitHub Actions; a summary that cannot be written is no reason to fail. */
  #tellGitHub({ target }: TargetRun, report: Report): void {
    const { GITHUB_STEP_SUMMARY: summary, GITHUB_ACTIONS: isAction } = process.env;
    if (isAction === 'true') {
      const marks = annotations(report, this.#configFile(target));
      if (marks !== '') print(marks);
    }
    if (summary === undefined || summary === '') return;
    try {
      appendFileSync(summary, `${markdown(report)}\n`);
    } catch (failure) {
      print(`clerk-readiness: the job summary could not be written: ${firstLine(String(failure))}`, process.stderr);
    }
  }

  #configFile({ waiverFile }: TargetRun['target']): ConfigFile | undefined {
    const root = process.env['GITHUB_WORKSPACE'] || process.cwd();
    return readConfigFile(this.#config?.configFile, root, waiverFile);
  }

  #folderOf({ reportDir }: TargetRun['target']): string {
    return resolve(this.#baseDir(), reportDir);
  }

  /** The paths of what was written, or why nothing was. */
  #write({ target }: TargetRun, report: Report): string[] | string {
    const folder = this.#folderOf(target);
    const place = folder.toLowerCase();
    const writer = this.#writers.get(place) ?? target.name;
    this.#writers.set(place, writer);
    if (writer !== target.name) return unwritable(folder, `it has the one of "${writer}"`);
    try {
      return writeReport(folder, report, target.reportFormats, this.#configFile(target)).map(readable);
    } catch (failure) {
      return unwritable(folder, failure);
    }
  }

  /** What is no check: errors of the run, and of tests that are not ours when nobody else prints them. */
  #printRest({ others, homeless }: Collection): void {
    if (homeless.length > 0) {
      print(
        `clerk-readiness: ${homeless.length} tests of checks belong to no target; make their project a copy of the one that readinessProjects() gives.`,
      );
    }
    if (!this.#alone) return;
    const text = otherFailures(
      this.#errors.map(({ error }) => error),
      [...others, ...homeless],
    );
    if (text !== '') print(text);
  }

  /** Output of tests and web servers, which Playwright leaves to reporters. */
  #forward(chunk: string | Buffer, stream: NodeJS.WriteStream): void {
    if (!this.#alone || this.#isListing()) return;
    this.#progress.clear();
    stream.write(chunk);
  }

  /** Relative report folders start where the configuration is, as those of Playwright's own reporters do. */
  #baseDir(): string {
    const file = this.#config?.configFile;
    return this.#configDir ?? (file === undefined ? process.cwd() : dirname(file));
  }

  #isListing(): boolean {
    return this.#mode === 'list';
  }

  /** The same as {@link #isListing} by what happened, should Playwright stop telling reporters. */
  #listedOnly({ status }: FullResult): boolean {
    return (
      this.#begun === 0 && status === 'passed' && this.#errors.length === 0 && (this.#suite?.allTests().length ?? 0) > 0
    );
  }

  #isMerging(): boolean {
    return this.#mode === 'merge' || (this.#mode === undefined && process.argv.includes('merge-reports'));
  }
}

/** True for a folder that holds no spec: its checks were selected, and there are none. */
function isEmpty(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0;
}

/** True when the user asked for other tests only. */
function isDeselected({ checks }: TargetRun, { others, targets }: Collection): boolean {
  return checks.length === 0 && (others.length > 0 || targets.some((target) => target.checks.length > 0));
}

function endOf(tests: readonly TestCase[], result: FullResult | undefined): RunEnd['status'] {
  if (!result) return 'unfinished';
  if (result.status === 'timedout') return 'timedout';
  return result.status === 'interrupted' || wasInterrupted(tests) ? 'interrupted' : 'finished';
}

function whyNotRun({ aborted, status, errors }: RunEnd): string {
  if (aborted !== undefined) return 'the target could not be judged';
  if (status === 'interrupted') return 'the run was interrupted';
  if (status === 'timedout') return 'the run hit its time limit';
  if (status === 'unfinished') return 'the run has not finished';
  return errors[0] === undefined
    ? 'a project it depends on failed, or the limit of failures was reached'
    : firstLine(errors[0]);
}

/** `merge-reports` ignores the status of reporters and exits with 0; an exit handler has the last word, without a stack. */
function failOnExit(): void {
  process.once('exit', (code) => {
    if (code === 0) process.exitCode = 1;
  });
}

/** A path relative to here when that is shorter to read. */
function readable(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}

function print(text: string, stream: NodeJS.WriteStream = process.stdout): void {
  stream.write(`${text}\n`);
}
