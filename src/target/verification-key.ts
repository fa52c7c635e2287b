import { isRecord } from '../is-record.ts';
import { describe, status } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import { jsonOf, member } from './json.ts';
import type { Target } from './target.ts';

/** The key that the Frontend API publishes, or why it is not known and what to do about it. */
export type VerificationKey =
  | { readonly kid: string; readonly jwk: Readonly<Record<string, unknown>> }
  | { readonly unknown: string };

/** The key that session tokens of the target's instance are signed with, from the Frontend API's public key set. */
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
  return (
    firstKey(answer) ?? {
      unknown: `${describe(answer)} without a usable key: let this runner reach ${clerk.frontendApi}`,
    }
  );
}

function firstKey(answer: Exchange): VerificationKey | undefined {
  if (status(answer) !== 200) return undefined;
  const keys = member(jsonOf(answer), 'keys');
  return (Array.isArray(keys) ? keys : [])
    .filter(isRecord)
    .flatMap((jwk) => (typeof jwk['kid'] === 'string' ? [{ kid: jwk['kid'], jwk }] : []))[0];
}
