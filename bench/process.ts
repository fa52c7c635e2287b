import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** How a Node.js program ended. */
export interface Timed {
  readonly ms: number;
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
  readonly memory: Memory;
}

/** Peaks of resident memory in megabytes; 0 where there is no `/proc`. */
export interface Memory {
  /** Of the largest process that the program started. */
  readonly child: number;
  /** Of all processes together, at one moment. Pages that they share count for each of them. */
  readonly tree: number;
}

/** How a program is run. */
export interface TimedOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a shell or a CI was told and a measured run must not hear. */
const FOREIGN = /^(READINESS_|CLERK_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|CI$|GITHUB_|FORCE_COLOR$|npm_)/;

/** How often memory is looked at. The kernel keeps the peak of each process, so only the last moments can be missed. */
const SAMPLE_MS = 50;

/** Runs `node …` and measures it from start to end. */
export async function timed(args: readonly string[], { cwd, env = {} }: TimedOptions): Promise<Timed> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...inherited, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const memory = { child: 0, tree: 0 };
  const sampler = setInterval(() => sample(child.pid ?? 0, memory), SAMPLE_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { ms: performance.now() - started, code, output, memory };
  } finally {
    clearInterval(sampler);
  }
}

/**
 * The same for a program that must succeed.
 * @throws Error with its output when it does not.
 */
export async function timedOk(args: readonly string[], options: TimedOptions): Promise<Timed> {
  const result = await timed(args, options);
  if (result.code === 0) return result;
  throw new Error(`node ${args.join(' ')} ended with ${result.code} in ${options.cwd}:\n${result.output}`);
}

function sample(pid: number, memory: { child: number; tree: number }): void {
  const processes = [pid, ...descendants(pid)].map((each) => ({ pid: each, ...residentOf(each) }));
  memory.tree = Math.max(
    memory.tree,
    processes.reduce((sum, { now }) => sum + now, 0),
  );
  memory.child = Math.max(memory.child, ...processes.filter((each) => each.pid !== pid).map(({ peak }) => peak));
}

function descendants(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function residentOf(pid: number): { now: number; peak: number } {
  const status = read(`/proc/${pid}/status`);
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
}

/** Empty when the process has just ended, or where there is no `/proc`. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
