import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { isRecord } from '../../is-record.ts';
import { appRoute, pagesRoute } from './next-routes.ts';
import { isDynamic, uniqueRoutes } from './route.ts';
import type { AppRoute } from './route.ts';

/** Routes that the files of a project name. */
export interface ProjectRoutes {
  readonly routes: readonly AppRoute[];
  /** Concrete paths that the build rendered in advance: examples of dynamic routes. */
  readonly prerendered: readonly string[];
}

/** Files that make a route. */
const SOURCE = /\.(?:tsx?|jsx?|mdx?)$/;

/** Reads the `app` and `pages` folders of a Next.js project, and its build where there is one. */
export async function projectRoutes(root: string): Promise<ProjectRoutes> {
  const folders = ['', 'src'].map((folder) => join(root, folder));
  const [apps, pages, manifests, prerender] = await Promise.all([
    Promise.all(folders.map((folder) => sources(join(folder, 'app')))),
    Promise.all(folders.map((folder) => sources(join(folder, 'pages')))),
    Promise.all(
      ['app-paths-manifest', 'pages-manifest'].map((name) => json(join(root, '.next', 'server', `${name}.json`))),
    ),
    json(join(root, '.next', 'prerender-manifest.json')),
  ]);
  const [built, builtPages] = manifests.map(Object.keys);
  const prerendered = isRecord(prerender['routes']) ? Object.keys(prerender['routes']) : [];
  return {
    routes: uniqueRoutes([
      ...[...apps.flat(), ...(built ?? [])].flatMap((file) => appRoute(file) ?? []),
      ...[...pages.flat(), ...(builtPages ?? [])].flatMap((file) => pagesRoute(file) ?? []),
    ]),
    prerendered: prerendered.filter((path) => !isDynamic(path) && !path.startsWith('/_')),
  };
}

/** Files below a folder, without extension; empty when there is no such folder. */
async function sources(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/').replace(SOURCE, ''));
  } catch {
    return [];
  }
}

async function json(file: string): Promise<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
