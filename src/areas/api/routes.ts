import type { ApiRoute, Readiness } from '../../config/options.ts';
import { header, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';

/** Declared routes that can be read: with GET nothing is changed. */
export function getRoutes({ api }: Pick<Readiness, 'api'>): ApiRoute[] {
  return (api || []).filter(({ methods }) => methods.includes('GET'));
}

/** True for an answer that the test user should get. */
export function isAnswerToUser({ authenticatedStatus }: ApiRoute, exchange: Exchange): boolean {
  const code = status(exchange);
  return authenticatedStatus ? authenticatedStatus.includes(code) : code >= 200 && code < 300;
}

/** ` (x-clerk-auth-reason: …)` where Clerk's middleware gives one; CDNs may take it away. */
export function reason(exchange: Exchange): string {
  const given = header(exchange, 'x-clerk-auth-reason');
  return given === undefined ? '' : ` (x-clerk-auth-reason: ${given})`;
}
