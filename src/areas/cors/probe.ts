import type { Anonymous } from '../../target/anonymous.ts';
import { sharedStorage } from '../../target/cache-policy.ts';
import { header, headerValues, redirectTarget } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { isSameSite } from '../../target/site.ts';
import { isHandshake as leadsToHandshake } from '../../target/sign-in.ts';

/** Headers that a front end with Clerk sends to an API on another origin. */
export const ASKED_HEADERS = ['authorization', 'content-type'] as const;

/** Asks for a path as a script on a page of an origin does. */
export class OriginProbe {
  readonly #client: Pick<Anonymous, 'get' | 'request'>;
  readonly #own: string;

  /** @param own origin of the app */
  constructor(client: Pick<Anonymous, 'get' | 'request'>, own: string) {
    this.#client = client;
    this.#own = own;
  }

  get(path: string, origin: string): Promise<Exchange> {
    return this.#client.get(path, { as: 'api', headers: { origin, 'sec-fetch-site': this.#site(origin) } });
  }

  /** The question that a browser asks before such a request: without credentials (Fetch, CORS-preflight fetch). */
  preflight(path: string, origin: string, method: string): Promise<Exchange> {
    return this.#client.request(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': ASKED_HEADERS.join(', '),
        'sec-fetch-mode': 'cors',
        'sec-fetch-site': this.#site(origin),
        'sec-fetch-dest': 'empty',
      },
    });
  }

  /** As the browser says it itself (Fetch Metadata), which some apps go by. */
  #site(origin: string): string {
    if (origin === this.#own) return 'same-origin';
    // null is no address, nor is an address with something in front of it.
    return URL.canParse(origin) && isSameSite(origin, this.#own) ? 'same-site' : 'cross-site';
  }
}

/** What an answer permits. */
export interface Grant {
  /** Value of Access-Control-Allow-Origin; repeated or listed values are invalid and permit nothing. */
  readonly origin: string;
  /** True when cookies may be used. */
  readonly credentials: boolean;
}

/** The permission in an answer; undefined when there is none. */
export function grantOf(exchange: Exchange): Grant | undefined {
  const origin = header(exchange, 'access-control-allow-origin')?.trim();
  return origin === undefined || origin === ''
    ? undefined
    : { origin, credentials: header(exchange, 'access-control-allow-credentials')?.trim() === 'true' };
}

/** Elements of a list header in lower case. */
export function listOf(exchange: Exchange, name: string): string[] {
  return headerValues(exchange, name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== '');
}

/** True when a cache keeps the answers to different origins apart, or none at all. */
export function variesByOrigin(exchange: Exchange): boolean {
  const isKept = !listOf(exchange, 'cache-control').includes('no-store') || sharedStorage(exchange) !== undefined;
  return !isKept || listOf(exchange, 'vary').some((name) => name === 'origin' || name === '*');
}

/** Clerk’s own handshake answers carry a CORS permission for null; they are not the app’s (@clerk/backend tokens/handshake.ts). */
export function isHandshake(exchange: Exchange): boolean {
  const to = redirectTarget(exchange);
  return (
    header(exchange, 'x-clerk-auth-status') === 'handshake' ||
    (to !== undefined && leadsToHandshake(to)) ||
    headerValues(exchange, 'set-cookie').some((cookie) => cookie.startsWith('__clerk_handshake'))
  );
}
