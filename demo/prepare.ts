import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { APP_FOLDER, CACHE_FOLDER } from './paths.ts';
import { run } from './run.ts';

/** Clerk's browser scripts, which its Frontend API hosts. Packed and not installed: they are served, never imported. */
const SCRIPTS = { 'clerk-js': '6.40.0', ui: '1.34.0' } as const;

/** Where `prepare` puts the unpacked scripts. */
export const SCRIPTS_FOLDER = join(CACHE_FOLDER, `clerk-scripts-${SCRIPTS['clerk-js']}-${SCRIPTS.ui}`);

const PREPARE_LOCK = join(CACHE_FOLDER, 'prepare.lock');

const STAMP = join(APP_FOLDER, '.next', 'demo-stamp');

/** Folders and files of the app that are not its sources. */
const GENERATED = new Set(['node_modules', '.next', 'next-env.d.ts', 'tsconfig.tsbuildinfo']);

/** Installs, downloads and builds what is missing or out of date. Says so, because it takes a while. */
export async function prepare(say: (line: string) => void): Promise<void> {
  await prepareScripts(say);
  await withLock(PREPARE_LOCK, async () => {
    if (!isInstalled()) {
      say('demo: installing the app');
      await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: APP_FOLDER });
    }
    const stamp = sourceHash();
    if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return;
    say('demo: building the app');
    await run(process.execPath, [join(APP_FOLDER, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: APP_FOLDER,
      env: buildEnvironment(),
    });
    writeFileSync(STAMP, stamp);
  });
}

/** Downloads Clerk's browser scripts when they are missing. */
export async function prepareScripts(say: (line: string) => void): Promise<void> {
  mkdirSync(CACHE_FOLDER, { recursive: true });
  await withLock(PREPARE_LOCK, async () => {
    if (existsSync(SCRIPTS_FOLDER)) return;
    say('demo: fetching clerk-js and ui');
    await packScripts();
  });
}

/** Whether what npm installed is newer than what the lockfile asks for. */
function isInstalled(): boolean {
  const installed = join(APP_FOLDER, 'node_modules', '.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(APP_FOLDER, 'package-lock.json')).mtimeMs
  );
}

async function packScripts(): Promise<void> {
  const unfinished = `${SCRIPTS_FOLDER}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const [name, version] of Object.entries(SCRIPTS)) {
    const folder = join(unfinished, name);
    mkdirSync(folder, { recursive: true });
    await run('npm', ['pack', '--silent', '--pack-destination', unfinished, `@clerk/${name}@${version}`], {
      cwd: CACHE_FOLDER,
    });
    await run('tar', ['xzf', join(unfinished, `clerk-${name}-${version}.tgz`), '-C', folder, '--strip-components=1'], {
      cwd: CACHE_FOLDER,
    });
    rmSync(join(unfinished, `clerk-${name}-${version}.tgz`));
  }
  renameSync(unfinished, SCRIPTS_FOLDER);
}

/** No settings of an instance: one build serves both kinds. */
function buildEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/CLERK|^NODE_OPTIONS$/.test(name));
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
}

function sourceHash(): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of sourceFiles('')) hash.update(`\0${file}\0`).update(readFileSync(join(APP_FOLDER, file)));
  return hash.digest('hex');
}

function sourceFiles(folder: string): string[] {
  const entries = readdirSync(join(APP_FOLDER, folder), { withFileTypes: true }).filter(
    ({ name }) => folder !== '' || !GENERATED.has(name),
  );
  return entries
    .flatMap((entry) => (entry.isDirectory() ? sourceFiles(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}
