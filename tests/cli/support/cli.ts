import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Root of this repository. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Arguments of node that start the command from its source. */
export const CLI = ['--import', TSX, join(REPOSITORY, 'src/cli/main.ts')] as const;

/** What the machine, a CI or node:test set and what would change what is tested. */
const FOREIGN = /^(?:READINESS_|CLERK_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|CI$|FORCE_COLOR$|NO_COLOR$|npm_)/;

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how the command runs. */
export interface Place {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Source of the command; default: that of this repository. */
  readonly main?: string;
}

/** Runs `clerk-readiness …` to its end; a non-zero exit code is a result. */
export async function cli(args: readonly string[], place: Place = {}): Promise<Ended> {
  return start(args, place).done;
}

/** Starts `clerk-readiness …` and gives its process as well, for signals. */
export function start(args: readonly string[], place: Place = {}): { child: ChildProcess; done: Promise<Ended> } {
  const { cwd = folder(), env = {}, main = join(REPOSITORY, 'src/cli/main.ts') } = place;
  return run(process.execPath, ['--import', TSX, main, ...args], { cwd, env });
}

/** Runs any command, without what this process inherited. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, stdin = 'ignore' }: { cwd: string; env?: NodeJS.ProcessEnv; stdin?: 'ignore' | 'pipe' },
): { child: ChildProcess; done: Promise<Ended> } {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  const child = spawn(command, args, { cwd, env: { ...clean, ...env }, stdio: [stdin, 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return { child, done: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))) };
}

/** An empty folder, removed after the test file. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'clerk-readiness-cli-'));
  after(() => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
  return path;
}
