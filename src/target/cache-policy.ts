import { header, status } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** Headers by which a CDN is told what the browser is not (RFC 9213 section 3, and the vendors' own). */
const TARGETED = [
  'cdn-cache-control',
  'vercel-cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'netlify-cdn-cache-control',
  'surrogate-control',
] as const;

/** How Cloudflare, Bunny, and nginx by custom, name an answer that was stored. */
const STORED = /^(hit|stale|updating|revalidated)$/i;

/** Headers in which a shared cache says that it answered. */
const HITS: ReadonlyArray<readonly [name: string, hit: RegExp]> = [
  // Azure and Akamai write TCP_HIT, CloudFront RefreshHit.
  ['x-cache', /hit\b/i],
  ['x-cache-status', STORED],
  ['x-proxy-cache', STORED],
  ['cdn-cache', STORED],
  ['cf-cache-status', STORED],
  ['x-vercel-cache', /^(hit|stale|prerender)$/i],
  ['cache-status', /;\s*hit\b/i],
];

/** Statuses that a cache may store although nothing says so (RFC 9110 section 15.1). */
const HEURISTIC: readonly number[] = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];

/** What lets a shared cache store an answer, as it stands in the headers; undefined when nothing does. */
export function sharedStorage(exchange: Exchange): string | undefined {
  for (const name of TARGETED) {
    const value = header(exchange, name);
    const directives = directivesOf(value);
    if (value !== undefined && !directives.has('no-store') && !directives.has('private') && lifetime(directives) > 0)
      return `${name}: ${value}`;
  }
  const value = header(exchange, 'cache-control');
  if (value === undefined) return expiresLater(exchange) ? `expires: ${header(exchange, 'expires')}` : undefined;
  const directives = directivesOf(value);
  if (directives.has('no-store') || directives.has('private')) return undefined;
  const stored = lifetime(directives) > 0 || (directives.has('public') && !hasLifetime(directives));
  // Stored but asked about each time: the app decides again.
  return stored && !directives.has('no-cache') ? `cache-control: ${value}` : undefined;
}

/** What shows that a shared cache gave the answer; undefined when nothing does. */
export function sharedHit(exchange: Exchange): string | undefined {
  for (const [name, hit] of HITS) {
    const value = header(exchange, name);
    if (value !== undefined && hit.test(value.trim())) return `${name}: ${value}`;
  }
  const age = header(exchange, 'age');
  return age !== undefined && Number(age) > 0 ? `age: ${age}` : undefined;
}

/** True on Vercel, which asks the middleware before its cache, so that a hit alone lets nobody in. */
export function guardsBeforeCache(exchange: Exchange): boolean {
  return header(exchange, 'x-vercel-cache') !== undefined;
}

/** True when a cache may store the answer by its status alone, for a time of its own choice. */
export function isHeuristicallyStored(exchange: Exchange): boolean {
  return HEURISTIC.includes(status(exchange)) && header(exchange, 'cache-control') === undefined;
}

/** True when a cache is to guess by its age how long the answer to one person stays good (RFC 9111 section 4.2.2). */
export function isGuessed(exchange: Exchange): boolean {
  const says = (name: string) => header(exchange, name) !== undefined;
  const varies = /\*|\bcookie\b/i.test(header(exchange, 'vary') ?? '');
  return isHeuristicallyStored(exchange) && says('last-modified') && !says('expires') && !says('pragma') && !varies;
}

function directivesOf(value: string | undefined): ReadonlyMap<string, string> {
  // `private` and `no-cache` with the name of a header are about that header alone.
  const parts = (value ?? '').toLowerCase().split(/,|\b(?:private|no-cache)=(?:"[^"]*"|\w+)/);
  return new Map(
    parts.map((part) => {
      const [name = '', argument = ''] = part.split('=');
      return [name.trim(), argument.trim().replaceAll('"', '')];
    }),
  );
}

/** Seconds in a shared cache: `s-maxage` wins over `max-age` (RFC 9111 section 5.2.2.10). */
function lifetime(directives: ReadonlyMap<string, string>): number {
  const seconds = Number(directives.get('s-maxage') ?? directives.get('max-age') ?? 0);
  const stale = Number(directives.get('stale-while-revalidate') ?? 0);
  return (Number.isFinite(seconds) ? seconds : 0) || (directives.has('s-maxage') && Number.isFinite(stale) ? stale : 0);
}

function hasLifetime(directives: ReadonlyMap<string, string>): boolean {
  return directives.has('s-maxage') || directives.has('max-age');
}

function expiresLater(exchange: Exchange): boolean {
  const expires = Date.parse(header(exchange, 'expires') ?? '');
  const date = Date.parse(header(exchange, 'date') ?? '');
  return Number.isFinite(expires) && Number.isFinite(date) && expires > date;
}
