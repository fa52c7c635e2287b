import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { baseOf, elements } from '../html.ts';

/** Extensions of files that are no pages: feeds, images, fonts, documents, downloads, code. */
const FILE = /\.(?!html?$|php$|aspx?$)[a-z][a-z0-9]{1,11}$/i;

/** Folders of builds and platforms, in which no page lives. */
const BUILD_FOLDER = /^\/(?:_next|_nuxt|_astro|_app|_vercel|cdn-cgi|\.well-known|\.netlify)(?:\/|$)/;

/** Following these ends or changes something, on a site that lets GET do so. */
const ACTS = /\/(?:(?:sign|log)[-_]?out|unsubscribe|delete|remove)(?:\/|$)/i;

/** Endpoints that a GET may set off, or that other services call: schedules, hooks, caches. */
const ACTING_ENDPOINT =
  /\/(?:crons?|jobs?|tasks?|queues?|webhooks?|hooks?|callback|revalidate|draft|preview|inngest|trigger|seed|migrate|reset|(?:sign|log)-?out)(?:[-_/]|$)/i;

/** `href` members of RSC rows; the backslash is there where JSON is a string in JSON. */
const RSC_HREF = /"href\\*":\\*"(\/[^"\\]*)/g;

/** Paths of the pages that a page leads to on its own origin: links, frames and forms of its HTML, links of its RSC rows. */
export function linksOf(page: Exchange, origin: string): string[] {
  const links = elements(page).map(({ tag, attributes: { href, src, action, method = 'get' } }) => {
    if (tag === 'a' || tag === 'area') return href ?? '';
    if (tag === 'iframe') return src ?? '';
    return tag === 'form' && method.toLowerCase() === 'get' ? (action ?? '') : '';
  });
  const rsc = [...body(page).matchAll(RSC_HREF)].map((match) => match[1] ?? '');
  const base = baseOf(page);
  return unique([...links, ...rsc].flatMap((href) => pagePath(href, base, origin) ?? []));
}

/** The path of a URL when it may be a page of the target: same origin, no file, nothing that acts; without its query. */
export function pagePath(href: string, base: string, origin: string): string | undefined {
  if (href === '' || href.startsWith('#') || !URL.canParse(href, base)) return undefined;
  const url = new URL(href, base);
  return url.origin === origin && isPagePath(url.pathname) ? url.pathname : undefined;
}

/** True for an endpoint that must not be asked for the sake of looking. */
export function isActing(path: string): boolean {
  return ACTING_ENDPOINT.test(path);
}

/** True for a path whose extension says that it is no page. */
export function isFile(path: string): boolean {
  return FILE.test(path);
}

/** True for a path that may be a page. */
export function isPagePath(path: string): boolean {
  return !isFile(path) && !BUILD_FOLDER.test(path) && !ACTS.test(path) && !path.startsWith('/api/');
}

/** Values in order, each once. */
export function unique<Value>(values: Iterable<Value>): Value[] {
  return [...new Set(values)];
}
