import type { Exchange } from '../../target/exchange.ts';
import { headerValues } from '../../target/exchange.ts';

/** A cookie as an answer sets it, without its value. */
export interface SetCookie {
  readonly name: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** In lower case; undefined when the attribute is absent. */
  readonly sameSite?: string;
  readonly path?: string;
  readonly domain?: string;
  /** Too long and too mixed for anything but a credential or an identifier. */
  readonly random: boolean;
  /** The answer takes the cookie away, so its attributes protect nothing. */
  readonly removed: boolean;
  /** The answer that sets it, the values of its cookies taken out. */
  readonly exchange: Exchange;
}

/** Characters from which on a value without spaces can be a credential; 16 of base64 hold 96 bits. */
const MIN_RANDOM_LENGTH = 16;

/** Cookies that an answer sets (RFC 6265 section 5.2); values are looked at here and never kept. */
export function setCookies(exchange: Exchange): SetCookie[] {
  const shown = withoutValues(exchange);
  return headerValues(exchange, 'set-cookie').flatMap((line) => {
    const [pair = '', ...attributes] = line.split(';');
    const split = pair.indexOf('=');
    if (split < 1) return [];
    const value = pair.slice(split + 1).trim();
    const given = new Map(attributes.map(attribute));
    const sameSite = given.get('samesite')?.toLowerCase();
    return [
      {
        name: pair.slice(0, split).trim(),
        secure: given.has('secure'),
        httpOnly: given.has('httponly'),
        ...(sameSite !== undefined && { sameSite }),
        ...optional('path', given.get('path')),
        ...optional('domain', given.get('domain')),
        random: isRandom(value),
        removed: value === '' || isExpired(given, exchange),
        exchange: shown,
      },
    ];
  });
}

function attribute(text: string): readonly [name: string, value: string] {
  const [name = '', ...value] = text.split('=');
  return [name.trim().toLowerCase(), value.join('=').trim()];
}

function optional<Name extends string>(name: Name, value: string | undefined): { readonly [key in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in Name]?: string });
}

function isExpired(given: ReadonlyMap<string, string>, exchange: Exchange): boolean {
  const maxAge = given.get('max-age');
  if (maxAge !== undefined) return Number(maxAge) <= 0;
  const now = Date.parse(headerValues(exchange, 'date')[0] ?? '');
  // Without a Date header only a date of long ago, as frameworks write it, is surely past.
  return Date.parse(given.get('expires') ?? '') <= (Number.isNaN(now) ? Date.UTC(2000) : now);
}

function isRandom(value: string): boolean {
  const decoded = value.replace(/%[0-9a-f]{2}/gi, '.');
  // Tokens are redacted where exchanges are recorded; the mark shows that there was one.
  if (decoded.includes('[redacted')) return true;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(decoded)).length;
  return decoded.length >= MIN_RANDOM_LENGTH && !/[\s{}]/.test(decoded) && kinds >= 2 && /\d/.test(decoded);
}

/** Cookies of a signed-in person must not reach a report. */
function withoutValues(exchange: Exchange): Exchange {
  const hide = ([name, value]: readonly [string, string]): readonly [string, string] => {
    if (/^set-cookie$/i.test(name)) return [name, value.replace(/=[^;]*/, '=[redacted]')];
    return /^cookie$/i.test(name) ? [name, value.replace(/=[^;]*/g, '=[redacted]')] : [name, value];
  };
  const { request, response } = exchange;
  return {
    ...exchange,
    request: { ...request, headers: request.headers.map(hide) },
    ...(response && { response: { ...response, headers: response.headers.map(hide), body: '' } }),
  };
}
