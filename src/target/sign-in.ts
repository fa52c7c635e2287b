import type { Readiness } from '../config/options.ts';
import { redirectTarget } from './exchange.ts';
import type { Exchange, Visit } from './exchange.ts';
import type { Identity } from './identity.ts';

/** What decides whether a URL is the sign-in page. */
export interface SignInContext {
  readonly readiness: { readonly routes: Pick<Readiness['routes'], 'signIn'> };
  readonly identity: Identity;
}

/** Paths that apps use for signing in, when none is configured. */
const USUAL_SIGN_IN = /(^|\/)(sign[-_]?in|log[-_]?in)(\/|$)/i;

/** A locale in front of the path, as `/en` or `/pt-BR`. */
const LOCALE = /^\/[a-z]{2}(-[A-Za-z]{2,4})?(?=\/)/;

/** Path of Clerk's redirect through the Frontend API that settles the session before anything else. */
export const HANDSHAKE_PATH = '/v1/client/handshake';

/** True for the configured sign-in page, with or without a locale, and for the Account Portal. */
export function isSignIn(url: URL, { readiness, identity }: SignInContext): boolean {
  const { signIn } = readiness.routes;
  if (signIn !== undefined) {
    const configured = new URL(signIn, identity.origin);
    if (url.origin === configured.origin && isUnder(url.pathname, configured.pathname)) return true;
  }
  const onTarget = url.origin === identity.origin;
  const onPortal = url.hostname.startsWith('accounts.') || url.hostname.endsWith('.accounts.dev');
  return (onTarget ? signIn === undefined : onPortal) && USUAL_SIGN_IN.test(url.pathname);
}

/** True for a redirect into Clerk's handshake. */
export function isHandshake(url: URL): boolean {
  return url.pathname.endsWith(HANDSHAKE_PATH);
}

/** URL that a visit ended at: the last page, or where it was sent off the target. */
export function endOf(visit: Visit): URL {
  const sentTo = visit.stopped === 'left-target' ? redirectTarget(visit.final) : undefined;
  return sentTo ?? new URL(visit.final.request.url);
}

/**
 * The page that sign-in will return to, from the query of the sign-in URL (`redirect_url` with Clerk);
 * undefined when no parameter names one.
 */
export function returnUrl(signIn: URL, origin: string): URL | undefined {
  const values = [
    ...signIn.searchParams.entries(),
    ...new URLSearchParams(signIn.hash.replace(/^#[^?]*\??/, '')).entries(),
  ];
  const named =
    values.find(([name]) => name === 'redirect_url') ?? values.find(([, value]) => /^(https?:\/)?\//.test(value));
  return named && URL.canParse(named[1], origin) ? new URL(named[1], origin) : undefined;
}

/** True when a single answer sends the visitor to sign-in or into the handshake. */
export function redirectsToSignIn(exchange: Exchange, context: SignInContext): boolean {
  const to = redirectTarget(exchange);
  return to !== undefined && (isSignIn(to, context) || isHandshake(to));
}

/** True when two paths name one page: a locale in front and a slash at the end make no difference. */
export function isSamePage(a: string, b: string): boolean {
  const bare = (path: string) => path.replace(LOCALE, '').replace(/\/+$/, '');
  return bare(a) === bare(b);
}

function isUnder(path: string, base: string): boolean {
  if (base === '/') return path === '/';
  const root = base.replace(/\/$/, '');
  return [path, path.replace(LOCALE, '')].some((candidate) => candidate === root || candidate.startsWith(`${root}/`));
}
