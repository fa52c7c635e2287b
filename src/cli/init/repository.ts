import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isRecord } from '../../is-record.ts';
import { git } from '../../source/git.ts';

/** Package managers that `init` writes commands for. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'yarn-classic' | 'bun';

/** The repository around the package that `init` runs in. */
export interface Repository {
  /** The package: where the configuration goes. */
  readonly root: string;
  /** Top of the git repository; the package itself outside of one. */
  readonly top: string;
  /** Folder of the lockfile: the package, or the root of its workspace. */
  readonly workspace: string;
  readonly manager: PackageManager;
  /** Name of the lockfile; undefined where there is none yet. */
  readonly lockfile?: string;
  /** package.json names the version of its package manager. */
  readonly pinsManager: boolean;
  /** package.json says `"type": "module"`. */
  readonly isModule: boolean;
  /** Packages that package.json asks for. */
  readonly dependencies: ReadonlySet<string>;
  /** Name of the Playwright configuration that is there. */
  readonly playwrightConfig?: string;
}

/** By lockfile; where several lie in one folder, the first decides. */
const LOCKFILES: ReadonlyArray<readonly [lockfile: string, manager: PackageManager]> = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['npm-shrinkwrap.json', 'npm'],
  ['package-lock.json', 'npm'],
];

const CONFIGS = ['ts', 'mts', 'js', 'mjs', 'cts', 'cjs'].map((extension) => `playwright.config.${extension}`);

/** Looks at the repository around a folder. */
export async function repositoryAt(folder: string): Promise<Repository> {
  const root = resolve(folder);
  const { code, stdout } = await git(root, ['rev-parse', '--show-toplevel']);
  const top = code === 0 ? resolve(stdout.trim()) : root;
  const manifest = readJson(join(root, 'package.json'));
  const found = upwards(root, top)
    .flatMap((each) => LOCKFILES.map(([lockfile, manager]) => ({ workspace: each, lockfile, manager })))
    .find(({ workspace, lockfile }) => existsSync(join(workspace, lockfile)));
  const manager = found?.manager ?? 'npm';
  const playwrightConfig = CONFIGS.find((name) => existsSync(join(root, name)));
  return {
    root,
    top,
    workspace: found?.workspace ?? root,
    manager: manager === 'yarn' && found && isClassic(join(found.workspace, found.lockfile)) ? 'yarn-classic' : manager,
    ...(found && { lockfile: found.lockfile }),
    pinsManager: upwards(root, top).some((each) => 'packageManager' in readJson(join(each, 'package.json'))),
    isModule: manifest['type'] === 'module',
    dependencies: new Set(
      ['dependencies', 'devDependencies'].flatMap((field) => {
        const asked = manifest[field];
        return isRecord(asked) ? Object.keys(asked) : [];
      }),
    ),
    ...(playwrightConfig !== undefined && { playwrightConfig }),
  };
}

/** A path relative to a folder, with `/`; `.` for the folder itself. */
export function inside(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/') || '.';
}

function upwards(folder: string, top: string): string[] {
  return folder === top || dirname(folder) === folder ? [folder] : [folder, ...upwards(dirname(folder), top)];
}

/** Yarn 2 and later write this key. */
function isClassic(lockfile: string): boolean {
  return !/^__metadata:/m.test(readFileSync(lockfile, 'utf8'));
}

function readJson(file: string): Record<string, unknown> {
  try {
    // npm, too, reads one with a byte order mark.
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
