/** What a `robots.txt` says (RFC 9309). */
export interface Robots {
  /** Paths without wildcards, from `Allow` and `Disallow`. */
  readonly paths: readonly string[];
  /** URLs from `Sitemap`. */
  readonly sitemaps: readonly string[];
}

/** Reads a `robots.txt`; other lines, and HTML in its place, yield nothing. */
export function parseRobots(text: string): Robots {
  if (/^\s*</.test(text)) return { paths: [], sitemaps: [] };
  const values = (name: RegExp) =>
    text.split(/\r?\n/).flatMap((line) => {
      const [, field = '', value = ''] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*)/.exec(line) ?? [];
      return name.test(field) && value.trim() !== '' ? [value.trim()] : [];
    });
  return {
    paths: values(/^(?:dis)?allow$/i).flatMap((path) => {
      // A `$` at the end anchors; a `*` at the end says nothing more than the prefix does.
      const plain = path.replace(/\*?\$?$/, '').split('?')[0] ?? '';
      return plain.startsWith('/') && !plain.includes('*') ? [plain] : [];
    }),
    sitemaps: values(/^sitemap$/i),
  };
}
