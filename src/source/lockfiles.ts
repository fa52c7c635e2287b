import { access } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isRecord } from '../is-record.ts';
import { bunLock } from './lockfile/bun.ts';
import { installedFor } from './lockfile/graph.ts';
import type { LockedPackage, LockGraph } from './lockfile/graph.ts';
import { npmLock } from './lockfile/npm.ts';
import { pnpmLock } from './lockfile/pnpm.ts';
import { yarnLock } from './lockfile/yarn.ts';
import { readText } from './tree.ts';
import type { SourceTree } from './tree.ts';

export type { LockedPackage } from './lockfile/graph.ts';

/** Bytes of a lockfile that are read; those of large monorepos have a few megabytes. */
const MAX_LOCKFILE_BYTES = 64 * 1024 * 1024;

type Manifest = Readonly<Record<string, unknown>>;

/** Lockfiles that can be read, in the order in which they are looked for. */
const READERS: ReadonlyArray<readonly [name: string, read: (text: string, manifest: Manifest) => LockGraph]> = [
  ['pnpm-lock.yaml', pnpmLock],
  ['yarn.lock', yarnLock],
  ['bun.lock', bunLock],
  ['npm-shrinkwrap.json', npmLock],
  ['package-lock.json', npmLock],
];

/** What a lockfile installs for the project, or why that is unknown. */
export type Installed =
  | { readonly lockfile: string; readonly packages: readonly LockedPackage[] }
  | { readonly problem: string };

/** What the nearest lockfiles, from the project up to the root of its repository, install for the project. */
export async function installedPackages(tree: SourceTree): Promise<readonly Installed[]> {
  const manifest = await readManifest(tree);
  for (const folder of tree.upwards) {
    const importer = relative(folder, tree.root).split(sep).join('/') || '.';
    const found: Installed[] = [];
    for (const [name, read] of READERS) {
      const text = await readText(join(folder, name), MAX_LOCKFILE_BYTES);
      const lockfile = relative(tree.root, join(folder, name)).split(sep).join('/');
      if (text !== undefined) found.push(installed(lockfile, importer, () => read(text, manifest)));
    }
    if (found.length === 0 && (await exists(join(folder, 'bun.lockb'))))
      found.push({ problem: 'bun.lockb is binary: run bun install --save-text-lockfile and commit bun.lock' });
    if (found.length > 0) return found;
  }
  return [
    {
      problem: `no lockfile in ${tree.upwards.length === 1 ? tree.root : `${tree.root} and the folders above`}: commit the one of your package manager`,
    },
  ];
}

/** The nearest package.json, from the project up to the root of its repository; empty when there is none. */
export async function readManifest(tree: SourceTree): Promise<Manifest> {
  for (const folder of tree.upwards) {
    const text = await readText(join(folder, 'package.json'));
    if (text !== undefined) return parsed(text);
  }
  return {};
}

function parsed(text: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(text);
    return isRecord(manifest) ? manifest : {};
  } catch {
    return {};
  }
}

function installed(lockfile: string, importer: string, read: () => LockGraph): Installed {
  try {
    return { lockfile, packages: installedFor(read(), importer) };
  } catch (failure) {
    return { problem: `${lockfile} could not be read: ${(failure as Error).message}` };
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
