import type { ApiRoute, Readiness } from '../../config/options.ts';
import { header, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';

/**
 * Methods that a broken route survives in mode `read-only`: with `{}` as the body, POST and PATCH change nothing that is
 * there. PUT may replace it by nothing and DELETE removes it, whatever the body.
 */
const HARMLESS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PATCH'];

/** Methods of a route that the mode lets be sent without a session. */
export function sendable({ methods }: ApiRoute, { mode }: Pick<Readiness, 'mode'>): readonly string[] {
  return mode === 'full' ? methods : methods.filter((method) => HARMLESS.includes(method));
}

/** Declared routes that can be read: with GET nothing is changed. */
export function getRoutes({ api }: Pick<Readiness, 'api'>): ApiRoute[] {
  return (api || []).filter(({ methods }) => methods.includes('GET'));
}

/** True for an answer that the test user should get. */
export function isAnswerToUser({ authenticatedStatus }: ApiRoute, exchange: Exchange): boolean {
  return authenticatedStatus?.includes(status(exchange)) ?? isSuccess(exchange);
}

/** ` (x-clerk-auth-reason: …)` where Clerk's middleware gives one; CDNs may take it away. */
export function reason(exchange: Exchange): string {
  const given = header(exchange, 'x-clerk-auth-reason');
  return given === undefined ? '' : ` (x-clerk-auth-reason: ${given})`;
}
