import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../src/report/report.ts';
import type { ReadinessOptions } from '../src/index.ts';
import { Installation } from '../tests/package/support/consumer.ts';
import { timed, timedOk } from './process.ts';
import type { Timed } from './process.ts';

const PRELOAD = join(import.meta.dirname, 'record.mjs');
const LOOP = join(import.meta.dirname, 'loop.ts');
const ROOT = join(import.meta.dirname, '..');

/** The package as it is published, installed beside Playwright as a team has it. */
export class Team {
  readonly #installation = new Installation('bench', [
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefer-offline',
  ]);

  /** A Playwright project with nothing but an empty test. */
  async empty(): Promise<Project> {
    const { folder } = await this.#installation.project('empty', 'module', {
      'playwright.config.ts': "export default { testDir: '.', reporter: 'list' };",
      'empty.spec.ts': "import { test } from '@playwright/test';\ntest('nothing', () => {});",
    });
    return new Project(folder);
  }

  /**
   * A Playwright project with the pack.
   * @param auditLog file that the app writes a line to for each delivery it handled
   */
  async project(name: string, options: ReadinessOptions, auditLog?: string): Promise<Project> {
    const { folder } = await this.#installation.project(name, 'module', {
      'options.json': JSON.stringify(options),
      'playwright.config.ts': `
        import { existsSync, readFileSync } from 'node:fs';
        import { defineReadinessConfig } from 'clerk-readiness';
        const options = JSON.parse(readFileSync(new URL('options.json', import.meta.url), 'utf8'));
        const log = ${JSON.stringify(auditLog ?? '')};
        if (log !== '') options.webhook.effects = (id) =>
          existsSync(log) ? readFileSync(log, 'utf8').split('\\n').filter((line) => line.includes(id)).length : 0;
        export default defineReadinessConfig(options);`,
    });
    return new Project(folder);
  }

  /** Removes everything. */
  remove(): void {
    this.#installation.remove();
  }
}

/** A folder in which `npx playwright test` works. */
export class Project {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * `playwright test …`, without the second that npx takes to find it.
   * @throws Error with the output when anything fails: a wrong run is no measurement.
   */
  async run(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Timed> {
    return timedOk(this.#command(args), { cwd: this.folder, env });
  }

  /** The same, where failing checks are what is looked for. */
  async tryOut(args: readonly string[]): Promise<Timed> {
    return timed(this.#command(args), { cwd: this.folder });
  }

  #command(args: readonly string[]): string[] {
    return [join(this.folder, '../node_modules/@playwright/test/cli.js'), 'test', ...args];
  }

  /** The report of the last run. */
  report(): Report {
    return JSON.parse(readFileSync(join(this.folder, 'readiness-report/report.json'), 'utf8')) as Report;
  }

  /** Runs once and keeps every request that is sent; returns how many there are. */
  async record(args: readonly string[]): Promise<Recording> {
    const file = join(this.folder, 'requests.jsonl');
    rmSync(file, { force: true });
    writeFileSync(file, '');
    await this.run(args, { NODE_OPTIONS: `--import ${PRELOAD}`, BENCH_RECORD: file });
    const requests = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    if (requests < 2) throw new Error(`no requests were recorded in ${file}`);
    return { file, requests };
  }
}

/** Requests of a run. */
export interface Recording {
  readonly file: string;
  readonly requests: number;
}

/** Bounds that hold for a run and for the loop alike. */
export interface Bounds {
  readonly concurrency: number;
  readonly requestsPerSecond: number;
}

/** Milliseconds that a bare undici loop takes for the same requests. */
export async function bareLoop({ file }: Recording, { concurrency, requestsPerSecond }: Bounds): Promise<number> {
  const args = ['--import', 'tsx', LOOP, file, String(concurrency), String(requestsPerSecond)];
  const { output } = await timedOk(args, { cwd: ROOT });
  const ms = Number(output.trim());
  if (!(ms > 0)) throw new Error(`the bare loop failed: ${output}`);
  return ms;
}
