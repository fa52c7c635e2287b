import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** What a visitor brings along when the session is over, has been tampered with, or never was. */
export type StaleKind =
  | 'expired session token'
  | 'tampered session token'
  | 'garbage session token'
  | 'client cookie without a session token';

/** Cookies of one kind, by name. */
export interface StaleCookies {
  readonly kind: StaleKind;
  readonly cookies: Readonly<Record<string, string>>;
}

/** What the cookies of an instance look like. */
export interface StaleCookieOptions {
  /** Origin of the app, the token's `azp`. */
  readonly origin: string;
  /** Origin of the Frontend API, the token's `iss`. */
  readonly issuer?: string;
  /** Decides the suffix of the cookies; without it only the names without a suffix are sent. */
  readonly publishableKey?: string;
  /** Key id that the server verifies with; without it no token gets as far as its signature, so none is made. */
  readonly kid?: string;
  readonly now?: Date;
}

/** Header `cat` of session tokens (`@clerk/backend` jwtCategories). */
const SESSION_TOKEN_CATEGORY = 'cl_B7d4PD111AAA';

/** Life of a session token, seconds. */
const TOKEN_LIFE = 60;

/** How long ago the visitor was last signed in, seconds. */
const AWAY = 7200;

/**
 * Cookies with which a correct app shows sign-in. None of them can ever be accepted: the signature is of a throw-away
 * key and the session id cannot exist. `@clerk/backend` looks at the signature before the expiry, so the expired token is
 * also older than the last sign-in; Clerk then does what it does on expiry, it asks the Frontend API in a handshake.
 */
export function staleCookies({
  origin,
  issuer = origin,
  publishableKey,
  kid,
  now = new Date(),
}: StaleCookieOptions): StaleCookies[] {
  const seconds = Math.floor(now.getTime() / 1000);
  const token = (issuedAt: number, key: string) =>
    sessionToken({
      kid: key,
      issuedAt,
      claims: { azp: origin, iss: issuer, sid: 'sess_readiness_does_not_exist', sub: 'user_readiness_does_not_exist' },
    });
  const named = (kind: StaleKind, values: Readonly<Record<string, string>>): StaleCookies => ({
    kind,
    cookies: withSuffix(values, publishableKey),
  });
  const signedInAt = String(seconds - AWAY);
  return [
    ...(kid === undefined
      ? []
      : [
          named('expired session token', {
            __session: token(seconds - AWAY, kid),
            __client_uat: String(seconds - AWAY + TOKEN_LIFE),
          }),
          named('tampered session token', { __session: token(seconds, kid), __client_uat: signedInAt }),
        ]),
    named('garbage session token', { __session: 'readiness.garbage', __client_uat: signedInAt }),
    named('client cookie without a session token', { __client_uat: signedInAt }),
  ];
}

/** Ingredients of a session token. */
export interface SessionTokenParts {
  readonly kid: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Default: a throw-away key, so that the signature is foreign. */
  readonly key?: KeyObject;
}

/** A session token of version 2 (https://clerk.com/docs/guides/sessions/session-tokens). */
export function sessionToken({ kid, issuedAt, claims, key = throwAwayKey() }: SessionTokenParts): string {
  const header = encode({ alg: 'RS256', cat: SESSION_TOKEN_CATEGORY, kid, typ: 'JWT' });
  const payload = encode({ ...claims, exp: issuedAt + TOKEN_LIFE, iat: issuedAt, nbf: issuedAt - 10, v: 2 });
  return `${header}.${payload}.${sign('RSA-SHA256', Buffer.from(`${header}.${payload}`), key).toString('base64url')}`;
}

/** Suffix by which instances on one domain tell their cookies apart (`@clerk/shared` getCookieSuffix). */
export function cookieSuffix(publishableKey: string): string {
  return createHash('sha1').update(publishableKey).digest('base64url').slice(0, 8);
}

function withSuffix(
  values: Readonly<Record<string, string>>,
  publishableKey: string | undefined,
): Record<string, string> {
  if (publishableKey === undefined) return values;
  const suffix = cookieSuffix(publishableKey);
  return {
    ...values,
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}_${suffix}`, value])),
  };
}

let throwAway: KeyObject | undefined;

function throwAwayKey(): KeyObject {
  throwAway ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return throwAway;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
