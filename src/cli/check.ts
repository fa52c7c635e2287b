import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { resolveOptions } from '../config/resolve.ts';
import type { Readiness } from '../config/options.ts';
import { painter } from '../report/console.ts';
import { printable } from '../report/printable.ts';
import { Progress } from '../report/progress.ts';
import { buildReport } from '../report/report.ts';
import type { Report } from '../report/report.ts';
import { jsonText } from '../report/json-text.ts';
import { REPORT_FILE, unwritable, writeReport } from '../report/write.ts';
import { TargetError } from '../target/reachable.ts';
import { Target } from '../target/target.ts';
import { TOOL } from '../target/user-agent.ts';
import { find } from './check/find.ts';
import { checkFlags } from './check/flags.ts';
import type { CheckFlags } from './check/flags.ts';
import { renderFound } from './check/found.ts';
import type { Found } from './check/found.ts';
import { renderMore } from './check/more.ts';
import { runOptions } from './check/options.ts';
import type { CheckRun } from './check/options.ts';
import { playwrightCli, runPlaywright } from './check/playwright.ts';
import { UsageError } from './usage-error.ts';

export { usage } from './check/flags.ts';

const DEFAULT_REPORT_DIR = 'readiness-report';

/** Checks a target by its URL. */
export async function run(args: readonly string[]): Promise<number> {
  const flags = checkFlags(args, process.env);
  if (flags.compare !== undefined && flags.compare !== 'last' && !existsSync(flags.compare))
    throw new UsageError(`--compare names ${flags.compare}, but there is no such file`);
  const { project } = flags.options;
  if (project && !existsSync(project.root))
    throw new UsageError(`--project names ${project.root}, but there is no such folder`);
  const readiness = resolveOptions(flags.options, flags.withSecrets ? process.env : {});
  return new Check(flags, readiness, playwrightCli()).run();
}

class Check {
  readonly #flags: CheckFlags;
  readonly #readiness: Readiness;
  readonly #cli: string;
  /** Where everything but `--json` goes. */
  readonly #out: NodeJS.WriteStream;
  readonly #progress: Progress;
  readonly #reportDir: string;
  readonly #startedAt = new Date();

  constructor(flags: CheckFlags, readiness: Readiness, cli: string) {
    this.#flags = flags;
    this.#readiness = readiness;
    this.#cli = cli;
    this.#out = flags.json ? process.stderr : process.stdout;
    this.#progress = new Progress(this.#out.isTTY && !process.env['CI'] ? this.#out : undefined);
    this.#reportDir = resolve(flags.options.report?.dir ?? DEFAULT_REPORT_DIR);
  }

