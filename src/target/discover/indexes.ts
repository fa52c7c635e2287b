import { body, status } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { isPagePath, pagePath } from './links.ts';
import { parseRobots } from './robots.ts';
import { parseSitemap } from './sitemap.ts';

/** Sitemaps that are read. */
const MAX_SITEMAPS = 10;
/** Addresses taken from one sitemap; the protocol allows 50,000. */
const MAX_ADDRESSES = 2000;

/** Paths that a site tells crawlers. */
export interface Indexes {
  readonly robots: readonly string[];
  readonly sitemap: readonly string[];
  /** Bound that was reached, in words. */
  readonly limit?: string;
}

/** Reads `robots.txt`, and the sitemaps that it names or that stand in the usual place. */
export async function readIndexes(
  { origin, within }: { readonly origin: string; readonly within: (path: string) => string },
  get: (url: string) => Promise<Exchange>,
): Promise<Indexes> {
  const text = async (url: string) => {
    const answer = await get(url);
    return status(answer) === 200 ? body(answer) : '';
  };
  const robots = parseRobots(await text(`${origin}/robots.txt`));
  const waiting = new Set([origin + within('/sitemap.xml'), ...sameOrigin(robots.sitemaps, origin)]);
  const paths: string[] = [];
  let limit: string | undefined;
  let read = 0;
  // A Set also yields what is added while it is walked: the sitemaps of an index.
  for (const url of waiting) {
    if (read === MAX_SITEMAPS) {
      limit = `only ${MAX_SITEMAPS} sitemaps were read`;
      break;
    }
    read += 1;
    const { pages, sitemaps } = parseSitemap(await text(url));
    for (const each of sameOrigin(sitemaps, origin)) waiting.add(each);
    if (pages.length > MAX_ADDRESSES) limit = `only ${MAX_ADDRESSES} of ${pages.length} addresses of ${url} were read`;
    paths.push(...pages.slice(0, MAX_ADDRESSES).flatMap((page) => pagePath(page, url, origin) ?? []));
  }
  return { robots: robots.paths.filter(isPagePath), sitemap: paths, ...(limit !== undefined && { limit }) };
}

function sameOrigin(urls: readonly string[], origin: string): string[] {
  return urls.flatMap((url) =>
    URL.canParse(url, origin) && new URL(url, origin).origin === origin ? [new URL(url, origin).href] : [],
  );
}
