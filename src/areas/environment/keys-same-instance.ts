import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import { givenKids, keyEvidence, lookupOf, muteReason } from './kid-probe.ts';
import type { KeyEvidence } from './kid-probe.ts';

const DOCS = 'https://clerk.com/docs/guides/development/deployment/production';

/** environment/keys-same-instance. */
export const keysSameInstance = defineCheck<KeyEvidence>({
  id: 'environment/keys-same-instance',
  collect: keyEvidence,
  judge(evidence): Judgement {
    const { frontend, probe } = evidence;
    if ('unknown' in frontend) return { findings: [], summary: '', unverified: frontend.unknown };
    const kids = givenKids(evidence);
    const [own, foreign] = [lookupOf(probe.own), lookupOf(probe.foreign)];
    // A server that finds every key looks none up.
    const looksUp = foreign !== undefined && foreign !== 'found';
    const unverified =
      own === 'found' && looksUp ? undefined : doubt(evidence, own, kids?.includes(frontend.kid) === true);
    return {
      findings: [
        ...(own === 'not found' && foreign === 'not found' ? [ofTwoInstances(evidence, frontend.kid)] : []),
        ...(kids && !kids.includes(frontend.kid) ? [givenKeyElsewhere(evidence, frontend.kid, kids)] : []),
      ],
      summary:
        own === 'found'
          ? `the server knows key ${frontend.kid} of the pages’ instance`
          : `clerk.secretKey and the publishable key belong to the instance of key ${frontend.kid}; that the server uses this secret key was not seen`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function ofTwoInstances({ probe }: KeyEvidence, kid: string): Finding {
  return error({
    subject: 'the server’s secret key',
    message: `the server does not know key ${kid}, with which the instance of the publishable key signs its sessions (x-clerk-auth-reason: jwk-kid-mismatch)`,
    expected: 'x-clerk-auth-reason: token-invalid-signature for a token of that key with a foreign signature',
    cause:
      'Publishable key and secret key belong to two instances, as when only one was exchanged for the launch. Users who sign in are taken for signed out and go round in redirects.',
    fix: 'Copy both keys from the API keys page of one instance in the Clerk Dashboard into the hosting environment and redeploy.',
    docs: DOCS,
    ...(probe.own && { exchange: probe.own }),
  });
}

function givenKeyElsewhere({ backend }: KeyEvidence, kid: string, kids: readonly string[]): Finding {
  return error({
    subject: 'clerk.secretKey',
    message: `the secret key belongs to an instance with key ${kids.join(', ')}, the publishable key of the pages to one with key ${kid}`,
    expected: `key ${kid} in the Backend API’s key set`,
    cause: 'Publishable key and secret key were copied from two instances.',
    fix: 'Copy both keys from the API keys page of one instance in the Clerk Dashboard, into the hosting environment and into clerk.secretKey.',
    docs: DOCS,
    ...(backend && { exchange: backend.jwks }),
  });
}

function doubt(evidence: KeyEvidence, own: ReturnType<typeof lookupOf>, givenFits: boolean): string | undefined {
  if (own === 'found')
    return "the server verifies with a fixed public key (CLERK_JWT_KEY), which answers alike for every instance: the checks with a test user show whether it is the right one (set session.user.email), or vouch for it with attest: { 'environment/keys-same-instance': … }";
  if (givenFits) return undefined;
  if (own === 'key refused' || own === 'no key')
    return 'the server has no valid secret key to compare: see environment/secret-key-live';
  if (own === 'unreachable') return 'the server could not reach Clerk’s Backend API: see environment/backend-api';
  return muteReason(evidence);
}
