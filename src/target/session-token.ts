import { randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isRecord } from '../is-record.ts';
import { parseJson } from './json.ts';

/** Header `cat` of session tokens (`@clerk/backend` jwtCategories). */
export const SESSION_TOKEN_CATEGORY = 'cl_B7d4PD111AAA';

/** Life of a session token, seconds. */
export const TOKEN_LIFE = 60;

/** Length of a signature by the 2048-bit keys of Clerk's instances. */
const RSA_SIGNATURE_BYTES = 256;

/** Ingredients of a session token. */
export interface SessionTokenParts {
  readonly kid: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Default: none, and a signature at random, which no key has made. */
  readonly key?: KeyObject;
}

/** A session token of version 2 (https://clerk.com/docs/guides/sessions/session-tokens). */
export function sessionToken({ kid, issuedAt, claims, key }: SessionTokenParts): string {
  const header = encode({ alg: 'RS256', cat: SESSION_TOKEN_CATEGORY, kid, typ: 'JWT' });
  const payload = encode({ ...claims, exp: issuedAt + TOKEN_LIFE, iat: issuedAt, nbf: issuedAt - 10, v: 2 });
  const signature = key
    ? sign('RSA-SHA256', Buffer.from(`${header}.${payload}`), key)
    : randomBytes(RSA_SIGNATURE_BYTES);
  return `${header}.${payload}.${signature.toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Claims of a session token, unverified; none when it is malformed. */
export function tokenClaims(jwt: string): Readonly<Record<string, unknown>> {
  const claims = parseJson(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  return isRecord(claims) ? claims : {};
}
