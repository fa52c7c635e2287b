import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { frontendApi } from './settings.ts';
import type { Settings } from './settings.ts';

/** What browsers are told about every answer. Each one gets a fresh nonce, in `res.locals.nonce`. */
export function securityHeaders(settings: Settings): RequestHandler {
  return (_req, res, next) => {
    const nonce = randomBytes(16).toString('base64');
    res.locals['nonce'] = nonce;
    res.set({
      'Content-Security-Policy': contentSecurityPolicy(frontendApi(settings), nonce),
      'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'strict-origin-when-cross-origin',
    });
    next();
  };
}

/** @see https://clerk.com/docs/guides/secure/best-practices/csp-headers */
function contentSecurityPolicy(clerk: string, nonce: string): string {
  return [
    "default-src 'self'",
    // Browsers that know strict-dynamic ignore the hosts; the others need them.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic' ${clerk} https://challenges.cloudflare.com https://*.protect.clerk.com`,
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

/** Lets pages of exactly one foreign origin call the API, without cookies. */
export function cors({ allowedOrigin }: Settings): RequestHandler {
  return (req, res, next) => {
    // Also without an Origin: a cache must not hand this answer to another origin.
    res.vary('Origin');
    if (req.get('origin') !== allowedOrigin) return next();
    res.set('Access-Control-Allow-Origin', allowedOrigin);
    if (req.method !== 'OPTIONS') return next();
    res.set({
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      'Access-Control-Max-Age': '600',
    });
    res.sendStatus(204);
  };
}

/** Refuses what a page of a foreign site sent, because cookies alone must not authorise it; programs send no Origin. */
export function sameSite({ origin, allowedOrigin }: Settings): RequestHandler {
  return (req, res, next) => {
    const from = req.get('origin');
    if (from === undefined || from === origin || from === allowedOrigin) return next();
    res.status(403).json({ error: 'foreign_origin' });
  };
}

/** So many requests a minute for each address. Kept in memory: with more than one server, use a shared store. */
export function rateLimit(perMinute: number): RequestHandler {
  const counts = new Map<string, number>();
  let minute = 0;
  return (req, res, next) => {
    const now = Date.now() / 60_000;
    if (Math.floor(now) !== minute) counts.clear();
    minute = Math.floor(now);
    const count = (counts.get(req.ip ?? '') ?? 0) + 1;
    counts.set(req.ip ?? '', count);
    if (count <= perMinute) return next();
    res.set('Retry-After', String(Math.ceil((minute + 1 - now) * 60)));
    res.status(429).json({ error: 'too_many_requests' });
  };
}
