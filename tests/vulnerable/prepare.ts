import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../demo/lock.ts';
import { CACHE_FOLDER } from '../../demo/paths.ts';
import { gently } from '../support/gently.ts';
import type { Release } from './releases.ts';

/** The one app that is built with each release. */
const APP = join(import.meta.dirname, 'app');

const FOLDER = join(CACHE_FOLDER, 'vulnerable');

/** Installs and builds the app with a release, unless that was done before. Gives the app's folder. */
export async function prepare(release: Release): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const folder = join(FOLDER, release.name);
  const stamp = join(folder, 'built');
  const wanted = hashOf(release);
  await withLock(join(FOLDER, 'prepare.lock'), async () => {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
    rmSync(folder, { recursive: true, force: true });
    cpSync(APP, folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest(release), null, 2));
    // These releases were warned of: their peers' ranges exclude each other by now.
    await gently(folder, 'npm', 'install', '--no-audit', '--no-fund', '--legacy-peer-deps');
    await gently(folder, process.execPath, 'node_modules/next/dist/bin/next', 'build');
    writeFileSync(stamp, wanted);
  });
  return folder;
}

function manifest({ name, dependencies, overrides }: Release): Record<string, unknown> {
  return { name: `vulnerable-${name.toLowerCase()}`, private: true, type: 'module', dependencies, overrides };
}

function hashOf(release: Release): string {
  const hash = createHash('sha256')
    .update(process.version)
    .update(JSON.stringify(manifest(release)));
  const files = readdirSync(APP, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(`\0${file.slice(APP.length)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
