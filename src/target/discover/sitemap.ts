/** What a sitemap or a sitemap index lists (https://www.sitemaps.org/protocol.html). */
export interface Sitemap {
  readonly pages: readonly string[];
  /** Further sitemaps, where it is an index. */
  readonly sitemaps: readonly string[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads the addresses of a sitemap; anything else yields nothing. */
export function parseSitemap(xml: string): Sitemap {
  const root = /<(?:\w+:)?(urlset|sitemapindex)[\s>]/.exec(xml)?.[1];
  if (root === undefined) return { pages: [], sitemaps: [] };
  const addresses = [...xml.matchAll(/<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?([^<\]]+)/g)].map(([, text = '']) =>
    text.trim().replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? ''),
  );
  return root === 'urlset' ? { pages: addresses, sitemaps: [] } : { pages: [], sitemaps: addresses };
}
