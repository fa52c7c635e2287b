import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { APP_FOLDER, CACHE_FOLDER } from './paths.ts';
import { run } from './run.ts';

/** Clerk's browser scripts, which its Frontend API hosts. Packed and not installed: they are served, never imported. */
const SCRIPTS = ['clerk-js@6.40.0', 'ui@1.34.0'] as const;

/** The folder of the unpacked scripts, one for each package and version. */
export const SCRIPTS_FOLDER = join(CACHE_FOLDER, 'clerk-scripts');

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

/**
 * Downloads Clerk's browser scripts when they are missing.
 * @param packages names with exact versions; default: those of the demo's own SDK
 */
export async function prepareScripts(
  say: (line: string) => void,
  packages: readonly string[] = SCRIPTS,
): Promise<void> {
  mkdirSync(SCRIPTS_FOLDER, { recursive: true });
  await withLock(PREPARE_LOCK, async () => {
    for (const each of packages) {
      if (existsSync(join(SCRIPTS_FOLDER, each))) continue;
      say(`demo: fetching ${each}`);
      await unpack(each);
    }
  });
}

/** Whether what npm installed is newer than what the lockfile asks for. */
function isInstalled(): boolean {
  const installed = join(APP_FOLDER, 'node_modules', '.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(APP_FOLDER, 'package-lock.json')).mtimeMs
  );
}

async function unpack(scripts: string): Promise<void> {
  const unfinished = join(SCRIPTS_FOLDER, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  await run('npm', ['pack', '--silent', '--pack-destination', unfinished, `@clerk/${scripts}`], { cwd: CACHE_FOLDER });
  const archive = join(unfinished, `clerk-${scripts.replace('@', '-')}.tgz`);
  await run('tar', ['xzf', archive, '-C', unfinished, '--strip-components=1'], { cwd: CACHE_FOLDER });
  rmSync(archive);
  renameSync(unfinished, join(SCRIPTS_FOLDER, scripts));
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
