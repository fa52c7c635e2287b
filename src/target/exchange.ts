import type { SecretTrace } from './secrets.ts';

/** Header list in wire order; names keep the case they were sent in, repeated names stay repeated. */
export type HeaderList = ReadonlyArray<readonly [name: string, value: string]>;

/** What went out, already redacted. */
export interface RequestRecord {
  readonly method: string;
  /** Absolute URL exactly as sent: the path is never normalised. */
  readonly url: string;
  readonly headers: HeaderList;
  readonly body?: string;
}

/** What came back, already redacted. */
export interface ResponseRecord {
  readonly status: number;
  readonly headers: HeaderList;
  /** Decoded text; binary bodies are kept as latin1-safe text only as far as `maxBodyBytes` goes. */
  readonly body: string;
  /** True when the body was longer than `network.maxBodyBytes` and the rest was not read. */
  readonly truncated: boolean;
  /** Secrets that stood in the headers or the body before they were redacted; left out when there were none. */
  readonly secrets?: readonly SecretTrace[];
}

/** Why there is no response. */
export interface ExchangeError {
  /** Node or undici error code, for example `ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT`. */
  readonly code: string;
  readonly message: string;
}

/**
 * One recorded request with its response or its error.
 * Judges see nothing but exchanges, so a verdict can be re-judged from a recording.
 */
export interface Exchange {
  readonly request: RequestRecord;
  readonly response?: ResponseRecord;
  readonly error?: ExchangeError;
  /** Milliseconds from sending to the end of the body. */
  readonly durationMs: number;
}

/** A document visit: the exchanges of a redirect chain, first to last. */
export interface Visit {
  readonly exchanges: readonly Exchange[];
  /** The exchange the chain ended at. */
  readonly final: Exchange;
  /** Why the chain stopped before an answer that is not a redirect. */
  readonly stopped?: 'too-many-redirects' | 'left-target';
}

/** Value of a header, case-insensitive; repeated headers are joined by `, ` as RFC 9110 section 5.3 allows. */
export function header(exchange: Exchange, name: string): string | undefined {
  const values = headerValues(exchange, name);
  return values.length > 0 ? values.join(', ') : undefined;
}

/** Every value of a header, in order; for `set-cookie` and CSP, where joining would lose boundaries. */
export function headerValues(exchange: Exchange, name: string): string[] {
  return valuesOf(exchange.response?.headers ?? [], name);
}

/** The same for a list of headers. */
export function valuesOf(headers: HeaderList, name: string): string[] {
  const wanted = name.toLowerCase();
  const values: string[] = [];
  for (const [key, value] of headers)
    if (key.length === wanted.length && key.toLowerCase() === wanted) values.push(value);
  return values;
}

/** Status of the response; 0 when there was none. */
export function status(exchange: Exchange): number {
  return exchange.response?.status ?? 0;
}

/** Text of the response; empty when there was none. */
export function body(exchange: Exchange): string {
  return exchange.response?.body ?? '';
}

/** Secrets that stood in the response. */
export function secretsIn(exchange: Exchange): readonly SecretTrace[] {
  return exchange.response?.secrets ?? [];
}

/** Where redirects lead, which judges ask again and again. */
const targets = new WeakMap<Exchange, URL>();

/** Redirect target resolved against the request, when the answer is a redirect with a usable Location. */
export function redirectTarget(exchange: Exchange): URL | undefined {
  const known = targets.get(exchange);
  if (known) return known;
  const location = header(exchange, 'location');
  if (!isRedirect(exchange) || location === undefined || !URL.canParse(location, exchange.request.url))
    return undefined;
  const target = new URL(location, exchange.request.url);
  targets.set(exchange, target);
  return target;
}

/** True for 2xx. */
export function isSuccess(exchange: Exchange): boolean {
  return status(exchange) >= 200 && status(exchange) < 300;
}

/** True for the redirect statuses a browser follows (RFC 9110 section 15.4). */
export function isRedirect(exchange: Exchange): boolean {
  return [301, 302, 303, 307, 308].includes(status(exchange));
}

/** True when the response declares HTML, or declares nothing and looks like it. */
export function isHtml(exchange: Exchange): boolean {
  const type = header(exchange, 'content-type');
  if (type !== undefined) return /^\s*(text\/html|application\/xhtml\+xml)/i.test(type);
  return /^\s*<(!doctype html|html)/i.test(body(exchange));
}

/** `GET https://… → 200 text/html` in one line, for messages. */
export function describe(exchange: Exchange): string {
  const { method, url } = exchange.request;
  const to = shorten(url);
  if (exchange.error) return `${method} ${to} failed: ${exchange.error.message}`;
  const location = header(exchange, 'location');
  const detail = location !== undefined ? ` to ${shorten(location)}` : '';
  return `${method} ${to} answered ${status(exchange)}${detail}`;
}

/** A URL whose query was made huge on purpose is not worth reading to its end. */
function shorten(url: string): string {
  return url.length > 500 ? `${url.slice(0, 500)}…` : url;
}
