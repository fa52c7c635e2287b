import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import { ALLOWED_BY_CORS, headersOf, MinuteLimit } from './policy.ts';
import type { Settings } from './settings.ts';

/** What browsers are told about every answer. Each one gets a fresh nonce, in `res.locals.nonce`. */
export function securityHeaders(settings: Settings): RequestHandler {
  return (_req, res, next) => {
    const nonce = randomBytes(16).toString('base64');
    res.locals['nonce'] = nonce;
    res.set(headersOf(settings, nonce));
    next();
  };
}

/** Lets pages of exactly one foreign origin call the API, without cookies. */
export function cors({ allowedOrigin }: Settings): RequestHandler {
  return (req, res, next) => {
    // Also without an Origin: a cache must not hand this answer to another origin.
    res.vary('Origin');
    if (req.get('origin') !== allowedOrigin) return next();
    res.set('Access-Control-Allow-Origin', allowedOrigin);
    if (req.method !== 'OPTIONS') return next();
    res.set(ALLOWED_BY_CORS);
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

/** So many requests a minute for each address. */
export function rateLimit(perMinute: number): RequestHandler {
  const limit = new MinuteLimit(perMinute);
  return (req, res, next) => {
    const wait = limit.secondsToWait(req.ip ?? '');
    if (wait === undefined) return next();
    res.set('Retry-After', String(wait));
    res.status(429).json({ error: 'too_many_requests' });
  };
}
