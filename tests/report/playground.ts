import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../src/report/report.ts';
import { CATALOG } from '../../src/catalog.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'node_modules/@playwright/test/cli.js');

/** What node:test, a CI or a user set for this process and what would change what Playwright does. */
const FOREIGN = new Set([
  'NODE_TEST_CONTEXT',
  'CI',
  'FORCE_COLOR',
  'NO_COLOR',
  'READINESS_BASE_URL',
  'GITHUB_ACTIONS',
  'GITHUB_STEP_SUMMARY',
  'GITHUB_WORKSPACE',
]);

/** How a Playwright process ended. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a Playwright configuration of its own, inside the repository so that packages resolve. */
export class Playground {
  readonly dir: string;

  constructor(t: TestContext, files: Readonly<Record<string, string>>) {
    const parent = join(ROOT, 'tests/.tmp');
    mkdirSync(parent, { recursive: true });
    this.dir = mkdtempSync(join(parent, 'report-'));
    t.after(() => rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 }));
    for (const [name, text] of Object.entries({ ...SHARED, ...files })) this.write(name, text);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.dir, name), text);
  }

  /** Starts Playwright and gives its process as well, for signals. */
  start(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): { child: ChildProcess; done: Promise<Run> } {
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.has(name)));
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.dir,
      env: { ...clean, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return { child, done: new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr }))) };
  }

  run(args: readonly string[] = ['test'], env: Readonly<Record<string, string>> = {}): Promise<Run> {
    return this.start(args, env).done;
  }

  has(path = 'readiness-report/report.json'): boolean {
    return existsSync(join(this.dir, path));
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  report(path = 'readiness-report/report.json'): Report {
    return JSON.parse(this.read(path)) as Report;
  }
}

/** A server that any visitor may see. */
export async function site(t: TestContext): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>site</title><script src="/_next/static/a.js"></script>hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Our projects, with the specs of the playground in place of the shipped ones. */
export function config(options: Readonly<Record<string, unknown>>, rest = ''): string {
  return `
    import { defineConfig } from '@playwright/test';
    import { local } from './local.ts';
    export default defineConfig({ testDir: '.', projects: local(${JSON.stringify(options)}), reporter: [['../../../src/report/reporter.ts']], ${rest} });`;
}

const SHARED = {
  'package.json': '{ "type": "module" }',
  'local.ts': `
    import { readinessProjects } from '../../../src/index.ts';
    export const local = (options: Record<string, unknown>) =>
      readinessProjects({ profile: 'staging', ...options }).map((project) => ({ ...project, testDir: import.meta.dirname }));`,
  'crafted.ts': `
    import { test } from '@playwright/test';
    import { catalogEntry, areaOf } from '../../../src/catalog.ts';
    import { CHECK_ATTACHMENT } from '../../../src/report/record.ts';
    export const details = (id: string) => ({ tag: ['@' + areaOf(id)], annotation: { type: 'check', description: id } });
    export const result = (id: string, over = {}) => {
      const { title, row, severity } = catalogEntry(id) ?? { title: id, row: '(own)', severity: 'high' };
      return { id, title, row, area: areaOf(id), severity, status: 'pass', reason: 'proven', durationMs: 1, requests: 2, findings: [], ...over };
    };
    export const record = (id: string, over = {}) =>
      test.info().attach(CHECK_ATTACHMENT, { body: JSON.stringify(result(id, over)), contentType: 'application/json' });
    export const finding = { level: 'error', subject: '/page', message: 'came back wrong', expected: 'right', cause: 'a cause', fix: 'a fix' };
    export const error = (id: string) => record(id, { status: 'fail', reason: '/page: came back wrong', findings: [finding] });`,
};

/** A spec in which every check of the catalogue passes, but for what `except` says in code, by id. */
export function wholeSpec(except: Readonly<Record<string, string>> = {}): string {
  const tests = CATALOG.map(
    ({ id }) =>
      `test(${JSON.stringify(`test of ${id}`)}, details('${id}'), async ({}, testInfo) => { ${except[id] ?? `await record('${id}');`} });`,
  );
  return [
    "import { test } from '@playwright/test';",
    "import { test as ours } from '../../../fixtures/index.ts';",
    "import { details, error, record, finding } from './crafted.ts';",
    "ours('the target is reachable and is the app', ({ target }) => target.assertAnswering());",
    ...tests,
  ].join('\n');
}

/** Code of a test that records a failure and fails. */
export function failing(id: string): string {
  return `await error('${id}'); throw new Error('failed');`;
}
