import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { kindByPath, uniqueRoutes } from './route.ts';
import type { AppRoute } from './route.ts';

/** Pages that Next makes itself, and its conventions for errors. */
const INTERNAL = /^\/(?:_app|_document|_error|_not-found|_global-error|_middleware|404|500)$/;

/**
 * The route of a file of an `app` folder or of its entry in a manifest, without its extension:
 * `(shop)/blog/[slug]/page` is `/blog/[slug]`. Undefined for what is no route of its own.
 */
export function appRoute(file: string): AppRoute | undefined {
  const segments = file.replace(/^\//, '').split('/');
  const leaf = segments.pop();
  if (leaf !== 'page' && leaf !== 'route') return undefined;
  // A folder in `_` is private; `(.)x` and `(..)x` show another route in place.
  if (segments.some((segment) => segment.startsWith('_') || /^\(\.+\)/.test(segment))) return undefined;
  const visible = segments.filter((segment) => !/^\(.*\)$/.test(segment) && !segment.startsWith('@'));
  return { pattern: `/${visible.join('/')}`, kind: leaf === 'route' ? 'endpoint' : 'page' };
}

/** The route of a file of a `pages` folder, without its extension: `blog/index` is `/blog`, `api/me` an endpoint. */
export function pagesRoute(file: string): AppRoute | undefined {
  const pattern = `/${file.replace(/^\//, '')}`.replace(/\/index$/, '') || '/';
  if (INTERNAL.test(pattern)) return undefined;
  return { pattern, kind: kindByPath(pattern) };
}

/** Routes named in text that Next serves: chunk names of webpack builds, and keys of build manifests. */
export function routesIn(text: string): AppRoute[] {
  const chunks = [...text.matchAll(/static\/chunks\/app\/((?:[^"'\\\s]{0,500}\/)?(?:page|route))-[0-9a-f]{8,}\.js/g)];
  const keys = [...text.matchAll(/"((?:\/[^"\\\s]{0,500})?\/(?:page|route))"\s*:\s*[[{"]/g)];
  const pages = [...text.matchAll(/static\/chunks\/pages\/([^"'\\\s]{1,500})-[0-9a-f]{8,}\.js/g)];
  return uniqueRoutes([
    ...[...chunks, ...keys].flatMap(([, file = '']) => appRoute(decoded(file)) ?? []),
    ...pages.flatMap(([, file = '']) => pagesRoute(decoded(file)) ?? []),
  ]);
}

/** Routes of a `_buildManifest.js`: those of the `pages` folder. */
export function buildManifestRoutes(text: string): AppRoute[] {
  // Taken from its first mention only, because each one would be read to the end of the text.
  const from = Math.max(0, text.indexOf('sortedPages'));
  const list = /^sortedPages"?:\s*\[([^\]]*(?:\][^\]"]*"[^\]]*)*)\]/.exec(text.slice(from))?.[1] ?? '';
  const sorted = [...list.matchAll(/"(\/[^"]{0,500})"/g)].flatMap(([, page = '']) => pagesRoute(page) ?? []);
  return uniqueRoutes([...sorted, ...routesIn(text)]);
}

/** Where the manifest of the build stands that a page comes from; pages of the `app` folder do not load it. */
export function buildManifestUrls(page: Exchange): string[] {
  const id = /\\?"(?:b|buildId)\\?":\\?"([\w-]{8,})\\?"/.exec(body(page))?.[1];
  const folder = nextFolder(page);
  return id === undefined || folder === undefined ? [] : [`${folder}static/${id}/_buildManifest.js`];
}

/** URL of the folder `_next` that a page takes its files from: of the target or a CDN, under a base path perhaps. */
export function nextFolder(page: Exchange): string | undefined {
  const folder = /["']((?:https?:\/)?(?:\/[^"'\\\s/]{1,100}){0,20}\/_next\/)static\//.exec(body(page))?.[1];
  return folder !== undefined && URL.canParse(folder, page.request.url)
    ? new URL(folder, page.request.url).href
    : undefined;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
