import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import type { ClerkClient } from '@clerk/backend';
import { startClerkStandIn } from '../../demo/clerk/stand-in.ts';
import type { ClerkStandIn } from '../../demo/clerk/stand-in.ts';
import { randomSecretKey } from '../../demo/clerk/keys.ts';
import { backendApi, keysSameInstance, secretKeyLive } from '../../src/areas/environment.ts';
import type { KeyEvidence } from '../../src/areas/environment/kid-probe.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { conclude } from '../../src/verify.ts';
import type { Check, Outcome } from '../../src/verify.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import { assertComplete } from '../support/findings.ts';
import { selfSigned, serve } from '../support/server.ts';
import { verifySite } from '../support/site.ts';

const CHECKS = { secret: secretKeyLive, same: keysSameInstance, backend: backendApi };
type Statuses = Readonly<Record<keyof typeof CHECKS, Outcome['status']>>;

const KID = 'ins_own';
const LIVE = ['sk', 'live', randomBytes(20).toString('hex')].join('_');
const TEST = ['sk', 'test', randomBytes(20).toString('hex')].join('_');
const said = (reason: string | undefined) =>
  exchange({ path: '/api/me', status: 401, headers: reason === undefined ? {} : { 'x-clerk-auth-reason': reason } });
const json = (path: string, body: unknown, status = 200) =>
  exchange({
    path: `https://api.clerk.com${path}`,
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const backendOf = (kid = KID, type = 'production') => ({
  jwks: json('/v1/jwks', { keys: [{ kid }] }),
  instance: json('/v1/instance', { environment_type: type }),
});
const REFUSED = {
  jwks: json('/v1/jwks', { errors: [{ code: 'clerk_key_invalid' }] }, 401),
  instance: json('/v1/instance', {}, 401),
};
const UNREACHED = { jwks: failure('ENOTFOUND'), instance: failure('ENOTFOUND') };

/** The answers to the token with the own key id and to the one with an unknown id; one reason, where only the latter was sent. */
const probe = (...reasons: string[]): KeyEvidence['probe'] => {
  const [foreign, own] = reasons.map(said).toReversed();
  return { ...(own && { own }), ...(foreign && { foreign }), mute: foreign ? [] : [said(undefined)] };
};

interface Case {
  readonly name: string;
  readonly probe: KeyEvidence['probe'];
  readonly frontend?: KeyEvidence['frontend'];
  readonly backend?: KeyEvidence['backend'];
  readonly options?: ReadinessOptions;
  readonly pages?: 'live' | 'test';
  readonly expected: Statuses;
  /** What the first failing or doubtful check says. */
  readonly says?: RegExp;
}

const PASS: Statuses = { secret: 'pass', same: 'pass', backend: 'pass' };
const given = (secretKey: string) => ({ clerk: { secretKey } });
const WORKS = probe('token-invalid-signature', 'jwk-kid-mismatch');

const CASES: readonly Case[] = [
  { name: 'row 1: own key found, unknown key not', probe: WORKS, expected: PASS },
  {
    name: 'row 2: neither key found',
    probe: probe('jwk-kid-mismatch', 'jwk-kid-mismatch'),
    expected: { secret: 'not-verified', same: 'fail', backend: 'pass' },
    says: /two instances|of the instance of the pages/,
  },
  {
    name: 'row 3: the key is refused',
    probe: probe('secret-key-invalid', 'secret-key-invalid'),
    expected: { secret: 'fail', same: 'not-verified', backend: 'not-verified' },
    says: /Wrong secret key.*rotated or revoked/,
  },
  ...['unexpected-error', 'jwk-remote-failed-to-load'].map((reason) => ({
    name: `row 4: the Backend API is unreachable (${reason})`,
    probe: probe(reason, reason),
    expected: { secret: 'not-verified', same: 'not-verified', backend: 'fail' } as const,
    says: /could not reach/,
  })),
  {
    name: 'row 5: both keys found, as with CLERK_JWT_KEY',
    probe: probe('token-invalid-signature', 'token-invalid-signature'),
    expected: { secret: 'not-verified', same: 'not-verified', backend: 'not-verified' },
    says: /CLERK_JWT_KEY.*attest/,
  },
  {
    name: 'row 5 with the key given',
    probe: probe('token-invalid-signature', 'token-invalid-signature'),
    options: given(LIVE),
    backend: backendOf(),
    expected: { secret: 'not-verified', same: 'not-verified', backend: 'pass' },
    says: /CLERK_JWT_KEY.*nothing shows that the server uses the same one.*attest/,
  },
  {
    name: 'own key still cached, Backend API gone',
    probe: probe('token-invalid-signature', 'unexpected-error'),
    expected: { secret: 'not-verified', same: 'pass', backend: 'fail' },
  },
  {
    name: 'reasons joined to that of protect()',
    probe: probe('protect-rewrite, token-invalid-signature', 'protect-rewrite, jwk-kid-mismatch'),
    expected: PASS,
  },
  {
    name: 'other authorised parties than the origin',
    probe: probe('token-invalid-authorized-parties', 'jwk-kid-mismatch'),
    expected: PASS,
  },
  {
    name: 'no key on the server',
    probe: probe('jwk-failed-to-resolve', 'jwk-failed-to-resolve'),
    expected: { secret: 'fail', same: 'not-verified', backend: 'not-verified' },
    says: /CLERK_SECRET_KEY is not set/,
  },
  {
    name: 'no reasons',
    probe: probe(),
    expected: { secret: 'not-verified', same: 'not-verified', backend: 'not-verified' },
    says: /no x-clerk-auth-reason on \/api\/me.*set clerk\.secretKey/,
  },
  {
    name: 'no reasons, the key given',
    probe: probe(),
    options: given(LIVE),
    backend: backendOf(),
    expected: { secret: 'not-verified', same: 'pass', backend: 'pass' },
    says: /no x-clerk-auth-reason on \/api\/me.*nothing shows that the server uses the same one.*attest/,
  },
  {
    name: 'the Frontend API out of reach',
    frontend: { unknown: 'let this runner reach https://clerk.example.com' },
    probe: probe('jwk-kid-mismatch'),
    expected: { secret: 'not-verified', same: 'not-verified', backend: 'pass' },
    says: /let this runner reach https:\/\/clerk\.example\.com/,
  },
  {
    name: 'a test key given in production',
    probe: WORKS,
    options: given(TEST),
    backend: backendOf(KID, 'development'),
    expected: { secret: 'fail', same: 'pass', backend: 'pass' },
    says: /Test keys in production.*pk_live_ and sk_live_ keys/,
  },
  {
    name: 'a test key given in staging, with pages on a test key',
    probe: WORKS,
    options: { ...given(TEST), profile: 'staging' },
    pages: 'test',
    backend: backendOf(KID, 'development'),
    expected: PASS,
  },
  {
    name: 'a test key given in staging, with pages on a live key',
    probe: WORKS,
    options: { ...given(TEST), profile: 'staging' },
    backend: backendOf(),
    expected: { secret: 'fail', same: 'pass', backend: 'pass' },
    says: /Keys of two instances/,
  },
  {
    name: 'pages on a test key in production, no key given',
    probe: WORKS,
    pages: 'test',
    expected: { secret: 'not-verified', same: 'pass', backend: 'pass' },
    says: /publishable-key-live/,
  },
  {
    name: 'a live key of a development instance',
    probe: WORKS,
    options: given(LIVE),
    backend: backendOf(KID, 'development'),
    expected: { secret: 'fail', same: 'pass', backend: 'pass' },
  },
  {
    name: 'the given key of another instance',
    probe: WORKS,
    options: given(LIVE),
    backend: backendOf('ins_other'),
    expected: { secret: 'pass', same: 'fail', backend: 'pass' },
  },
  {
    name: 'the given key refused',
    probe: WORKS,
    options: given(LIVE),
    backend: REFUSED,
    expected: { secret: 'pass', same: 'pass', backend: 'fail' },
    says: /Wrong secret key/,
  },
  {
    name: 'the Backend API out of reach from here only',
    probe: WORKS,
    options: given(LIVE),
    backend: UNREACHED,
    expected: PASS,
  },
  {
    name: 'no reasons, and the Backend API out of reach from here',
    probe: probe(),
    options: given(LIVE),
    backend: UNREACHED,
    expected: { secret: 'not-verified', same: 'not-verified', backend: 'not-verified' },
    says: /environment\/backend-api/,
  },
];

describe('the checks of the keys', () => {
  for (const {
    name,
    probe: sent,
    frontend = { kid: KID },
    backend,
    options = {},
    pages = 'live',
    expected,
    says,
  } of CASES) {
    it(name, () => {
      const evidence = { frontend, probe: sent, ...(backend && { backend }) };
      const known = expectation(options, { publishableKeyKind: pages, frontendApi: 'https://clerk.example.com' });
      const outcomes = Object.entries(CHECKS).map(
        ([key, check]) => [key, conclude(check.judge(evidence, known), [], false)] as const,
      );
      assert.deepEqual(Object.fromEntries(outcomes.map(([key, { status }]) => [key, status])), expected);
      for (const [, { findings, reason }] of outcomes) {
        findings.forEach(assertComplete);
        assert.notEqual(reason, '');
      }
      const words = outcomes
        .filter(([, { status }]) => status !== 'pass')
        .map(([, { reason, findings }]) => [reason, ...findings.flatMap(({ cause, fix }) => [cause, fix])].join(' '));
      if (says) assert.match(words[0] ?? '', says);
    });
  }
});

/** A server with Clerk's own SDK, as one without a framework has it. */
describe('the kid probe against the SDK itself', () => {
  let clerk: ClerkStandIn;
  const secretKey = randomSecretKey('live');
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();

  before(async () => {
    clerk = await startClerkStandIn({
      kind: 'live',
      secretKey,
      user: {
        email: 'jane@example.com',
        password: randomBytes(9).toString('hex'),
        firstName: 'Jane',
        lastName: 'Fern',
      },
      frontendApiPort: 0,
      backendApiPort: 0,
      certificate: await selfSigned(['clerk.example']),
      scripts: '/nowhere',
    });
  });
  after(() => clerk.close());

  const answer = async (sdk: ClerkClient, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const state = await sdk.authenticateRequest(
      new Request(`http://${request.headers.host}${request.url}`, { headers }),
    );
    response.setHeaders(state.headers);
    response.setHeader('content-type', 'text/html');
    response.end(`<html><script data-clerk-publishable-key="${clerk.publishableKey}"></script>`);
  };
  const statuses = async (sdk: ClerkClient, options: ReadinessOptions = {}): Promise<Statuses> => {
    const entries = Object.entries(CHECKS).map(async ([key, check]: [string, Check<KeyEvidence>]) => {
      const outcome = await verifySite(check, (request, response) => void answer(sdk, request, response), {
        ...options,
        api: ['/api/me'],
        network: { ignoreHTTPSErrors: true },
      });
      return [key, outcome.status] as const;
    });
    return Object.fromEntries(await Promise.all(entries)) as Statuses;
  };
  const sdkWith = (own: { secretKey?: string; jwtKey?: string; apiUrl?: string }) =>
    createClerkClient({
      publishableKey: clerk.publishableKey,
      secretKey,
      apiUrl: clerk.backendApiUrl,
      telemetry: { disabled: true },
      ...own,
    });

  it('row 1: passes', async () => assert.deepEqual(await statuses(sdkWith({})), PASS));
  it('row 2: sees keys of two instances', async () => {
    const undo = clerk.control.disguise({ keyId: 'ins_another' });
    const seen = await statuses(sdkWith({}));
    undo();
    assert.deepEqual(seen, { secret: 'not-verified', same: 'fail', backend: 'pass' });
  });
  it('row 3: sees a revoked key', async () =>
    assert.deepEqual(await statuses(sdkWith({ secretKey: randomSecretKey('live') })), {
      secret: 'fail',
      same: 'not-verified',
      backend: 'not-verified',
    }));
  it('row 4: sees that the Backend API is down, whatever the server has in its cache', async () => {
    const sdk = sdkWith({});
    clerk.control.setDown('backend', true);
    const seen = await statuses(sdk);
    clerk.control.setDown('backend', false);
    assert.deepEqual(seen, { secret: 'not-verified', same: 'pass', backend: 'fail' });
  });
  it('row 5: sees a fixed key, which proves nothing about the secret one', async () =>
    assert.deepEqual(await statuses(sdkWith({ jwtKey: pem })), {
      secret: 'not-verified',
      same: 'not-verified',
      backend: 'not-verified',
    }));
  it('row 5: does not take the given key for the server’s', async () =>
    assert.deepEqual(await statuses(sdkWith({ jwtKey: pem }), { clerk: { secretKey, apiUrl: clerk.backendApiUrl } }), {
      secret: 'not-verified',
      same: 'not-verified',
      backend: 'pass',
    }));
});

describe('asking the Backend API', () => {
  const page = `<html><script data-clerk-publishable-key="pk_live_${Buffer.from('clerk.invalid$').toString('base64')}"></script>`;
  const verifyWith = async (answers: ReadonlyArray<readonly [number, Record<string, string>]>) => {
    let asked = 0;
    const api = await serve((request, response) => {
      const [status, headers] = (request.url === '/v1/jwks' ? answers[asked++] : undefined) ?? [200, {}];
      response.writeHead(status, headers).end(JSON.stringify({ keys: [{ kid: KID }], environment_type: 'production' }));
    });
    const outcome = await verifySite(backendApi, (_request, response) => response.end(page), {
      clerk: { secretKey: LIVE, apiUrl: api.origin },
    });
    return { outcome, asked, received: api.received };
  };

  it('waits for a rate limit to end', async () => {
    const { outcome, asked } = await verifyWith([[429, { 'retry-after': '0' }]]);
    assert.equal(asked, 2);
    assert.equal(outcome.status, 'pass', outcome.reason);
  });
  it('gives up on one that does not end, and says so', async () => {
    const { outcome, asked } = await verifyWith(
      Array.from({ length: 9 }, () => [429, { 'retry-after': '0' }] as const),
    );
    assert.equal(asked, 4);
    assert.equal(outcome.status, 'not-verified');
    assert.match(outcome.reason, /answered 429/);
  });
  it('shows the key to the Backend API only, and in no report', async () => {
    const { outcome, received } = await verifyWith([[401, {}]]);
    assert.equal(outcome.status, 'fail');
    assert.equal(received[0]?.headers.authorization, `Bearer ${LIVE}`);
    assert.ok(!JSON.stringify(outcome).includes(LIVE));
  });
});
