import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files that are the same for everybody. */
export const PUBLIC_FOLDER = join(import.meta.dirname, 'public');

const addresses = new Map(
  readdirSync(PUBLIC_FOLDER).map((name) => [name, `/assets/${name.replace('.', `-${hashOf(name)}.`)}`]),
);

/** The address of a file, with the hash of what it holds, so that browsers may keep it for ever. */
export function asset(name: string): string {
  return addresses.get(name) ?? `/assets/${name}`;
}

/** The path of a file, as the folder knows it. */
export function withoutHash(path: string): string {
  return path.replace(/-[0-9a-f]{8}(?=\.\w+$)/, '');
}

/** Files for search engines, which name the deployed address: by path, with the type of each. */
export function searchFiles(origin: string): ReadonlyArray<{ path: string; type: string; text: string }> {
  const urls = ['/', '/pricing', '/sign-in', '/sign-up'].map((path) => `<url><loc>${origin}${path}</loc></url>`);
  return [
    {
      path: '/robots.txt',
      type: 'text/plain; charset=utf-8',
      text: `User-agent: *\nDisallow: /api/\nSitemap: ${origin}/sitemap.xml\n`,
    },
    {
      path: '/sitemap.xml',
      type: 'application/xml; charset=utf-8',
      text: `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.join('')}</urlset>\n`,
    },
  ];
}

function hashOf(name: string): string {
  return createHash('sha256')
    .update(readFileSync(join(PUBLIC_FOLDER, name)))
    .digest('hex')
    .slice(0, 8);
}
