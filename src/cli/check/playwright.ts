import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { UsageError } from '../usage-error.ts';
import { scriptFile } from '../../package-files.ts';
import { ENVIRONMENT } from '../../config/resolve.ts';
import { CHECK_RUN } from '../../report/record.ts';
import type { ProgressMessage } from './progress-reporter.ts';

const CONFIG = scriptFile('src/cli/check.config');

/** Exit code of a run that a signal ended. */
export const INTERRUPTED = 130;

/**
 * Playwright's command line: of the copy that our specs import, because two copies do not run together.
 * @throws UsageError with the command that installs it.
 */
export function playwrightCli(): string {
  try {
    return createRequire(import.meta.url).resolve('@playwright/test/cli');
  } catch (failure) {
    throw new UsageError(
      'check needs Playwright: run "npm install --save-dev @playwright/test clerk-readiness", or without installing "npx -p @playwright/test -p clerk-readiness clerk-readiness check <url>"',
      { cause: failure },
    );
  }
}

/** How to run Playwright. */
export interface PlaywrightRun {
  readonly cli: string;
  readonly args: readonly string[];
  /** File with the options. */
  readonly runFile: string;
  /** Whether the keys of the environment may be used. */
  readonly withSecrets: boolean;
  /** Whether output is coloured. */
  readonly colours: boolean;
  /** Takes each line that Playwright prints. */
  readonly onLine: (line: string) => void;
  readonly onProgress: (progress: ProgressMessage) => void;
}

/** Runs Playwright with our configuration to its end; gives the exit code. A signal to us is passed on once. */
export async function runPlaywright(run: PlaywrightRun): Promise<number> {
  const onWindows = process.platform === 'win32';
  const child = spawn(process.execPath, [run.cli, 'test', '--config', CONFIG, ...run.args], {
    env: childEnv(run),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In a process group of its own, so that Ctrl-C reaches it once, through us: twice, and it ends without a report.
    detached: !onWindows,
  });
  let interrupted = false;
  const interrupt = (): void => {
    // On Windows Ctrl-C reaches it by itself, and a signal would end it on the spot, without a report.
    if (!interrupted && !onWindows) child.kill('SIGINT');
    interrupted = true;
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  child.on('message', (message) => run.onProgress(message as ProgressMessage));
  const lines = [child.stdout, child.stderr].map(async (stream) => {
    if (stream) for await (const line of createInterface({ input: stream })) run.onLine(line);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? 1));
  });
  await Promise.all(lines);
  for (const signal of SIGNALS) process.off(signal, interrupt);
  return interrupted ? INTERRUPTED : code;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function childEnv({ runFile, withSecrets, colours }: PlaywrightRun): NodeJS.ProcessEnv {
  const { baseURL: _, ...secrets } = ENVIRONMENT;
  const hidden = new Set<string>([
    ENVIRONMENT.baseURL,
    ...(withSecrets ? [] : Object.values(secrets)),
    // Playwright sets FORCE_COLOR in its workers, and from Node 22 on each then complains of the other one.
    'NO_COLOR',
  ]);
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.has(name)));
  return { ...inherited, [CHECK_RUN]: runFile, FORCE_COLOR: colours ? '1' : '0' };
}
