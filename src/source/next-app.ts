import { bare, constantOf, exportedConstant } from './ast.ts';
import type { Module } from './ast.ts';
import { readManifest } from './lockfiles.ts';
import type { Installed } from './lockfiles.ts';
import type { SourceTree } from './tree.ts';
import { isVersion } from './version.ts';
import { isRecord } from '../is-record.ts';

/** A Next.js project: where its routes are, and with them its middleware must be. */
export interface NextApp {
  /** Installed version, else the lowest that package.json asks for. */
  readonly version: string | undefined;
  /** Folder that holds `app` or `pages`: empty for the root, `src/` otherwise. */
  readonly base: '' | 'src/';
  /** `basePath` of next.config; empty without one. */
  readonly basePath: string;
  /** Pattern of the languages of `i18n`, which a matcher need not tell; empty without. */
  readonly languages: string;
  /** next.config puts in front of paths what is no constant: a `basePath` or languages. */
  readonly isMoved: boolean;
  /** The text of a next.config that names other extensions for pages, and with them for the middleware; empty without. */
  readonly ownExtensions: string;
}

/** Extensions of `pageExtensions` by default. */
const EXTENSIONS = ['tsx', 'ts', 'jsx', 'js'];

/** What may be the middleware by its name, wherever it lies. */
const MIDDLEWARE_NAME = /(?:^|\/)(middleware|proxy)\.(?:\w+\.)?(?:[cm]?[jt]s|[jt]sx)$/;

/** The Next.js project at the root of the tree; undefined when there is none. */
export async function nextApp(tree: SourceTree, installed: readonly Installed[]): Promise<NextApp | undefined> {
  const manifest = await readManifest(tree);
  const asked = ['dependencies', 'devDependencies']
    .map((field) => manifest[field])
    .filter(isRecord)
    .map((dependencies) => dependencies['next'])
    .find((range) => typeof range === 'string');
  const locked = installed
    .flatMap((one) => ('packages' in one ? one.packages : []))
    .find(({ name }) => name === 'next');
  const lowest = /\d+\.\d+\.\d+(?:-[\w.]+)?/.exec(asked ?? '')?.[0];
  const version = locked && isVersion(locked.version) ? locked.version : lowest;
  const config = await configText(tree, 'next');
  // In a monorepo, Next.js may stand in a package.json above, where any of its apps may have such folders.
  if (config === '' && (!tree.has('package.json') || (asked ?? locked) === undefined)) return undefined;
  const inRoot = tree.files.some((path) => /^(app|pages)\//.test(path));
  const inSource = tree.files.some((path) => /^src\/(app|pages)\//.test(path));
  if (!inRoot && !inSource) return undefined;
  const basePath = /\bbasePath\s*:\s*['"`]((?:\/[^'"`$]*)?)['"`]/.exec(config)?.[1];
  const locales = /\blocales\s*:\s*\[((?:\s*['"][\w-]+['"],?)+)\s*\]/.exec(config)?.[1]?.match(/[\w-]+/g);
  const hasLanguages = /\bi18n\s*[:,}]/.test(config);
  return {
    version,
    base: inRoot ? '' : 'src/',
    basePath: basePath ?? '',
    languages: hasLanguages && locales ? `/:language(${locales.join('|')})?` : '',
    isMoved: (hasLanguages && !locales) || (basePath === undefined && config.includes('basePath')),
    ownExtensions: config.includes('pageExtensions') ? config : '',
  };
}

/** Major number of a Next.js version; undefined where the version is unknown. */
export function majorOf({ version }: Pick<NextApp, 'version'>): number | undefined {
  return version === undefined ? undefined : Number.parseInt(version, 10);
}

/** Files that Next.js runs as the middleware, and those that only look like it. */
export function middlewareFiles(tree: SourceTree, app: NextApp): { taken: string[]; passedOver: string[] } {
  const files = tree.files.filter((path) => MIDDLEWARE_NAME.test(path));
  const taken = files.filter((path) => {
    const [, extension = ''] = /\.([^/]*)$/.exec(path) ?? [];
    const [infix = ''] = extension.split('.');
    const isNamed = [`${app.base}middleware.${extension}`, `${app.base}proxy.${extension}`].includes(path);
    const isKnown = !path.includes('proxy.') || (majorOf(app) ?? Infinity) >= 16;
    return isNamed && isKnown && (EXTENSIONS.includes(extension) || app.ownExtensions.includes(infix));
  });
  return { taken, passedOver: files.filter((path) => !taken.includes(path)) };
}

/** The exported `config` of a middleware, and the `runtime` beside it. */
export interface MiddlewareConfig {
  /** False when there is no `config.matcher`: then the middleware runs for everything. */
  readonly hasMatcher: boolean;
  /** Undefined when it is not a constant. */
  readonly matcher: unknown;
  readonly runtime: unknown;
}

/** Reads `export const config` of a middleware. */
export function middlewareConfig(module: Module): MiddlewareConfig {
  const config = bare(exportedConstant(module, 'config'));
  const value = config && constantOf(config);
  const members = isRecord(value) ? value : {};
  return {
    hasMatcher: config !== undefined && (!isRecord(value) || 'matcher' in members),
    matcher: members['matcher'],
    runtime: members['runtime'] ?? constantOf(exportedConstant(module, 'runtime')),
  };
}

/** Segment of a route that stands for a language. */
export const LANGUAGE = '[locale]';

/** Where a file of the App Router answers: `/item/x` for `app/(shop)/item/[id]/page.tsx`; undefined for other files. */
export function routeOf(path: string, app: Pick<NextApp, 'base' | 'basePath'>): string | undefined {
  const inside = path.startsWith(`${app.base}app/`) ? path.slice(`${app.base}app/`.length) : undefined;
  if (inside === undefined || !/(^|\/)(page|route)\.[jt]sx?$/.test(inside)) return undefined;
  const parts = inside.split('/').slice(0, -1);
  if (parts.some((part) => part.startsWith('_') || part.startsWith('(.'))) return undefined;
  const shown = parts.filter((part) => !/^\(.*\)$|^@|^\[\[\.\.\./.test(part));
  const named = shown.map((part) =>
    /^\[(?:locale|lang|lng|language)\]$/.test(part) ? LANGUAGE : part.replace(/^\[.*\]$/, 'x'),
  );
  return app.basePath + `/${named.join('/')}`;
}

/** The text of `next.config` and the like, without comments; empty where there is none. */
export async function configText(tree: SourceTree, tool: string): Promise<string> {
  const path = ['ts', 'js', 'mjs', 'mts'].map((ending) => `${tool}.config.${ending}`).find((each) => tree.has(each));
  const text = path === undefined ? undefined : await tree.read(path);
  // A glob in quotes begins no comment.
  return text?.replace(/(?<=^|\s)(?:\/\*[^]*?\*\/|\/\/.*)/gm, '') ?? '';
}
