import { frontendApi } from './settings.ts';
import type { Settings } from './settings.ts';

/** What browsers are told about every answer. */
export function headersOf(settings: Settings, nonce: string): Record<string, string> {
  return {
    // Browsers that know strict-dynamic ignore the hosts; the others need them.
    'Content-Security-Policy': contentSecurityPolicy(settings, `'nonce-${nonce}' 'strict-dynamic'`),
    'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
  };
}

/**
 * @param inline sources by which scripts in the page itself may run
 * @see https://clerk.com/docs/guides/secure/best-practices/csp-headers
 */
export function contentSecurityPolicy(settings: Settings, inline: string): string {
  const clerk = frontendApi(settings);
  return [
    "default-src 'self'",
    `script-src 'self' ${inline} ${clerk} https://challenges.cloudflare.com https://*.protect.clerk.com`,
    `connect-src 'self' ${clerk} https://*.protect.clerk.com:*`,
    "img-src 'self' https://img.clerk.com",
    'frame-src https://challenges.cloudflare.com https://*.protect.clerk.com',
    "worker-src 'self' blob:",
    // Clerk's components write their styles at run time.
    "style-src 'self' 'unsafe-inline'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** What pages of the allowed origin may do. */
export const ALLOWED_BY_CORS = {
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type',
  'Access-Control-Max-Age': '600',
} as const;

/** So many requests a minute for each address. Kept in memory: with more than one server, use a shared store. */
export class MinuteLimit {
  readonly #perMinute: number;
  readonly #counts = new Map<string, number>();
  #minute = 0;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts a request; undefined: it may go on. */
  secondsToWait(address: string): number | undefined {
    const now = Date.now() / 60_000;
    if (Math.floor(now) !== this.#minute) this.#counts.clear();
    this.#minute = Math.floor(now);
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    return count <= this.#perMinute ? undefined : Math.ceil((this.#minute + 1 - now) * 60);
  }
}
