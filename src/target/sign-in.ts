import type { Readiness } from '../config/options.ts';
import { headerValues, isRedirect, redirectTarget } from './exchange.ts';
import type { Exchange, Visit } from './exchange.ts';
import type { Identity } from './identity.ts';
import { parseSetCookie } from './set-cookie.ts';

/** What decides whether a URL is the sign-in page. */
export interface SignInContext {
  readonly readiness: { readonly routes: Pick<Readiness['routes'], 'signIn'> };
  readonly identity: Identity;
}

/** Paths that apps use for signing in, when none is configured; below their settings is a page about it. */
const USUAL_SIGN_IN = /^(?!.*\/(?:settings|preferences|profile|security)\/).*(^|\/)(sign[-_]?in|log[-_]?in)(\/|$)/i;

/** A locale in front of the path: language, script and region, as `/en`, `/pt-BR`, `/zh-Hant-TW`, `/es-419`; `/me` and `/my` are somebody's own pages. */
const LOCALE = /^\/(?!m[ey]\/)[a-z]{2}(-[A-Za-z]{4})?([-_]\w{2,4})?(?=\/)/;

/** Path of Clerk's redirect through the Frontend API that settles the session before anything else. */
export const HANDSHAKE_PATH = '/v1/client/handshake';

/** True for the configured sign-in page, with or without a locale, and for the Account Portal. */
export function isSignIn(url: URL, { readiness, identity }: SignInContext): boolean {
  const { signIn } = readiness.routes;
  if (signIn !== undefined) {
    const configured = new URL(signIn, identity.origin);
    const routed = url.hash.startsWith(configured.hash);
    if (url.origin === configured.origin && isUnder(url.pathname, configured.pathname) && routed) return true;
  }
  const onTarget = url.origin === identity.origin;
  return (onTarget ? signIn === undefined : isPortal(url)) && USUAL_SIGN_IN.test(url.pathname + url.hash.split('?')[0]);
}

/** Clerk's hosted pages, the Account Portal: `accounts.<domain>`, `<slug>.accounts.dev`. */
export function isPortal({ hostname }: URL): boolean {
  return hostname.startsWith('accounts.') || hostname.endsWith('.accounts.dev');
}

/** True for the address of Clerk's handshake, on the Frontend API's host or behind a proxy. */
export function isHandshake({ pathname }: URL): boolean {
  return pathname.endsWith(HANDSHAKE_PATH);
}

/** URL that a visit ended at: the last page, or where it was sent off the target. */
export function endOf(visit: Visit): URL {
  const sentTo = visit.stopped === 'left-target' ? redirectTarget(visit.final) : undefined;
  if (sentTo) return sentTo;
  const end = new URL(visit.final.request.url);
  // A fragment is never sent, but a browser keeps it: there a router with hashes has its pages.
  end.hash = visit.exchanges.reduce((hash, exchange) => redirectTarget(exchange)?.hash || hash, '');
  return end;
}

/** Shortest value that may hold a page out of sight, as an id or something sealed does. */
const MIN_SEALED = 12;

/** Clerk's cookies and parameters, those of edges, and tokens against forgery: none holds a page to come back to. */
const NO_WAY_BACK = /^__(?:clerk|client|session|refresh)|^_{1,2}cf|^AWSALB|csrf|xsrf/i;

/** True where the page to come back to may be kept out of sight: in a sealed parameter or cookie, or by its name alone. */
export function mayKeep(path: string, signIn: URL, cookies: ReadonlyArray<readonly [string, string]>): boolean {
  return [...parametersOf(signIn), ...cookies].some(
    ([name, value]) =>
      !NO_WAY_BACK.test(name) &&
      (value.replace(/%2F/gi, '/').replace(/^"?\/?|"$/g, '') === path.slice(1) ||
        (value.length >= MIN_SEALED && /^(?!\/|https?:)\S+$/i.test(value) && /[A-Z\d]|\[redacted/.test(value))),
  );
}

/** Name and value of the cookies that were set on the way of a visit. */
export function cookiesOnTheWay({ exchanges }: Visit): Array<readonly [string, string]> {
  return exchanges.filter(isRedirect).flatMap((exchange) =>
    headerValues(exchange, 'set-cookie').flatMap((line) => {
      const cookie = parseSetCookie(line, new URL(exchange.request.url));
      return cookie ? [[cookie.name, cookie.value] as const] : [];
    }),
  );
}

function parametersOf({ searchParams, hash }: URL): Array<[string, string]> {
  return [...searchParams, ...(hash ? new URLSearchParams(hash.replace(/^#[^?]*\??/, '')) : [])];
}

/**
 * The page that sign-in will return to, from the query of the sign-in URL (`redirect_url` with Clerk);
 * undefined when no parameter names one.
 */
export function returnUrl(signIn: URL, origin: string): URL | undefined {
  const values = parametersOf(signIn);
  const named =
    values.find(([name]) => name === 'redirect_url') ?? values.find(([, value]) => /^(https?:\/)?\//.test(value));
  return named && URL.canParse(named[1], origin) ? new URL(named[1], origin) : undefined;
}

/** True when a single answer sends the visitor to sign-in or into the handshake. */
export function redirectsToSignIn(exchange: Exchange, context: SignInContext): boolean {
  const to = redirectTarget(exchange);
  return to !== undefined && (isSignIn(to, context) || isHandshake(to));
}

/** A path as it is, and without what may be a language in front of it, or a country and a language. */
export function inAnyLanguage(path: string): string[] {
  const once = path.replace(LOCALE, '');
  return [path, once, once.replace(LOCALE, '')];
}

/** True when two paths name one page: a locale in front and a slash at the end make no difference. */
export function isSamePage(a: string, b: string): boolean {
  const [some, others] = [a, b].map((path) => inAnyLanguage(path).map((each) => each.replace(/\/+$/, '')));
  return some?.some((path) => others?.includes(path)) === true;
}

/** True for a path and everything below it, whatever its language prefix; for the home page alone. */
export function isUnder(path: string, base: string): boolean {
  if (base === '/') return path === '/';
  const root = base.replace(/\/$/, '');
  return inAnyLanguage(path).some((candidate) => candidate === root || candidate.startsWith(`${root}/`));
}
