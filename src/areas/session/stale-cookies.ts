import { withSuffix } from '../../target/clerk.ts';
import { sessionToken, TOKEN_LIFE } from '../../target/session-token.ts';

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

/** How long ago the visitor was last signed in, seconds. */
const AWAY = 7200;

/**
 * Cookies with which a correct app shows sign-in. None of them can ever be accepted: no key made the signature
 * and the session id cannot exist. `@clerk/backend` looks at the signature before the expiry, so the expired token is
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
