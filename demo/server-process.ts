import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** A server in a process of its own. */
export interface ServerProcess {
  close(): Promise<void>;
}

export interface ServerProcessOptions {
  /** For messages. */
  readonly name: string;
  /** Path of the node that runs it; default: the one that runs this. */
  readonly node?: string;
  /** Arguments of node: the program and its own. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the server prints when it answers. */
  readonly ready: string;
}

/** Preloaded into the server: it ends when the demo's process is gone, however that ended. */
const EXIT_WITH_PARENT = 'data:text/javascript,process.on("disconnect",()=>process.exit())';

/** How long the server may take to say that it is ready. */
const START_TIMEOUT_MS = 60_000;

/** Servers wait for open connections after SIGTERM; nobody will use them any more. */
const STOP_GRACE_MS = 500;

/** Starts a production server. Its output is kept for the message of a failed start; `DEMO_VERBOSE` shows it. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const child = spawn(options.node ?? process.execPath, ['--import', EXIT_WITH_PARENT, ...options.args], {
    cwd: options.cwd,
    env: { ...inheritedEnvironment(), ...options.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const close = (): Promise<void> => stop(child);
  try {
    await ready(child, options);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

/** The shell's own Clerk settings must not reach the app. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/CLERK|^SENTRY_|^NODE_OPTIONS$|^PORT$/.test(name)),
  );
}

function ready(child: ChildProcess, { name, ready: sign }: ServerProcessOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string): void => reject(new Error(`${name} ${reason}:\n${output}`));
    const timer = setTimeout(() => fail('was not ready in time'), START_TIMEOUT_MS);
    let waiting = true;
    const read = (chunk: unknown): void => {
      if (process.env.DEMO_VERBOSE) process.stderr.write(String(chunk));
      if (!waiting) return;
      output += String(chunk);
      if (!output.includes(sign)) return;
      waiting = false;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with exit code ${code}`);
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    child.once('exit', () => {
      clearTimeout(kill);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
