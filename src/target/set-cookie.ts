/** A cookie as a browser keeps it; the shape is that of Playwright's `addCookies`. */
export interface BrowserCookie {
  readonly name: string;
  readonly value: string;
  /** With a dot in front for a whole domain, else for the host only. */
  readonly domain: string;
  readonly path: string;
  /** Seconds since the epoch; -1 until the browser ends. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
}

const SAME_SITE: Readonly<Record<string, BrowserCookie['sameSite']>> = { strict: 'Strict', lax: 'Lax', none: 'None' };

/**
 * What a browser makes of a `Set-Cookie` value (RFC 6265 section 5.3); undefined when it is malformed or deletes a cookie.
 * @param url of the answer that set it
 */
export function parseSetCookie(line: string, url: URL): BrowserCookie | undefined {
  const [pair = '', ...rest] = line.split(';');
  const split = pair.indexOf('=');
  if (split < 1) return undefined;
  const attributes = new Map(
    rest.map((attribute) => {
      const [name = '', ...value] = attribute.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const expires = expiry(attributes);
  if (expires !== -1 && expires * 1000 <= Date.now()) return undefined;
  const domain = attributes.get('domain')?.replace(/^\./, '') ?? '';
  const path = attributes.get('path') ?? '';
  return {
    name: pair.slice(0, split).trim(),
    value: pair.slice(split + 1).trim(),
    domain: domain === '' ? url.hostname : `.${domain}`,
    path: path.startsWith('/') ? path : '/',
    expires,
    httpOnly: attributes.has('httponly'),
    secure: attributes.has('secure'),
    sameSite: SAME_SITE[attributes.get('samesite')?.toLowerCase() ?? ''] ?? 'Lax',
  };
}

/** True for a cookie that a browser sends to a host. */
export function reaches({ domain }: BrowserCookie, host: string): boolean {
  return domain.startsWith('.') ? host === domain.slice(1) || host.endsWith(domain) : host === domain;
}

function expiry(attributes: ReadonlyMap<string, string>): number {
  const maxAge = Number(attributes.get('max-age') ?? Number.NaN);
  if (Number.isFinite(maxAge)) return Math.floor(Date.now() / 1000) + maxAge;
  const date = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(date) ? -1 : Math.floor(date / 1000);
}
