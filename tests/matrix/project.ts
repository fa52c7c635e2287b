import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { APP_FOLDER } from '../../demo/paths.ts';

const run = promisify(execFile);

/** What a build leaves, and git ignores. */
const GENERATED = new Set(['node_modules', '.next', 'next-env.d.ts', 'tsconfig.tsbuildinfo']);

/** A copy of the demo's app in a git repository of its own, everything committed; whoever asked removes it. */
export async function copyProject(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'clerk-readiness-project-'));
  await cp(APP_FOLDER, root, { recursive: true, filter: (path) => !GENERATED.has(basename(path)) });
  // The repository around the app has rules for it too.
  await appendFile(join(root, '.gitignore'), await readFile(join(APP_FOLDER, '..', '..', '.gitignore')));
  const git = (...args: string[]) => run('git', args, { cwd: root });
  await git('init', '--quiet');
  await git('add', '--all');
  await git('-c', 'user.name=demo', '-c', 'user.email=demo@example.com', 'commit', '--quiet', '--message', 'demo');
  return root;
}
