import type { Readiness } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { givenInstanceType, givenKids, keyEvidence, lookupOf, unseen } from './kid-probe.ts';
import type { KeyEvidence } from './kid-probe.ts';

const DOCS = 'https://clerk.com/docs/guides/development/deployment/production';
const VOUCH = "vouch for the server with attest: { 'environment/secret-key-live': … }";

/** environment/secret-key-live. */
export const secretKeyLive = defineCheck<KeyEvidence>({
  id: 'environment/secret-key-live',
  collect: keyEvidence,
  judge(evidence, expectation): Judgement {
    const unverified = doubt(evidence, expectation);
    return {
      findings: [...judgeKind(evidence, expectation), ...judgeServer(evidence)],
      summary: proof(evidence, expectation),
      ...(unverified !== undefined && { unverified }),
    };
  },
});

/** The kind that the secret key must have: live in production, elsewhere that of the publishable key. */
function rightKind({ readiness, identity }: Expectation): 'live' | 'test' | undefined {
  return readiness.profile === 'production' ? 'live' : identity.clerk.publishableKeyKind;
}

function kindOf({ clerk: { secretKey } }: Readiness): 'live' | 'test' | undefined {
  if (secretKey === undefined) return undefined;
  return secretKey.startsWith('sk_live_') ? 'live' : 'test';
}

function judgeKind(evidence: KeyEvidence, expectation: Expectation): Finding[] {
  const { readiness, identity } = expectation;
  const [given, right] = [kindOf(readiness), rightKind(expectation)];
  if (given === undefined || right === undefined) return [];
  if (given !== right) {
    const pages = identity.clerk.publishableKeyKind;
    return [
      error({
        subject: 'clerk.secretKey',
        message: `the secret key is an sk_${given}_ key${pages === undefined ? '' : `, while the pages carry a pk_${pages}_ key`}`,
        expected:
          readiness.profile === 'production' ? 'an sk_live_ key' : `an sk_${right}_ key, as the publishable key`,
        cause: `${readiness.profile === 'production' ? 'Test keys in production' : 'Keys of two instances'}: one of the two keys was exchanged for the launch and the other was forgotten.`,
        fix: `Set the pk_${right}_ and sk_${right}_ keys of one instance in the hosting environment and redeploy.`,
        docs: DOCS,
      }),
    ];
  }
  const type = givenInstanceType(evidence);
  if (readiness.profile !== 'production' || type === undefined || type === 'production') return [];
  return [
    error({
      subject: 'clerk.secretKey',
      message: `the Backend API calls the instance of the secret key a ${type} instance`,
      expected: 'environment_type "production"',
      cause: 'The key belongs to another instance than the one that was set up for production.',
      fix: 'Copy the keys of the production instance from the Clerk Dashboard into the hosting environment and redeploy.',
      docs: DOCS,
      ...(evidence.backend && { exchange: evidence.backend.instance }),
    }),
  ];
}

function judgeServer({ probe }: KeyEvidence): Finding[] {
  const { foreign } = probe;
  if (!foreign) return [];
  const base = { subject: 'the server’s secret key', docs: DOCS, exchange: foreign };
  const lookup = lookupOf(foreign);
  if (lookup === 'key refused') {
    return [
      error({
        ...base,
        message:
          'Clerk’s Backend API refuses the secret key that the server uses (x-clerk-auth-reason: secret-key-invalid)',
        expected: 'x-clerk-auth-reason: jwk-kid-mismatch for a token of an unknown key',
        cause:
          'Wrong secret key: it was rotated or revoked in the Clerk Dashboard, or cut or quoted when it was copied.',
        fix: 'Copy the secret key again from the API keys page of the Clerk Dashboard into CLERK_SECRET_KEY in the hosting environment and redeploy.',
      }),
    ];
  }
  if (lookup === 'no key') {
    return [
      error({
        ...base,
        message: 'the server has no key to verify session tokens with',
        expected: 'x-clerk-auth-reason: jwk-kid-mismatch for a token of an unknown key',
        cause: 'CLERK_SECRET_KEY is not set in this environment, or its name is misspelt.',
        fix: 'Set CLERK_SECRET_KEY in the hosting environment and redeploy.',
      }),
    ];
  }
  return [];
}

/** True when the server showed that its key is accepted and belongs to the instance of the pages. */
function isProvenByServer({ probe }: KeyEvidence): boolean {
  return lookupOf(probe.own) === 'found' && lookupOf(probe.foreign) === 'not found';
}

function proof(evidence: KeyEvidence, { readiness, identity }: Expectation): string {
  const given = kindOf(readiness);
  if (isProvenByServer(evidence)) {
    const kind = given ?? identity.clerk.publishableKeyKind;
    return `Clerk accepts the server’s own secret key${kind === undefined ? '' : `, of a ${kind} instance`}`;
  }
  return `Clerk accepts the server’s own secret key; clerk.secretKey is an sk_${given}_ key`;
}

function doubt(evidence: KeyEvidence, expectation: Expectation): string | undefined {
  const { probe } = evidence;
  const server = lookupOf(probe.foreign);
  const given = expectation.readiness.clerk.secretKey !== undefined;
  if (server === 'unreachable')
    return 'the server could not reach Clerk’s Backend API, so nobody knows whether its secret key is valid: see environment/backend-api';
  if (server === 'not found') {
    if (isProvenByServer(evidence)) return liveness(expectation);
    return given
      ? undefined
      : `Clerk accepts the server’s secret key, but its kind is not known (${'unknown' in evidence.frontend ? evidence.frontend.unknown : 'it is not of the instance of the pages'}): set clerk.secretKey (or CLERK_SECRET_KEY)`;
  }
  if (given && givenKids(evidence) === undefined)
    return 'the Backend API gave no keys for clerk.secretKey: see environment/backend-api';
  const hidden =
    server === 'found'
      ? 'the server verifies with a fixed public key (CLERK_JWT_KEY) and does not show its secret key'
      : unseen(evidence);
  return given
    ? `clerk.secretKey is a key that Clerk accepts, but ${hidden}, so nothing shows that the server uses the same one: ${VOUCH}`
    : `${hidden}: set clerk.secretKey (or CLERK_SECRET_KEY) to have that key verified, and ${VOUCH}`;
}

/** The server's key is that of the pages' instance, whose kind the publishable key tells. */
function liveness(expectation: Expectation): string | undefined {
  const { readiness, identity } = expectation;
  if (kindOf(readiness) !== undefined || identity.clerk.publishableKeyKind === rightKind(expectation)) return undefined;
  return 'the secret key belongs to the instance of the publishable key, which is no live one: see environment/publishable-key-live';
}
