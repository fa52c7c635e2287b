import type { Move } from '../../browser.ts';
import { underBasePath } from '../../target/base-path.ts';
import type { Visit } from '../../target/exchange.ts';
import { status } from '../../target/exchange.ts';
import { endOf, isHandshake, isPortal, isSamePage, isUnder } from '../../target/sign-in.ts';

/** How a visit went, from the page first asked for to where it ended. */
export interface Way {
  /** Moves to another page, without Clerk's handshakes. */
  readonly redirects: number;
  /** Round trips to Clerk's Frontend API that sync a session. */
  readonly handshakes: number;
}

/** Most redirects of a visit. */
export const MAX_REDIRECTS = 3;

/** Most handshakes of a visit: one that gives a development browser its identity, one that ends the stale session. */
export const MAX_HANDSHAKES = 2;

const HANDSHAKE_PARAMETERS = [
  '__clerk_handshake',
  '__clerk_handshake_nonce',
  '__clerk_db_jwt',
  '__clerk_hs_reason',
  '__clerk_synced',
  '__clerk_help',
];

/**
 * Counts the redirects of a visit. A handshake is one round trip: to the Frontend API, back to the page,
 * and, on a development instance, once more to clean the URL; none of these counts as a redirect.
 */
export function measure(moves: readonly Move[]): Way {
  const stops = moves.map(({ url, status: code }) => ({ url: new URL(url), isDocument: code !== undefined }));
  const redirects = stops
    .slice(1)
    .filter(({ url, isDocument }, index) =>
      isRedirect((stops[index] as (typeof stops)[number]).url, url, isDocument),
    ).length;
  return { redirects, handshakes: stops.filter(({ url }) => isHandshake(url)).length };
}

function isRedirect(from: URL, to: URL, isDocument: boolean): boolean {
  if (isHandshake(from) || isHandshake(to)) return false;
  if (from.origin !== to.origin || from.pathname !== to.pathname) return true;
  // A script that keeps its state in the query has not left the page.
  return isDocument && !isCleanUp(from, to);
}

/** The app took the handshake's parameters out of its URL. */
function isCleanUp(from: URL, to: URL): boolean {
  return hasHandshakeParameter(from) && !hasHandshakeParameter(to);
}

function hasHandshakeParameter({ searchParams }: URL): boolean {
  return HANDSHAKE_PARAMETERS.some((name) => searchParams.has(name));
}

/** The moves of a visit over HTTP; the page that it left the target for is the last one. */
export function movesOf({ exchanges, final, stopped }: Visit): Move[] {
  const moves = exchanges.map((exchange) => ({ url: exchange.request.url, status: status(exchange) }));
  const { href } = endOf({ exchanges, final, ...(stopped && { stopped }) });
  return stopped === 'left-target'
    ? [...moves, { url: href }]
    : [...moves.slice(0, -1), { url: href, status: status(final) }];
}

/** The way as one line: `/dashboard 307 → /sign-in 200`; hosts are named where they change, queries are left out. */
export function describeMoves(moves: readonly Move[]): string {
  return moves
    .slice(0, MAX_DESCRIBED)
    .map(({ url, status: code }, index) => {
      const { host, pathname } = new URL(url);
      const before = moves[index - 1];
      const where = before && new URL(before.url).host === host ? pathname : index === 0 ? pathname : host + pathname;
      return code === undefined ? where : `${where} ${code}`;
    })
    .concat(moves.length > MAX_DESCRIBED ? ['…'] : [])
    .join(' → ');
}

/** Where a visit ended. */
export type Destination = 'sign-in' | 'in-place' | 'handshake' | 'elsewhere';

/** Names the end of a visit. */
export function destination(final: URL, asked: URL, signIn: readonly URL[]): Destination {
  if (isHandshake(final)) return 'handshake';
  const isAt = ({ origin, pathname, hash }: URL) =>
    origin === final.origin && isUnder(final.pathname, pathname) && final.hash.startsWith(hash);
  if (signIn.some(isAt)) return 'sign-in';
  if (final.origin === asked.origin) return samePath(final.pathname, asked.pathname) ? 'in-place' : 'elsewhere';
  return isPortal(final) ? 'sign-in' : 'elsewhere';
}

/** The pages that count as sign-in: the configured one, and the one that a visitor without cookies is led to. */
export function signInPages(configured: string | undefined, origin: string, withoutCookies: readonly Move[]): URL[] {
  const [first, last] = [withoutCookies[0], withoutCookies.at(-1)].map((move) => move && new URL(move.url));
  const learned =
    first && last && LOOKS_LIKE_SIGN_IN.test(last.pathname) && destination(last, first, []) === 'elsewhere';
  return [
    ...(configured === undefined ? [] : [new URL(configured, origin)]),
    ...(learned ? [new URL(last.pathname, last)] : []),
  ];
}

const MAX_DESCRIBED = 8;
const LOOKS_LIKE_SIGN_IN = /sign-?_?in|log-?_?(in|on)|auth|account|connect|session/i;

/** Where a sign-in page would send the person afterwards. */
export type ReturnPath = 'kept' | 'lost' | { readonly foreign: string };

/**
 * Looks for the page first asked for in the query and the fragment of a sign-in URL, under any name.
 * @param asked absolute URL of the page first asked for
 * @param basePath of the app; its router may put it in front of the path by itself
 */
export function returnPath(signIn: URL, asked: URL, basePath?: string): ReturnPath {
  const values = [...signIn.searchParams.values(), ...fragmentParameters(signIn)];
  const targets = values
    .filter((value) => value.startsWith('/') || /^https?:/i.test(value))
    .flatMap((value) => (URL.canParse(value, asked) ? [new URL(value, asked)] : []));
  const same = targets.filter((target) =>
    [target.pathname, underBasePath(basePath, target.pathname)].some((path) => samePath(path, asked.pathname)),
  );
  if (same.length === 0) return 'lost';
  return same.some(({ host }) => host === asked.host) ? 'kept' : { foreign: (same[0] as URL).origin };
}

/** True for the same path, whatever its trailing slash or its language prefix. */
export function samePath(a: string, b: string): boolean {
  return isSamePage(`${a}/`, `${b}/`);
}

/** clerk-js keeps its parameters in the fragment: `#/?redirect_url=…`. */
function fragmentParameters({ hash }: URL): string[] {
  const query = hash.indexOf('?');
  return query < 0 ? [] : [...new URLSearchParams(hash.slice(query + 1)).values()];
}
