import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packed } from './pack.ts';

const require = createRequire(import.meta.url);

/** Exit code and output of a command. */
export interface Ended {
  readonly code: number;
  /** Standard output and standard error, in the order in which they came, without colours. */
  readonly output: string;
}

const COMMAND_LIMIT_MS = 300_000;
const WITHOUT_OURS = /^(READINESS_|CLERK_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|FORCE_COLOR$|npm_)/;

/** Runs a command to its end; a non-zero exit code is a result, not an error. */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !WITHOUT_OURS.test(name)));
  const child = spawn(command, args, {
    cwd,
    env: { ...inherited, NO_COLOR: '1', CI: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_LIMIT_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/** A folder outside the repository into which the tarball is installed, with a folder for each project in it. */
export class Installation {
  readonly root: string;
  #ready: Promise<void>;

  /**
   * @param install the command of a package manager; the packages are in the manifest
   * @param others packages that are installed as well, by name
   */
  constructor(
    name: string,
    install: readonly [command: string, ...args: string[]],
    playwright = versionOf('@playwright/test'),
    others: Readonly<Record<string, string>> = {},
  ) {
    this.root = mkdtempSync(join(tmpdir(), `readiness-${name}-`));
    this.#ready = this.#install(install, playwright, others);
    // Whoever asks for a project is told; without a project nobody is.
    this.#ready.catch(() => {});
  }

  /** A project in a folder of its own; modules are found in the installation above it. */
  async project(name: string, type: 'module' | 'commonjs', files: Readonly<Record<string, string>>): Promise<Consumer> {
    await this.#ready;
    const folder = join(this.root, name);
    const manifest = { name, private: true, ...(type === 'module' && { type }) };
    for (const [path, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return new Consumer(folder);
  }

  /** Removes everything. */
  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }

  async #install(
    [command, ...args]: readonly [string, ...string[]],
    playwright: string,
    others: Readonly<Record<string, string>>,
  ): Promise<void> {
    const devDependencies = {
      '@playwright/test': playwright,
      '@types/node': versionOf('@types/node'),
      'clerk-readiness': `file:${(await packed).path}`,
      ...others,
    };
    writeFileSync(
      join(this.root, 'package.json'),
      JSON.stringify({ name: 'consumers', private: true, devDependencies }),
    );
    const { code, output } = await run(command, args, this.root);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  }
}

/** A project that uses the package. */
export class Consumer {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** `npx playwright test …`. */
  async npxPlaywright(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return run('npx', ['--no-install', 'playwright', 'test', ...args], this.folder, env);
  }

  /** The same without the second that npx takes to find it. */
  async playwright(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const cli = join(this.folder, '../node_modules/@playwright/test/cli.js');
    return run(process.execPath, [cli, 'test', ...args], this.folder, env);
  }

  /** `node …`. */
  async node(...args: string[]): Promise<Ended> {
    return run(process.execPath, args, this.folder);
  }

  /** Type-checks with the compiler of this repository and the packages of the consumer. */
  async types(): Promise<Ended> {
    return this.node(join(dirname(require.resolve('typescript/package.json')), 'bin/tsc'), '--noEmit', '-p', '.');
  }

  /** A JSON file of the project. */
  json<T>(path: string): T {
    return JSON.parse(readFileSync(join(this.folder, path), 'utf8')) as T;
  }
}

/** The release of a package that this repository has. */
export function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}
