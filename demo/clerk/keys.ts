import { createHash, randomBytes } from 'node:crypto';

/** A Clerk instance is live (production) or test (development). */
export type InstanceKind = 'live' | 'test';

/** `pk_<kind>_` and the base64 of the Frontend API's host and a `$`. Source: clerk/javascript packages/shared/src/keys.ts */
export function publishableKey(kind: InstanceKind, frontendApiHost: string): string {
  return `pk_${kind}_${Buffer.from(`${frontendApiHost}$`).toString('base64')}`;
}

/** A secret key of the right form that no real service knows. */
export function randomSecretKey(kind: InstanceKind): string {
  return `sk_${kind}_${randomText(40)}`;
}

/** A webhook signing secret of the right form that no real service knows. */
export function randomWebhookSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

/** What Clerk's SDKs append to cookie names, so that several instances can share a domain. Source: shared/src/keys.ts */
export function cookieSuffix(key: string): string {
  return createHash('sha1').update(key).digest('base64url').slice(0, 8);
}

/** An id in Clerk's form: a prefix that names the type, and 27 letters and digits. */
export function randomId(prefix: string): string {
  return prefix + randomText(27);
}

/** Letters and digits, evenly distributed. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length)
    text += randomBytes(length)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '');
  return text.slice(0, length);
}
