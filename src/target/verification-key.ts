import { isRecord } from '../is-record.ts';
import { body, describe, status } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import type { Target } from './target.ts';

/** The key that the Frontend API publishes, or why it is not known and what to do about it. */
export type VerificationKey = { readonly kid: string } | { readonly unknown: string };

/** The id of the key that session tokens of the target's instance are signed with, from the Frontend API's public key set. */
export async function verificationKey({
  target,
  identity: { clerk },
}: {
  target: Target;
  identity: Identity;
}): Promise<VerificationKey> {
  if (clerk.frontendApi === undefined)
    return { unknown: 'the target’s Clerk instance is not known: set clerk.publishableKey' };
  const answer = await target.keySet(clerk.frontendApi);
  const kid = firstKid(answer);
  return kid === undefined
    ? { unknown: `${describe(answer)} without a usable key: let this runner reach ${clerk.frontendApi}` }
    : { kid };
}

function firstKid(answer: Exchange): string | undefined {
  if (status(answer) !== 200) return undefined;
  try {
    const set: unknown = JSON.parse(body(answer));
    const keys: readonly unknown[] = isRecord(set) && Array.isArray(set['keys']) ? set['keys'] : [];
    return keys.flatMap((key) => (isRecord(key) && typeof key['kid'] === 'string' ? [key['kid']] : []))[0];
  } catch {
    return undefined;
  }
}
