import { unique } from './discover/links.ts';
import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { elements } from './html.ts';

/** A file of a build; what is in front of its folder is where the app begins, unless the files stand elsewhere. */
const BUILD_FILE = /^(\/.+?)\/(?:_next\/static|_nuxt|_astro|_app\/immutable)\//;

/** The path that React Router and Remix take routes from. */
const BASENAME = /__(?:reactRouter|remix)Context\s*=\s*\{"basename":"(\/[^"\\\s]+)"/;

/** A path of an app, by that from its home page on; the home page under a base path has no slash at its end. */
export function underBasePath(basePath: string | undefined, path: string): string {
  if (basePath === undefined || basePath === '') return path;
  return path === '/' ? basePath : basePath + path;
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
  return ({ request }) => `${new URL(request.url).pathname}/`.startsWith(`${basePath}/`);
}

/** Paths that a page, which need not lie there itself, shows an app to be served under; its files may lie elsewhere. */
export function foldersNamedBy(page: Exchange): string[] {
  const { origin } = new URL(page.request.url);
  const files = elements(page).flatMap(({ tag, attributes }) => {
    const url = tag === 'script' ? attributes['src'] : tag === 'link' ? attributes['href'] : undefined;
    return url !== undefined && URL.canParse(url, page.request.url) ? [new URL(url, page.request.url)] : [];
  });
  const folders = files.flatMap((file) => (file.origin === origin ? (BUILD_FILE.exec(file.pathname)?.[1] ?? []) : []));
  const basename = BASENAME.exec(body(page))?.[1];
  return unique([...(basename === undefined ? [] : [basename.replace(/\/$/, '')]), ...folders]);
}
