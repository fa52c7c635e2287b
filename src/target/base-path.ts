import { unique } from './discover/links.ts';
import { BUILD_FOLDERS } from './discover/script-urls.ts';
import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { elements } from './html.ts';

/** The path that React Router and Remix take routes from. */
const BASENAME = /__(?:reactRouter|remix)Context\s*=\s*\{"basename":"(\/[^"\\\s]+)"/;

/** A path of an app, by that from its home page on; the home page under a base path has no slash at its end. */
export function underBasePath(basePath: string | undefined, path: string): string {
  if (basePath === undefined || basePath === '') return path;
  return path === '/' ? basePath : basePath + path;
}

/** The same path from the home page on, as the app's router knows it; a path elsewhere stays as it is. */
export function fromBasePath(basePath: string | undefined, path: string): string {
  return basePath !== undefined && isPathUnder(basePath, path) ? path.slice(basePath.length) || '/' : path;
}

/**
 * The path under which an app is served, as pages of it give it away: `basePath` of Next.js, `base` of Vite and Astro,
 * `basename` of React Router. It has no slash at its end; undefined for an app at the root.
 */
export function basePathOf(pages: readonly Exchange[]): string | undefined {
  // Files may stand under a path of their own (`assetPrefix`), pages do not.
  return pages.flatMap((page) => foldersNamedBy(page).filter((folder) => isUnder(folder)(page)))[0];
}

/** Tells whether a page lies under a base path. */
export function isUnder(basePath: string): (page: Exchange) => boolean {
  return ({ request }) => isPathUnder(basePath, new URL(request.url).pathname);
}

function isPathUnder(basePath: string, path: string): boolean {
  return `${path}/`.startsWith(`${basePath}/`);
}

/** Paths that a page, which need not lie there itself, shows an app to be served under; its files may lie elsewhere. */
export function foldersNamedBy(page: Exchange): string[] {
  const { origin } = new URL(page.request.url);
  const files = elements(page).flatMap(({ tag, attributes }) => {
    const url = tag === 'script' ? attributes['src'] : tag === 'link' ? attributes['href'] : undefined;
    return url !== undefined && URL.canParse(url, page.request.url) ? [new URL(url, page.request.url)] : [];
  });
  // What is in front of the folder of a build is where the app begins, unless its files stand elsewhere.
  const folders = files.flatMap((file) => {
    const at = file.origin === origin ? file.pathname.search(BUILD_FOLDERS) : -1;
    return at > 0 ? file.pathname.slice(0, at) : [];
  });
  const basename = BASENAME.exec(body(page))?.[1];
  return unique([...(basename === undefined ? [] : [basename.replace(/\/$/, '')]), ...folders]);
}
