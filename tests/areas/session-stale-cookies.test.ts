import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createClerkClient, verifyToken } from '@clerk/backend';
import { getCookieSuffix } from '@clerk/shared/keys';
import { staleCookies } from '../../src/areas/session/stale-cookies.ts';
import { cookieSuffix } from '../../src/target/clerk.ts';
import { sessionToken } from '../../src/target/session-token.ts';
import type { StaleKind } from '../../src/areas/session/stale-cookies.ts';

const KID = 'ins_readinesstest';
const ORIGIN = 'https://app.example.com';
const PUBLISHABLE_KEY = `pk_live_${Buffer.from('clerk.example.com$').toString('base64')}`;
const SECRET_KEY = `sk_live_${generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }).n?.slice(0, 40).replace(/\W/g, 'x')}`;
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwtKey = publicKey.export({ format: 'pem', type: 'spki' }).toString();

/** Backend API that knows one key, so that the SDK looks keys up as in production. */
const backendApi = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' }] }),
  );
});
let apiUrl = '';

before(async () => {
  await new Promise<void>((resolve) => backendApi.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(backendApi.address() as AddressInfo).port}`;
});
after(() => backendApi.close());

const all = () =>
  staleCookies({ origin: ORIGIN, issuer: 'https://clerk.example.com', publishableKey: PUBLISHABLE_KEY, kid: KID });

async function state(cookies: Readonly<Record<string, string>>) {
  const clerk = createClerkClient({
    secretKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    apiUrl,
    telemetry: { disabled: true },
  });
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
  const request = new Request(`${ORIGIN}/dashboard`, {
    headers: { cookie, accept: 'text/html', 'sec-fetch-dest': 'document' },
  });
  return clerk.authenticateRequest(request);
}

describe('cookie suffix', () => {
  for (const host of ['clerk.example.com', '127.0.0.1:4311', 'happy-fern-12.clerk.accounts.dev']) {
    test(`is the one of @clerk/shared for ${host}`, async () => {
      const key = `pk_test_${Buffer.from(`${host}$`).toString('base64')}`;
      assert.equal(cookieSuffix(key), await getCookieSuffix(key));
    });
  }
});

describe('session token', () => {
  const claims = { azp: ORIGIN, iss: 'https://clerk.example.com', sid: 'sess_a', sub: 'user_a' };
  const now = Math.floor(Date.now() / 1000);

  test('is accepted by @clerk/backend when the right key signs it, so the form is right', async () => {
    const verified = await verifyToken(sessionToken({ kid: KID, issuedAt: now, claims, key: privateKey }), { jwtKey });
    assert.equal(verified.sub, 'user_a');
  });

  test('is expired for @clerk/backend when issued two hours ago', async () => {
    await assert.rejects(
      verifyToken(sessionToken({ kid: KID, issuedAt: now - 7200, claims, key: privateKey }), { jwtKey }),
      { reason: 'token-expired' },
    );
  });

  test('is refused for its signature when nobody gives a key', async () => {
    await assert.rejects(verifyToken(sessionToken({ kid: KID, issuedAt: now, claims }), { jwtKey }), {
      reason: 'token-invalid-signature',
    });
  });
});

describe('what @clerk/backend sees in each kind of cookies', () => {
  const expected: Readonly<Record<StaleKind, readonly [status: string, reason: RegExp]>> = {
    'expired session token': ['handshake', /iat-before-client-uat/],
    'tampered session token': ['signed-out', /token-invalid-signature/],
    'garbage session token': ['signed-out', /token-invalid/],
    'client cookie without a session token': ['handshake', /client-uat-but-no-session-token/],
  };
  for (const [kind, [status, reason]] of Object.entries(expected)) {
    test(`${kind}: ${status}`, async () => {
      const cookies = all().find((one) => one.kind === kind)?.cookies;
      assert.ok(cookies);
      const seen = await state(cookies);
      assert.equal(seen.status, status);
      assert.match(String(seen.reason), reason);
    });
  }

  test('the same cookies signed by the right key would be signed in, so the refusals are about the signature', async () => {
    const now = Math.floor(Date.now() / 1000);
    const token = sessionToken({
      kid: KID,
      issuedAt: now,
      claims: { azp: ORIGIN, iss: 'https://clerk.example.com', sid: 'sess_a', sub: 'user_a' },
      key: privateKey,
    });
    const suffix = cookieSuffix(PUBLISHABLE_KEY);
    const uat = String(now - 60);
    const seen = await state({
      __session: token,
      [`__session_${suffix}`]: token,
      __client_uat: uat,
      [`__client_uat_${suffix}`]: uat,
    });
    assert.equal(seen.status, 'signed-in');
  });
});

test('without a key id no token is made, and every kind carries its suffixed twin', () => {
  assert.deepEqual(
    staleCookies({ origin: ORIGIN }).map(({ kind }) => kind),
    ['garbage session token', 'client cookie without a session token'],
  );
  for (const { cookies } of all()) {
    const names = Object.keys(cookies);
    assert.equal(names.filter((name) => name.endsWith(`_${cookieSuffix(PUBLISHABLE_KEY)}`)).length, names.length / 2);
  }
});
