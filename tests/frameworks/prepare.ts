import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../demo/lock.ts';
import { APP_FOLDER, CACHE_FOLDER } from '../../demo/paths.ts';
import { gently } from '../support/gently.ts';
import type { Framework } from './frameworks.ts';

const APPS = join(import.meta.dirname, 'apps');

/** The apps of the demos, of which the others take what knows nothing of the framework. */
const DEMO_APPS = { Express: join(import.meta.dirname, '../../demo/express/app'), 'Next.js': APP_FOLDER } as const;

const FOLDER = join(CACHE_FOLDER, 'frameworks');

/** The package that holds a release of Node.js. */
const NODE = `node-${process.platform}-${process.arch}`;

/** Path of the node that builds and runs the app of a framework, in its project. */
export function nodeOf({ node }: Framework, folder: string): string {
  return node === undefined ? process.execPath : join(folder, 'node_modules', NODE, 'bin', 'node');
}

/** Installs the app of a framework as a project of its own, unless that was done before. Gives the project's folder. */
export async function prepare(framework: Framework): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const folder = join(FOLDER, framework.name);
  const dependencies = { ...framework.dependencies, ...(framework.node !== undefined && { [NODE]: framework.node }) };
  const manifest = JSON.stringify(
    { name: `${framework.name}-app`, private: true, type: 'module', dependencies },
    null,
    2,
  );
  await withLock(join(FOLDER, 'prepare.lock'), async () => {
    await once(join(folder, 'node_modules', 'installed'), hashOf([], manifest), async () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder);
      writeFileSync(join(folder, 'package.json'), manifest);
      await gently(folder, 'npm', 'install', '--no-audit', '--no-fund');
    });
    const app = DEMO_APPS[framework.demo];
    const parts = framework.parts.flatMap(({ names, to }) =>
      names.map((name) => ({ from: join(app, name), to: join(folder, to, name) })),
    );
    if (framework.demo === 'Express')
      for (const name of readdirSync(join(APPS, 'shared')))
        parts.push({ from: join(APPS, 'shared', name), to: join(folder, 'shared', name) });
    parts.push({ from: join(APPS, framework.app ?? framework.name), to: folder });
    const sources = parts.map(({ from }) => from);
    await once(join(folder, 'node_modules', 'copied'), hashOf(sources, ''), async () => {
      for (const name of readdirSync(folder))
        if (!['node_modules', 'package.json', 'package-lock.json'].includes(name))
          rmSync(join(folder, name), { recursive: true });
      for (const { from, to } of parts) cpSync(from, to, { recursive: true });
      writeFileSync(
        join(folder, '.gitignore'),
        'node_modules/\nbuild/\ndist/\n.astro/\n.svelte-kit/\n.nuxt/\n.output/\n.next/\n.env*\n',
      );
      if (framework.build) await gently(folder, nodeOf(framework, folder), ...framework.build);
      await gently(folder, 'git', 'init', '--quiet');
      await gently(folder, 'git', 'add', '--all');
    });
  });
  return folder;
}

/** Does the work unless the file says that it was done for the same. */
async function once(stamp: string, wanted: string, work: () => Promise<void>): Promise<void> {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  await work();
  writeFileSync(stamp, wanted);
}

function hashOf(sources: readonly string[], text: string): string {
  const hash = createHash('sha256').update(process.version).update(text);
  const files = sources.flatMap((source) =>
    statSync(source).isFile()
      ? [source]
      : readdirSync(source, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort(),
  );
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
