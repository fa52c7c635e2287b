import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { APP_FOLDER } from './paths.ts';

export interface NextServer {
  close(): Promise<void>;
}

/** Preloaded into the server: it ends when the demo's process is gone, however that ended. */
const EXIT_WITH_PARENT = 'data:text/javascript,process.on("disconnect",()=>process.exit())';

/** How long the server may take to say that it is ready. */
const START_TIMEOUT_MS = 60_000;

/** `next start` waits for open connections after SIGTERM; nobody will use them any more. */
const STOP_GRACE_MS = 500;

/** Starts the production build. Listens on localhost, because Next.js takes an IP address for another site than its own. */
export async function startNext(port: number, env: Readonly<Record<string, string>>): Promise<NextServer> {
  const next = join(APP_FOLDER, 'node_modules/next/dist/bin/next');
  const child = spawn(
    process.execPath,
    ['--import', EXIT_WITH_PARENT, next, 'start', '-H', 'localhost', '-p', String(port), '--keepAliveTimeout', '70000'],
    {
      cwd: APP_FOLDER,
      env: { ...inheritedEnvironment(), ...env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  const close = (): Promise<void> => stop(child);
  try {
    await ready(child);
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

/** The shell's own Clerk settings must not reach the app. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/CLERK|^NODE_OPTIONS$|^PORT$/.test(name)));
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string): void => reject(new Error(`next start ${reason}:\n${output}`));
    const timer = setTimeout(() => fail('was not ready in time'), START_TIMEOUT_MS);
    const read = (chunk: unknown): void => {
      output += String(chunk);
      if (process.env.DEMO_VERBOSE) process.stderr.write(String(chunk));
      if (!output.includes('Ready in')) return;
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
