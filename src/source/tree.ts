import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Readiness } from '../config/options.ts';
import { git, nulSeparated } from './git.ts';

/** Bytes above which a file is data and no source. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Folders that a build or an installation leaves; left out where git does not say so. */
const GENERATED = new Set([
  'node_modules',
  '.git',
  '.next',
  '.nuxt',
  '.output',
  '.astro',
  '.vercel',
  'dist',
  'build',
  'out',
  'coverage',
]);

/** The source of the app, or why it cannot be read. */
export type Source = { readonly tree: SourceTree } | { readonly problem: string };

/** The files of the project; read-only. Paths are relative to the root, with `/`. */
export class SourceTree {
  /** Absolute path of `project.root`, symbolic links resolved. */
  readonly root: string;
  /** Absolute path of the repository's root; undefined outside of a repository. */
  readonly repository: string | undefined;
  /** Why git could not be asked; undefined when it could. */
  readonly gitProblem: string | undefined;
  /** Files that are there and are tracked, or neither tracked nor ignored. */
  readonly files: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #texts = new Map<string, Promise<string | undefined>>();

  static readonly #open = new Map<string, Promise<Source>>();

  private constructor(parts: Pick<SourceTree, 'root' | 'repository' | 'gitProblem' | 'files'>) {
    this.root = parts.root;
    this.repository = parts.repository;
    this.gitProblem = parts.gitProblem;
    this.files = parts.files;
    this.#known = new Set(parts.files);
  }

  /** Opens the tree of the options, listed once for all checks. */
  static async of({ project }: Pick<Readiness, 'project'>): Promise<Source> {
    if (!project) return { problem: 'set project.root to the folder of the app’s source' };
    return SourceTree.open(project.root);
  }

  /** Opens the tree at a folder, relative to the working directory; listed once. */
  static async open(folder: string): Promise<Source> {
    const given = resolve(folder);
    // Git names its root without links, and so are paths compared with it.
    const root = await realpath(given).catch(() => given);
    const known = SourceTree.#open.get(root);
    if (known) return known;
    const opening = SourceTree.#list(root);
    SourceTree.#open.set(root, opening);
    return opening;
  }

  static async #list(root: string): Promise<Source> {
    const folder = await stat(root).catch(() => undefined);
    if (folder?.isDirectory() !== true)
      return {
        problem: `project.root is ${root}, which is no folder: correct it, or run where the source is checked out`,
      };
    const top = await git(root, ['rev-parse', '--show-toplevel']);
    if (top.code !== 0) {
      const gitProblem = top.code === 127 ? 'git is not installed here' : (top.stderr.split('\n')[0] ?? 'git failed');
      return { tree: new SourceTree({ root, repository: undefined, gitProblem, files: await walk(root) }) };
    }
    const [listed, gone] = await Promise.all([
      git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']),
      git(root, ['ls-files', '-z', '--deleted']),
    ]);
    const deleted = new Set(nulSeparated(gone.stdout));
    const files = [...new Set(nulSeparated(listed.stdout))].filter((path) => !deleted.has(path)).sort();
    return { tree: new SourceTree({ root, repository: top.stdout.trim(), gitProblem: undefined, files }) };
  }

  /** Text of a file; undefined when it is missing, larger than 1 MiB, or outside of the repository. */
  async read(path: string): Promise<string | undefined> {
    const known = this.#texts.get(path);
    if (known) return known;
    const reading = readText(join(this.root, path));
    this.#texts.set(path, reading);
    return reading;
  }

  /** True for one of the files; for a path that leads out of the root, true where the repository has it. */
  has(path: string): boolean {
    if (!path.startsWith('../')) return this.#known.has(path);
    const full = join(this.root, path);
    return this.repository !== undefined && isInside(full, this.repository) && existsSync(full);
  }

  /** Folders from the root up to that of the repository, where the files of a workspace may lie. */
  get upwards(): readonly string[] {
    const folders = [this.root];
    for (let folder = this.root; this.repository !== undefined && folder !== this.repository;) {
      const parent = resolve(folder, '..');
      if (parent === folder || !isInside(parent, this.repository)) break;
      folders.push(parent);
      folder = parent;
    }
    return folders;
  }
}

/** Text of a file that is not too large; undefined when there is none. */
export async function readText(path: string, maxBytes = MAX_FILE_BYTES): Promise<string | undefined> {
  const file = await stat(path).catch(() => undefined);
  if (file?.isFile() !== true || file.size > maxBytes) return undefined;
  // Editors on Windows put a byte order mark in front, which JSON.parse refuses.
  return readFile(path, 'utf8').then(
    (text) => text.replace(/^\uFEFF/, ''),
    () => undefined,
  );
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

async function walk(root: string, folder = ''): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return GENERATED.has(entry.name) ? [] : walk(root, path);
      return entry.isFile() ? [path.split(sep).join('/')] : [];
    }),
  );
  return nested.flat().sort();
}
