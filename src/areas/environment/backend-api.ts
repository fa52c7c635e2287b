import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, status } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { givenKids, keyEvidence, lookupOf, muteReason } from './kid-probe.ts';
import type { KeyEvidence } from './kid-probe.ts';

const DOCS = 'https://clerk.com/docs/reference/backend-api';

/** Statuses by which the Backend API refuses a key. */
const REFUSED: readonly number[] = [401, 403];

/** environment/backend-api. */
export const backendApi = defineCheck<KeyEvidence>({
  id: 'environment/backend-api',
  collect: keyEvidence,
  judge(evidence, expectation): Judgement {
    const unverified = doubt(evidence);
    return {
      findings: [...judgeServer(evidence), ...judgeGiven(evidence, expectation)],
      summary: proof(evidence),
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function judgeServer({ probe: { foreign } }: KeyEvidence): Finding[] {
  if (!foreign || lookupOf(foreign) !== 'unreachable') return [];
  return [
    error({
      subject: 'Backend API from the server',
      message: 'the server could not get the keys of its instance from Clerk’s Backend API',
      expected: 'x-clerk-auth-reason: jwk-kid-mismatch for a token of an unknown key, after a look into the key set',
      cause:
        'Unreachable API: outgoing https is blocked or needs a proxy, DNS fails in the container, CLERK_API_URL is wrong, or Clerk has an outage (https://status.clerk.com). Known keys are kept for some minutes, so sessions end soon after.',
      fix: 'Let the server reach https://api.clerk.com on port 443, and leave CLERK_API_URL unset.',
      docs: DOCS,
      exchange: foreign,
    }),
  ];
}

function judgeGiven({ backend }: KeyEvidence, { readiness }: Expectation): Finding[] {
  if (!backend || !REFUSED.includes(status(backend.jwks))) return [];
  return [
    error({
      subject: 'clerk.secretKey',
      message: `the Backend API at ${readiness.clerk.apiUrl} refuses the secret key with ${status(backend.jwks)}`,
      expected: 'status 200 and the key set of the instance',
      cause: 'Wrong secret key: it was rotated or revoked in the Clerk Dashboard, or cut when it was copied.',
      fix: 'Copy the secret key again from the API keys page of the Clerk Dashboard, into the hosting environment and into clerk.secretKey.',
      docs: DOCS,
      exchange: backend.jwks,
    }),
  ];
}

function isReachedByServer({ probe }: KeyEvidence): boolean {
  return lookupOf(probe.foreign) === 'not found';
}

function proof(evidence: KeyEvidence): string {
  const given = givenKids(evidence) !== undefined;
  if (!isReachedByServer(evidence))
    return 'the Backend API answers clerk.secretKey from here; the server’s own connection was not seen';
  if (given) return 'the Backend API answers the server, and clerk.secretKey from here';
  return evidence.backend
    ? `the Backend API answers the server; from here it could not be asked: ${describe(evidence.backend.jwks)}`
    : 'the Backend API answers the server';
}

function doubt(evidence: KeyEvidence): string | undefined {
  const { backend, probe } = evidence;
  if (isReachedByServer(evidence) || givenKids(evidence) !== undefined) {
    return lookupOf(probe.foreign) === 'key refused'
      ? 'the Backend API refuses the server’s secret key: see environment/secret-key-live'
      : undefined;
  }
  if (backend) return `${describe(backend.jwks)}: let this runner reach the Backend API, or correct clerk.apiUrl`;
  if (lookupOf(probe.foreign) === 'found')
    return 'the server verifies with a fixed public key (CLERK_JWT_KEY) and asks no Backend API for it: set clerk.secretKey (or CLERK_SECRET_KEY)';
  if (lookupOf(probe.foreign) === 'key refused')
    return 'the Backend API refuses the server’s secret key: see environment/secret-key-live';
  return muteReason(evidence);
}
