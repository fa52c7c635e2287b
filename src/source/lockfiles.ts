import { access } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isRecord } from '../is-record.ts';
import { bunLock } from './lockfile/bun.ts';
import { installedFor } from './lockfile/graph.ts';
import type { LockedPackage, LockGraph, Manifest } from './lockfile/graph.ts';
import { dependencyNames, npmLock } from './lockfile/npm.ts';
import { pnpmLock } from './lockfile/pnpm.ts';
import { yarnLock } from './lockfile/yarn.ts';
import { readText, SourceTree } from './tree.ts';

export type { LockedPackage } from './lockfile/graph.ts';

/** Bytes of a lockfile that are read; those of large monorepos have a few megabytes. */
const MAX_LOCKFILE_BYTES = 64 * 1024 * 1024;

/** Files of code in which packages are looked for; of a larger tree it cannot be told. */
const MAX_CODE_FILES = 5_000;

/** Names of packages in quotes, as imports and settings have them. */
const NAMED = /["'`]((?:@[^/"'`\s]+\/)?[^/"'`\s]+)(?=["'`/])/g;

/** Lockfiles that can be read, in the order in which they are looked for. */
const READERS: ReadonlyArray<
  readonly [name: string, read: (text: string, manifest: Manifest, all: ReadonlyMap<string, Manifest>) => LockGraph]
> = [
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
  const tools = await toolsOf(tree, manifest);
  for (const folder of tree.upwards) {
    const importer = relative(folder, tree.root).split(sep).join('/') || '.';
    const found: Installed[] = [];
    for (const [name, read] of READERS) {
      const text = await readText(join(folder, name), MAX_LOCKFILE_BYTES);
      const lockfile = relative(tree.root, join(folder, name)).split(sep).join('/');
      if (text === undefined) continue;
      // Yarn 1 names no package of the repository.
      const all = read === yarnLock ? await manifestsIn(folder) : new Map<string, Manifest>();
      found.push(installed(lockfile, () => installedFor(read(text, manifest, all), importer, tools)));
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

/** Manifests in a folder by the name of their package. */
async function manifestsIn(folder: string): Promise<Map<string, Manifest>> {
  const source = await SourceTree.open(folder);
  if ('problem' in source) return new Map();
  const { tree } = source;
  const paths = tree.files.filter((path) => /(?:^|\/)package\.json$/.test(path));
  const manifests = await Promise.all(paths.map(async (path) => parsed((await tree.read(path)) ?? '')));
  return new Map(manifests.map((each) => [String(each['name']), each]));
}

/** What the project has for development and no code of it names: it runs on the way to a build, and is in none. */
async function toolsOf(tree: SourceTree, manifest: Manifest): Promise<ReadonlySet<string>> {
  const code = tree.files.filter((path) => /\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx)$/.test(path));
  const shipped = dependencyNames(manifest, false);
  const tools = new Set(
    tree.has('package.json') && code.length <= MAX_CODE_FILES
      ? dependencyNames(manifest, true).filter((name) => !shipped.includes(name) && !/clerk|^next$/.test(name))
      : [],
  );
  for (const path of tools.size > 0 ? code : [])
    for (const [, name = ''] of ((await tree.read(path)) ?? '').matchAll(NAMED)) tools.delete(name);
  return tools;
}

function installed(lockfile: string, read: () => LockedPackage[]): Installed {
  try {
    return { lockfile, packages: read() };
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
