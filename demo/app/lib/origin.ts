import { env } from './env';

/**
 * Whether a page of a foreign site sent the request. Cookies alone must not authorise such a request
 * (cross-site request forgery); programs send no Origin.
 */
export function isForeignOrigin(request: Request): boolean {
  const origin = request.headers.get('origin');
  return origin !== null && origin !== env.appOrigin && origin !== env.allowedOrigin;
}
