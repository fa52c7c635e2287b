import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import type { Exchange, HeaderList, Visit } from '../../src/target/exchange.ts';
import type { ClerkIdentity } from '../../src/target/identity.ts';
import type { Expectation } from '../../src/verify.ts';

/** Origin that recorded exchanges come from. */
export const ORIGIN = 'https://app.example.com';

/** The recording of one answer, for judges. */
export interface Answer {
  readonly method?: string;
  readonly path?: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>> | HeaderList;
  readonly body?: string;
}

/** A recorded exchange; `200 text/html` unless said otherwise. */
export function exchange({
  method = 'GET',
  path = '/',
  requestHeaders = {},
  status = 200,
  headers = {},
  body = '',
}: Answer = {}): Exchange {
  const list: HeaderList = Array.isArray(headers) ? headers : Object.entries(headers);
  const typed = list.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    request: { method, url: path.startsWith('http') ? path : ORIGIN + path, headers: Object.entries(requestHeaders) },
    response: {
      status,
      headers: typed ? list : [['content-type', 'text/html; charset=utf-8'], ...list],
      body,
      truncated: false,
    },
    durationMs: 5,
  };
}

/** A recorded exchange that got no answer. */
export function failure(code: string, path = '/'): Exchange {
  return { request: { method: 'GET', url: ORIGIN + path, headers: [] }, error: { code, message: code }, durationMs: 5 };
}

/** A recorded visit. */
export function visit(...exchanges: Exchange[]): Visit {
  return { exchanges, final: exchanges.at(-1) ?? exchange() };
}

/** What a judge knows besides the evidence. */
export function expectation(options: ReadinessOptions = {}, clerk: ClerkIdentity = {}): Expectation {
  return {
    readiness: resolveOptions({ baseURL: ORIGIN, ...options }, {}),
    identity: { origin: ORIGIN, clerk },
  };
}