  async run(): Promise<number> {
    const found = await this.#find();
    if (found === undefined) return 1;
    this.#print(renderFound(found));
    const browser = await this.#browser();
    const { code, held } = await this.#check(found, browser);
    const report = this.#report();
    if (report) this.#print(this.#more(report));
    else if (held.length === 0)
      this.#print('clerk-readiness: Playwright ended without a report; its messages stand above.');
    for (const line of held) this.#print(line);
    if (report && this.#flags.json) process.stdout.write(jsonText(report));
    return code === 0 && !report ? 1 : code;
  }

  /** What the target has; undefined when it cannot be judged at all, which is then said and reported. */
  async #find(): Promise<Found | undefined> {
    this.#progress.show(`  Looking at ${this.#readiness.baseURL ?? ''} …`);
    try {
      const target = await Target.connect(this.#readiness);
      try {
        const { webhook, health } = this.#flags.options;
        const found = await find(target, this.#readiness, {
          webhook: webhook !== undefined,
          health: health !== undefined,
        });
        this.#progress.clear();
        if (this.#flags.verbose) this.#print(`Search: ${target.requests} requests`);
        return found;
      } finally {
        await target.close();
      }
    } catch (failure) {
      this.#progress.clear();
      if (!(failure instanceof TargetError)) throw failure;
      this.#abort(failure.message);
      return undefined;
    }
  }

  /** A report of an earlier run must not stay behind. */
  #abort(aborted: string): void {
    const {
      name,
      baseURL,
      profile,
      mode,
      report: { formats },
    } = this.#readiness;
    const report = buildReport({
      tool: TOOL,
      target: { name, baseURL, profile, mode },
      startedAt: this.#startedAt,
      durationMs: Date.now() - this.#startedAt.valueOf(),
      connectRequests: 0,
      checks: [],
      run: { status: 'finished', aborted, errors: [] },
    });
    try {
      this.#print(`Report: ${writeReport(this.#reportDir, report, formats)[0]}\n`);
    } catch (failure) {
      this.#print(`clerk-readiness: ${unwritable(this.#reportDir, failure)}\n`);
    }
    const paint = painter(this.#out, process.env);
    this.#print(`Result: ${paint('red', `NOT READY: ${printable(aborted)}`)}`);
    if (this.#flags.json) process.stdout.write(jsonText(report));
  }

  /** Whether browser checks run. */
  async #browser(): Promise<boolean> {
    if (!this.#flags.browser) return false;
    // Not above: it loads Playwright, and without that there is a message of its own.
    const { browserExecutable, missingBrowser } = await import('../config/browser.ts');
    const missing = missingBrowser(browserExecutable());
    if (missing !== undefined)
      this.#print(`\nChecks that need a browser are left out, so they are not verified. ${missing}`);
    return missing === undefined;
  }

  /** Runs the checks; holds the lines from the result on back, for the end. */
  async #check(found: Found, browser: boolean): Promise<{ code: number; held: string[] }> {
    const { grep, workers, withSecrets, verbose } = this.#flags;
    const folder = mkdtempSync(join(tmpdir(), 'clerk-readiness-check-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    process.once('exit', remove);
    const held: string[] = [];
    try {
      const runFile = join(folder, 'run.json');
      const run: CheckRun = {
        options: runOptions(this.#flags, found, this.#reportDir),
        declaredPublic: this.#flags.options.routes?.public ?? ['/'],
        outputDir: join(folder, 'test-results'),
      };
      // Only for the owner: headers may be secrets.
      writeFileSync(runFile, JSON.stringify(run), { mode: 0o600 });
      const args = [
        ...(grep === undefined ? [] : ['--grep', grep]),
        ...(browser ? [] : ['--grep-invert', '@browser']),
        ...(workers === undefined ? [] : ['--workers', workers]),
      ];
      if (verbose) this.#print(`Playwright: ${this.#cli} test ${args.join(' ')}`);
      const paint = painter(this.#out, process.env);
      const code = await runPlaywright({
        cli: this.#cli,
        args,
        runFile,
        withSecrets,
        colours: paint('red', 'x') !== 'x',
        onLine: (line) => {
          this.#progress.clear();
          if (held.length > 0 || stripVTControlCharacters(line).startsWith('Result: ')) held.push(line);
          else this.#print(line);
        },
        onProgress: ({ done, total, title }) => this.#progress.show(`  ${done}/${total} ${title}`),
      });
      this.#progress.clear();
      return { code, held };
    } finally {
      process.off('exit', remove);
      remove();
    }
  }

  /** The report of this run; undefined when it wrote none. */
  #report(): Report | undefined {
    const path = join(this.#reportDir, REPORT_FILE);
    if (!existsSync(path)) return undefined;
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    return Date.parse(report.startedAt) >= this.#startedAt.valueOf() ? report : undefined;
  }

  #more(report: Report): string {
    // Where the user chose some checks, the others wait for nothing.
    const chosen =
      this.#flags.grep === undefined
        ? report.checks
        : report.checks.filter(({ reason }) => !reason.startsWith('not selected'));
    return `${renderMore(chosen)}\n`;
  }

  #print(text: string): void {
    this.#out.write(`${text}\n`);
  }
}
