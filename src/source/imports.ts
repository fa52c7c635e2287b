import { posix } from 'node:path';
import { isRecord } from '../is-record.ts';
import { importsOf } from './ast.ts';
import type { Module, Parse } from './ast.ts';
import { parseJsonc } from './jsonc.ts';
import type { SourceTree } from './tree.ts';

/** Endings under which a module is looked for, in the order in which bundlers do. */
const ENDINGS = ['', '.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cts', '.cjs'];

/** Files that hold JavaScript or TypeScript. */
const SOURCE_FILE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/** Source files that are read at most; a larger tree is not one app. */
const MAX_MODULES = 5_000;

/** The modules of the project: parsed once, with their imports followed inside of the tree. */
export class Modules {
  readonly tree: SourceTree;
  readonly #parse: Parse;
  readonly #modules = new Map<string, Promise<Module | undefined>>();
  readonly #aliases: ReadonlyArray<readonly [prefix: string, folder: string]>;

  private constructor(tree: SourceTree, parse: Parse, aliases: ReadonlyArray<readonly [string, string]>) {
    this.tree = tree;
    this.#parse = parse;
    this.#aliases = aliases;
  }

  static async of(tree: SourceTree, parse: Parse): Promise<Modules> {
    const config = tree.has('tsconfig.json') ? 'tsconfig.json' : 'jsconfig.json';
    return new Modules(tree, parse, await aliasesOf(tree, config));
  }

  /** Paths of all source files, declarations and tests left out. */
  get paths(): readonly string[] {
    return this.tree.files
      .filter(
        (path) => SOURCE_FILE.test(path) && !/\.d\.\w+$|\.(?:test|spec|stories)\.\w+$|(?:^|\/)__tests__\//.test(path),
      )
      .slice(0, MAX_MODULES);
  }

  /** A module; undefined when there is none or it cannot be parsed. */
  async at(path: string): Promise<Module | undefined> {
    const known = this.#modules.get(path);
    if (known) return known;
    const parsing = this.tree.read(path).then((text) => (text === undefined ? undefined : this.#parse(path, text)));
    this.#modules.set(path, parsing);
    return parsing;
  }

  /** Path of the file that a module gets by an import; undefined for packages. */
  resolve(from: string, specifier: string): string | undefined {
    const aliased = this.#aliases.flatMap(([prefix, folder]) =>
      specifier.startsWith(prefix) ? [posix.join(folder, specifier.slice(prefix.length))] : [],
    );
    const bases = specifier.startsWith('.') ? [posix.join(posix.dirname(from), specifier)] : aliased;
    return bases
      .flatMap((base) => [
        ...ENDINGS.map((ending) => base + ending),
        // TypeScript imports name the file that the compiler will write.
        ...ENDINGS.map((ending) => base.replace(/\.[cm]?jsx?$/, '') + ending),
        ...ENDINGS.slice(1).map((ending) => `${base}/index${ending}`),
      ])
      .find((path) => SOURCE_FILE.test(path) && this.tree.has(path));
  }

  /** A module and everything in the tree that it imports, itself first. */
  async withImports(path: string): Promise<Module[]> {
    const found: Module[] = [];
    const paths = new Set([path]);
    for (const next of paths) {
      const module = await this.at(next);
      if (!module) continue;
      found.push(module);
      for (const { from } of importsOf(module)) {
        const target = this.resolve(next, from);
        if (target !== undefined) paths.add(target);
      }
    }
    return found;
  }
}

/** Prefixes of `compilerOptions.paths`, with the folder that each stands for; those of configurations that it extends too. */
async function aliasesOf(tree: SourceTree, path: string, depth = 0): Promise<Array<readonly [string, string]>> {
  const config = parsed((await tree.read(path)) ?? '{}');
  const folder = posix.dirname(path);
  const { baseUrl, paths } = isRecord(config['compilerOptions']) ? config['compilerOptions'] : {};
  const base = posix.join(folder, typeof baseUrl === 'string' ? baseUrl : '.');
  const aliases = Object.entries(isRecord(paths) ? paths : {}).flatMap(([pattern, targets]) =>
    (Array.isArray(targets) ? targets : []).flatMap((target: unknown) =>
      typeof target === 'string'
        ? [[pattern.replace(/\*$/, ''), posix.join(base, target.replace(/\*$/, ''))] as const]
        : [],
    ),
  );
  const above = [config['extends']].flat().filter((each) => typeof each === 'string' && each.startsWith('.'));
  const inherited = await Promise.all(
    // One that extends itself has no end.
    (depth > 5 ? [] : above).map(async (each) => aliasesOf(tree, posix.join(folder, `${each}`), depth + 1)),
  );
  // Nobody writes a path from the root of a monorepo, and each package would be looked for there.
  return [...aliases, ...(baseUrl === undefined || depth > 0 ? [] : [['', base] as const]), ...inherited.flat()];
}

function parsed(text: string): Record<string, unknown> {
  try {
    const config = parseJsonc(text);
    return isRecord(config) ? config : {};
  } catch {
    return {};
  }
}
