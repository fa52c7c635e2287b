import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../demo/lock.ts';
import { CACHE_FOLDER } from '../../demo/paths.ts';
import { gently } from '../support/gently.ts';
import type { Framework } from './frameworks.ts';

const APPS = join(import.meta.dirname, 'apps');

/** What the apps share with the demo: everything in its Express app that does not know Express. */
const EXPRESS_APP = join(import.meta.dirname, '../../demo/express/app');
const SHARED = ['files.ts', 'operations.ts', 'policy.ts', 'projects.ts', 'public', 'settings.ts', 'views.ts'];

const FOLDER = join(CACHE_FOLDER, 'frameworks');

/** Installs the app of a framework as a project of its own, unless that was done before. Gives the project's folder. */
export async function prepare(framework: Framework): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const folder = join(FOLDER, framework.name);
  const manifest = JSON.stringify(
    { name: `${framework.name}-app`, private: true, type: 'module', dependencies: framework.dependencies },
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
    const sources = [
      join(APPS, framework.name),
      join(APPS, 'deployment.ts'),
      ...SHARED.map((name) => join(EXPRESS_APP, name)),
    ];
    await once(join(folder, 'node_modules', 'copied'), hashOf(sources, ''), async () => {
      for (const name of readdirSync(folder))
        if (!['node_modules', 'package.json', 'package-lock.json'].includes(name))
          rmSync(join(folder, name), { recursive: true });
      cpSync(join(APPS, framework.name), folder, { recursive: true });
      const shared = join(folder, 'shared');
      cpSync(join(APPS, 'deployment.ts'), join(shared, 'deployment.ts'));
      for (const name of SHARED) cpSync(join(EXPRESS_APP, name), join(shared, name), { recursive: true });
      writeFileSync(join(folder, '.gitignore'), 'node_modules/\ndist/\n.astro/\n.env*\n');
      if (framework.build) {
        // Where Astro looks for files that it serves as they are.
        cpSync(join(EXPRESS_APP, 'public'), join(folder, 'public'), { recursive: true });
        await gently(folder, process.execPath, ...framework.build);
      }
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
    source.endsWith('.ts')
      ? [source]
      : readdirSync(source, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .sort(),
  );
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}
