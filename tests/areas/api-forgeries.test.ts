import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import { bentTokens } from '../../src/areas/api/bent-tokens.ts';
import { forgeries } from '../../src/areas/api/forgeries.ts';
import type { Forgery } from '../../src/areas/api/forgeries.ts';
import { withSuffix } from '../../src/target/clerk.ts';
import { sessionToken } from '../../src/target/session-token.ts';

const ORIGIN = 'https://app.example.com';
const ISSUER = 'https://clerk.example.com';
const KID = 'ins_readinesstest';
const PUBLISHABLE_KEY = `pk_live_${Buffer.from('clerk.example.com$').toString('base64')}`;
const SECRET_KEY = ['sk', 'live', randomBytes(20).toString('hex')].join('_');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWK = { ...publicKey.export({ format: 'jwk' }), kid: KID, use: 'sig', alg: 'RS256' };
const PEM = publicKey.export({ format: 'pem', type: 'spki' }).toString();
const NOW = Math.floor(Date.now() / 1000);

/** As the test user's browser has it. */
const GENUINE = sessionToken({
  kid: KID,
  issuedAt: NOW - 1,
  claims: { azp: ORIGIN, iss: ISSUER, sid: 'sess_genuine', sub: 'user_genuine', fva: [0, -1], sts: 'active' },
  key: privateKey,
});

/** Backend API that knows one key and no machine token, so that the SDK looks things up as in production. */
const backendApi = createServer((request, response) => {
  const known = request.url?.startsWith('/v1/jwks') === true;
  response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known ? { keys: [JWK] } : { errors: [{ code: 'resource_not_found', message: 'no' }] }));
});
let apiUrl = '';
before(async () => {
  await new Promise<void>((resolve) => backendApi.listen(0, '127.0.0.1', resolve));
  apiUrl = `http://127.0.0.1:${(backendApi.address() as AddressInfo).port}`;
});
after(() => backendApi.close());

const all = async (): Promise<Forgery[]> => [
  ...(await forgeries({ origin: ORIGIN, issuer: ISSUER, publicKey: { kid: KID, jwk: JWK } })),
  ...(await bentTokens(GENUINE, JWK)),
];

/** What `@clerk/backend` makes of a token, as clerkMiddleware() asks it. */
async function isSignedIn(headers: Record<string, string>): Promise<boolean> {
  const clerk = createClerkClient({
    secretKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    apiUrl,
    telemetry: { disabled: true },
  });
  const request = new Request(`${ORIGIN}/api/me`, { headers: { accept: 'application/json', ...headers } });
  const state = await clerk.authenticateRequest(request, { acceptsToken: 'any' });
  return state.isAuthenticated;
}

const asBearer = (token: string) => isSignedIn({ authorization: `Bearer ${token}` });
const asCookie = (token: string) => {
  const cookies = withSuffix({ __session: token, __client_uat: String(NOW - 60) }, PUBLISHABLE_KEY);
  return isSignedIn({
    cookie: Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; '),
  });
};

async function taken(verifier: (token: string) => boolean | Promise<boolean>): Promise<string[]> {
  const verdicts = await Promise.all(
    (await all()).map(async ({ name, token }) => ({ name, believed: await verifier(token) })),
  );
  return verdicts.filter(({ believed }) => believed).map(({ name }) => name);
}

describe('the forged tokens', () => {
  it('are at least 20 with names and values of their own', async () => {
    const list = await all();
    assert.ok((await forgeries({ origin: ORIGIN, issuer: ISSUER })).length >= 20);
    assert.equal(new Set(list.map(({ name }) => name)).size, list.length);
    assert.equal(new Set(list.map(({ token }) => token)).size, list.length);
  });
  it('are all refused by @clerk/backend as Bearer', async () => assert.deepEqual(await taken(asBearer), []));
  it('are all refused by @clerk/backend as cookie', async () => assert.deepEqual(await taken(asCookie), []));
  it('differ from a genuine token, which the same SDK accepts both ways', async () =>
    assert.deepEqual([await asBearer(GENUINE), await asCookie(GENUINE)], [true, true]));
  it('fit twice into a Cookie header below the limit of nginx', async () => {
    for (const { name, token } of await all()) assert.ok(token.length * 2 < 7000, name);
  });
  it('name nobody that can exist, but for those that are bent', async () => {
    for (const { name, token } of await forgeries({ origin: ORIGIN, issuer: ISSUER }))
      assert.ok(!claims(token).includes('genuine'), name);
  });
});

