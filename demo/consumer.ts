import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReadinessOptions } from '../src/index.ts';
import type { Instance } from './demo.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');

/** What this process was told and a consumer's own run must not hear. */
const FOREIGN = /^(NODE_TEST_CONTEXT|CI|FORCE_COLOR|NO_COLOR|READINESS_|CLERK_)/;

/** How a run ended. */
export interface Run {
  readonly code: number | null;
  /** What it printed, on both streams. */
  readonly output: string;
}

/** A team's own Playwright project with the demo as its target, in a folder inside the repository. */
export class Consumer {
  readonly folder: string;
  readonly #instance: Instance;

  /** @param spec tests of the team; `test`, `expect` and the folder of the run are there */
  constructor(instance: Instance, options: Partial<ReadinessOptions>, spec: string, use: object = {}) {
    this.#instance = instance;
    const parent = join(ROOT, 'tests/.tmp');
    mkdirSync(parent, { recursive: true });
    this.folder = mkdtempSync(join(parent, 'consumer-'));
    const readiness: ReadinessOptions = {
      baseURL: instance.url,
      routes: {
        protected: [{ path: '/dashboard', contains: 'Your projects' }],
        signIn: '/sign-in',
        signUp: '/sign-up',
      },
      network: { ignoreHTTPSErrors: true },
      ...options,
    };
    writeFileSync(
      join(this.folder, 'playwright.config.ts'),
      `import { readinessProjects } from '../../../src/index.ts';
       const options = ${JSON.stringify(readiness)};
       if (options.session?.user?.password) options.session.user.password = process.env.TEST_USER_PASSWORD;
       const use = ${JSON.stringify(use)};
       const [checks] = readinessProjects(options);
       const ours = { ...checks, use: { ...checks.use, ...use } };
       export default {
         reporter: [['list'], ['json', { outputFile: 'results.json' }], ['html', { open: 'never', outputFolder: 'html' }], ['../../../src/report/reporter.ts']],
         outputDir: 'results',
         fullyParallel: true,
         projects: [ours, { ...ours, name: 'own', testDir: '.' }],
       };`,
    );
    writeFileSync(
      join(this.folder, 'own.spec.ts'),
      `import { appendFileSync, existsSync } from 'node:fs';
       import { setTimeout as delay } from 'node:timers/promises';
       import { expect, test } from '../../../src/index.ts';
       /** Waits until the test outside says so. */
       async function held() { while (!existsSync('go')) await delay(50); }
       ${spec}`,
    );
  }

  /** Starts Playwright as the leader of a process group, as a shell does; secrets are in the environment, the password of `session.user` too. */
  start(args: readonly string[] = []): { readonly child: ChildProcess; readonly done: Promise<Run> } {
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
    const child = spawn(process.execPath, [CLI, 'test', ...args], {
      cwd: this.folder,
      env: {
        ...clean,
        CLERK_SECRET_KEY: this.#instance.secretKey,
        CLERK_API_URL: this.#instance.backendApiUrl,
        TEST_USER_PASSWORD: this.#instance.user.password,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    return { child, done: new Promise((resolve) => child.once('close', (code) => resolve({ code, output }))) };
  }

  run(args: readonly string[] = []): Promise<Run> {
    return this.start(args).done;
  }

  /** Lets the tests go on that are held. */
  release(): void {
    writeFileSync(join(this.folder, 'go'), '');
  }

  /** Lines that tests appended to a file. */
  lines(name: string): string[] {
    try {
      return readFileSync(join(this.folder, name), 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  /** Every file that the run left, by its path in the folder. */
  files(): Map<string, Buffer> {
    const names = readdirSync(this.folder, { recursive: true, encoding: 'utf8' });
    const files = names.filter((name) => statSync(join(this.folder, name)).isFile());
    return new Map(files.map((name) => [name, readFileSync(join(this.folder, name))]));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
