import { isRecord } from '../../is-record.ts';
import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { member, parseJson } from '../json.ts';
import { branchOf, exampleOf, isDynamic, kindByPath, uniqueRoutes } from './route.ts';
import type { AppRoute } from './route.ts';

/** A route in the manifest of React Router or Remix. */
interface ManifestRoute {
  readonly id: string;
  readonly parentId: string | undefined;
  /** Path segments that it adds to its parent's; undefined for a layout without a path and for an index. */
  readonly path: string | undefined;
  readonly isIndex: boolean;
  /** Its server answers GET with data. */
  readonly hasLoader: boolean;
  /** It renders something; older releases do not say. */
  readonly hasPage: boolean | undefined;
}

/** Where the manifest of the build stands that a page comes from; the page itself names its own routes only. */
export function routerManifestUrls(page: Exchange): string[] {
  if (!/__(?:reactRouter|remix)(?:Manifest|Context)/.test(body(page))) return [];
  const path = /["'](\/[^"'\\\s]{0,500}manifest-[\w-]+\.js)["']/.exec(body(page))?.[1];
  return path === undefined ? [] : [new URL(path, page.request.url).href];
}

/** The routes of a manifest, in the notation of the others: `/blog/:slug` is `/blog/[slug]`. */
export function routerRoutes(text: string): AppRoute[] {
  return uniqueRoutes(
    routesWithPath(text).map(({ route, pattern }) => {
      const kind = route.hasPage === undefined ? kindByPath(pattern) : route.hasPage ? 'page' : 'endpoint';
      return { pattern, kind };
    }),
  );
}

/**
 * Reads a manifest, and tells by a path the ids of the routes whose loaders give the page there its data: its own first,
 * then those of its layouts. The root's is left out: what it gives belongs to every page.
 */
export function loadersOf(text: string): (path: string) => string[] {
  // As the router does: what is written out comes before a parameter, and an index before its layout.
  const routes = routesWithPath(text).toSorted(
    (a, b) =>
      Number(isDynamic(a.pattern)) - Number(isDynamic(b.pattern)) ||
      Number(b.route.isIndex) - Number(a.route.isIndex) ||
      b.pattern.length - a.pattern.length,
  );
  return (path) => {
    const match = routes.find(({ pattern }) => exampleOf(pattern)(path));
    return (match?.branch ?? []).flatMap(({ id, parentId, hasLoader }) =>
      hasLoader && parentId !== undefined ? [id] : [],
    );
  };
}

/** A route that has an address of its own, with its ancestors; a layout without a path and the root have none. */
interface RouteWithPath {
  readonly route: ManifestRoute;
  readonly branch: readonly ManifestRoute[];
  readonly pattern: string;
}

function routesWithPath(text: string): RouteWithPath[] {
  const all = manifestRoutes(text);
  return all
    .filter(({ parentId, isIndex, path }) => parentId !== undefined && (isIndex || path !== undefined))
    .map((route) => {
      const branch = branchOf(route, ({ parentId }) => all.find(({ id }) => id === parentId));
      return { route, branch, pattern: patternOf(branch) };
    });
}

/** Path of a route from the root on. */
function patternOf(branch: readonly ManifestRoute[]): string {
  const segments = branch
    .toReversed()
    .flatMap(({ path = '' }) => path.split('/'))
    .filter((segment) => segment !== '');
  return `/${segments.map(segmentOf).join('/')}`;
}

function segmentOf(segment: string): string {
  if (segment === '*') return '[[...splat]]';
  const name = segment.replace(/\?$/, '');
  return name.startsWith(':') ? `[${name.slice(1)}]` : name;
}

function manifestRoutes(text: string): ManifestRoute[] {
  const json = /__(?:reactRouter|remix)Manifest\s*=\s*(\{.*\})/s.exec(text)?.[1];
  const routes = json === undefined ? undefined : member(parseJson(json), 'routes');
  if (!isRecord(routes)) return [];
  return Object.entries(routes).flatMap(([id, route]) => {
    if (!isRecord(route)) return [];
    const { parentId, path, index, hasLoader, hasDefaultExport } = route;
    return {
      id,
      parentId: typeof parentId === 'string' ? parentId : undefined,
      path: typeof path === 'string' && path !== '' ? path : undefined,
      isIndex: index === true,
      hasLoader: hasLoader === true,
      hasPage: typeof hasDefaultExport === 'boolean' ? hasDefaultExport : undefined,
    };
  });
}