const segment = (token: string, index: number): string =>
  Buffer.from(token.split('.')[index] ?? '', 'base64url').toString();
const claims = (token: string): string => segment(token, 1);
function read(token: string): { header: Record<string, unknown>; payload: Record<string, unknown> } | undefined {
  try {
    return {
      header: JSON.parse(segment(token, 0)) as Record<string, unknown>,
      payload: JSON.parse(claims(token)) as Record<string, unknown>,
    };
  } catch {
    return undefined;
  }
}
const content = (token: string): string => token.split('.').slice(0, 2).join('.');
const signature = (token: string): string => token.split('.')[2] ?? '';
const fits = (token: string, key: Parameters<typeof verify>[2]): boolean =>
  verify('RSA-SHA256', Buffer.from(content(token)), key, Buffer.from(signature(token), 'base64url'));
const hmacFits = (token: string, secret: string): boolean =>
  createHmac('sha256', secret).update(content(token)).digest('base64url') === signature(token);
const alg = (token: string): unknown => read(token)?.header['alg'];

/** Verifiers that are wrong in one way each. */
const BROKEN: Record<string, readonly [verifier: (token: string) => boolean, exposedBy: readonly string[]]> = {
  'decodes only': [(token) => read(token) !== undefined, ['foreign key', 'alg none', 'two segments']],
  'takes the presence of a token': [(token) => token !== '', ['garbage', 'three empty segments', 'a bare user id']],
  'allows alg none': [(token) => alg(token) === 'none', ['alg none', 'genuine token with alg none']],
  'forbids alg none in lower case only': [
    (token) => /^none$/i.test(String(alg(token))) && alg(token) !== 'none',
    ['alg None', 'alg NONE', 'alg nOnE'],
  ],
  'verifies nothing when the signature is empty': [
    (token) => read(token) !== undefined && signature(token) === '',
    ['signature left out', 'genuine token without its signature'],
  ],
  'takes the public key for an HMAC secret': [
    (token) => alg(token) === 'HS256' && hmacFits(token, PEM),
    ['HS256 with the public key (PEM) as the secret', 'genuine claims, HS256 with the public key as the secret'],
  ],
  'takes CLERK_JWT_KEY for an HMAC secret': [
    (token) => alg(token) === 'HS256' && hmacFits(token, PEM.trimEnd()),
    ['HS256 with the public key (PEM, no last line break) as the secret'],
  ],
  'has an empty secret': [
    (token) => alg(token) === 'HS256' && hmacFits(token, ''),
    ['HS256 with an empty secret', 'key id that is a path'],
  ],
  'trusts the key in the header': [
    (token) => {
      const jwk = read(token)?.header['jwk'];
      return typeof jwk === 'object' && fits(token, createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }));
    },
    ['own key in the header (jwk)'],
  ],
  'renews expired tokens unverified': [(token) => Number(read(token)?.payload['exp']) < NOW, ['expired']],
  'verifies its own key id only': [
    (token) => read(token) !== undefined && read(token)?.header['kid'] !== KID,
    ['unknown key id', 'no key id'],
  ],
  'verifies RS256 only': [
    (token) => ['ES256', 'PS256'].includes(String(alg(token))),
    ['ES256, foreign key', 'PS256, foreign key', 'ES256, signature of zeroes'],
  ],
  'believes known users': [
    (token) => claims(token).includes('user_genuine') && !fits(token, publicKey),
    ['genuine token signed with another key', 'genuine token with one bit of the signature changed'],
  ],
};

describe('a verifier that', () => {
  for (const [name, [verifier, exposedBy]] of Object.entries(BROKEN)) {
    it(`${name} is exposed`, async () => {
      const believed = await taken(verifier);
      for (const forgery of exposedBy)
        assert.ok(believed.includes(forgery), `${forgery} is not among ${believed.join(', ')}`);
    });
  }
});
