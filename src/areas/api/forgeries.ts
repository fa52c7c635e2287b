import { randomBytes } from 'node:crypto';
import { SESSION_TOKEN_CATEGORY, TOKEN_LIFE } from '../../target/session-token.ts';
import { compact, foreignKeys, hmac, signed } from './token.ts';
import { publicKeyAsSecrets } from './public-key.ts';

/** A token that no correct app accepts. */
export interface Forgery {
  readonly name: string;
  readonly token: string;
  /** How a server comes to accept it. */
  readonly mistake: string;
  /** The shortest list, for routes beyond the first few. */
  readonly essential?: true;
  /** The app asks Clerk's Backend API about it, so it is sent once only. */
  readonly costly?: true;
}

/** What is known of an instance without any secret. */
export interface ForgeryContext {
  /** Origin of the app, the `azp` of its tokens. */
  readonly origin: string;
  /** Origin of the Frontend API, the `iss` of its tokens. */
  readonly issuer: string;
  /** Key that the server verifies with; without it no token gets as far as its signature. */
  readonly publicKey?: { readonly kid: string; readonly jwk: Readonly<Record<string, unknown>> };
  readonly now?: Date;
}

/** A host that cannot exist (RFC 2606). */
const EVIL = 'https://evil.example';

/** Seconds: well past a token's life and Clerk's five seconds of clock skew. */
const LONG = 7200;

/** Bytes of a claim: a token far above Clerk's advice of 1.2 kB, and twice in one Cookie header still below nginx's limit of 8 kB. */
const OVERSIZE = 2000;

const UNVERIFIED = 'the token is decoded and its signature is not verified (decodeJwt(), atob())';
const FALLBACK = 'where verification fails for this reason, the server goes on with the decoded claims';

/** User and session ids that cannot exist. */
const NOBODY = { sid: 'sess_readiness_does_not_exist', sub: 'user_readiness_does_not_exist' };

/** Tokens that anybody can make: none is signed by the instance. Real ids exist in none of them. */
export async function forgeries({ origin, issuer, publicKey, now = new Date() }: ForgeryContext): Promise<Forgery[]> {
  const keys = await foreignKeys();
  const seconds = Math.floor(now.getTime() / 1000);
  const kid = publicKey?.kid ?? 'ins_readiness_does_not_exist';
  const typed = { kid, cat: SESSION_TOKEN_CATEGORY, typ: 'JWT' };
  const claims = {
    azp: origin,
    exp: seconds + TOKEN_LIFE,
    fva: [0, -1],
    iat: seconds - 1,
    iss: issuer,
    nbf: seconds - 10,
    ...NOBODY,
    v: 2,
  };
  const rsa = (header: Readonly<Record<string, unknown>>, payload: Parameters<typeof signed>[1] = claims) =>
    signed({ alg: 'RS256', ...typed, ...header }, payload, keys.RS256.privateKey);
  const plain = await rsa({});
  const [head = '', body = '', foreignSignature = ''] = plain.split('.');
  const { exportJWK } = await import('jose');
  const ownJwk = await exportJWK(keys.RS256.publicKey);
  const without = (...names: readonly string[]) =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
  const none = (alg: string) => compact({ alg, ...typed }, claims);
  const hs256 = { alg: 'HS256', ...typed };
  return [
    { name: 'foreign key', token: plain, mistake: UNVERIFIED, essential: true },
    ...['none', 'None', 'NONE', 'nOnE'].map((alg, index) => ({
      name: `alg ${alg}`,
      token: none(alg),
      mistake: index === 0 ? 'tokens without a signature are allowed' : 'alg none is refused in lower case only',
      ...(index === 0 && { essential: true as const }),
    })),
    {
      name: 'alg none over a signature',
      token: compact({ alg: 'none', ...typed }, claims, foreignSignature),
      mistake: 'alg none switches the verification off',
    },
    { name: 'no alg', token: compact(typed, claims, foreignSignature), mistake: 'a token without alg is not verified' },
    { name: 'signature left out', token: `${head}.${body}.`, mistake: 'an empty signature counts as none to verify' },
    { name: 'two segments', token: `${head}.${body}`, mistake: UNVERIFIED },
    {
      name: 'signature of zeroes',
      token: compact({ alg: 'RS256', ...typed }, claims, new Uint8Array(256)),
      mistake: 'the bytes of the signature are not verified',
    },
    {
      name: 'ES256, signature of zeroes',
      token: compact({ alg: 'ES256', ...typed }, claims, new Uint8Array(64)),
      mistake: 'the ECDSA library takes zeroes for a signature (CVE-2022-21449)',
    },
    {
      name: 'ES256, foreign key',
      token: await signed({ alg: 'ES256', ...typed }, claims, keys.ES256.privateKey),
      mistake: 'algorithms other than RS256 are not verified',
    },
    {
      name: 'PS256, foreign key',
      token: await signed({ alg: 'PS256', ...typed }, claims, keys.PS256.privateKey),
      mistake: 'algorithms other than RS256 are not verified',
    },
    ...(publicKey ? publicKeyAsSecrets(publicKey.jwk) : []).map(({ name, secret }) => ({
      name: `HS256 with ${name} as the secret`,
      token: hmac(hs256, claims, secret),
      mistake: 'the token chooses the algorithm, so the public key is taken for an HMAC secret (RFC 8725 section 3.1)',
    })),
    {
      name: 'HS256 with an empty secret',
      token: hmac(hs256, claims, ''),
      mistake: 'the secret of a second verifier is not set',
    },
    {
      name: 'HS256 with the secret “secret”',
      token: hmac(hs256, claims, 'secret'),
      mistake: 'the secret of a second verifier is the one of an example',
    },
    {
      name: 'own key in the header (jwk)',
      token: await rsa({ jwk: ownJwk }),
      mistake: 'the key is taken from the token (RFC 8725 section 3.10)',
    },
    {
      name: 'own key set in the header (jku)',
      token: await rsa({ jku: `${EVIL}/.well-known/jwks.json` }),
      mistake: 'the key is fetched from where the token says (RFC 8725 section 3.10)',
    },
    {
      name: 'own certificate in the header (x5u)',
      token: await rsa({ x5u: `${EVIL}/cert.pem` }),
      mistake: 'the key is fetched from where the token says (RFC 8725 section 3.10)',
    },
    {
      name: 'unknown critical extension (crit)',
      token: await rsa({ crit: ['readiness'], readiness: true }),
      mistake: FALLBACK,
    },
    {
      name: 'unknown key id',
      token: await rsa({ kid: 'ins_readiness_does_not_exist' }),
      mistake: 'a token whose key is not known is not verified',
      costly: true,
    },
    {
      name: 'no key id',
      token: await rsa({ kid: undefined }),
      mistake: 'a token without a key id is not verified',
      costly: true,
    },
    {
      name: 'key id that is a path',
      token: hmac({ ...hs256, kid: '../../../../../../dev/null' }, claims, ''),
      mistake: 'the key is read from a file that the token names',
      costly: true,
    },
    {
      name: 'key id that is a URL',
      token: await rsa({ kid: `${EVIL}/key.pem` }),
      mistake: 'the key is fetched from where the token says',
      costly: true,
    },
    {
      name: 'key id that is SQL',
      token: hmac({ ...hs256, kid: "x' UNION SELECT 'readiness" }, claims, 'readiness'),
      mistake: 'the key is looked up with a query made from text of the token',
      costly: true,
    },
    {
      name: 'expired',
      token: await rsa(
        {},
        { ...claims, exp: seconds - LONG, iat: seconds - LONG - TOKEN_LIFE, nbf: seconds - LONG - TOKEN_LIFE },
      ),
      mistake: 'an expired token is renewed or allowed before its signature is verified',
    },
    {
      name: 'not valid yet',
      token: await rsa({}, { ...claims, exp: seconds + 2 * LONG, iat: seconds + LONG, nbf: seconds + LONG }),
      mistake: FALLBACK,
    },
    { name: 'no expiry', token: await rsa({}, without('exp')), mistake: FALLBACK },
    {
      name: 'no subject',
      token: await rsa({}, without('sub', 'sid')),
      mistake: 'any token at all counts as signed in',
    },
    { name: 'no claims', token: await rsa({}, {}), mistake: 'any token at all counts as signed in' },
    {
      name: 'another issuer',
      token: await rsa({}, { ...claims, iss: `${EVIL}` }),
      mistake: 'tokens of other issuers are not verified, or with the keys that the issuer in the token names',
    },
    { name: 'no issuer', token: await rsa({}, without('iss')), mistake: FALLBACK },
    {
      name: 'issued to another origin (azp)',
      token: await rsa({}, { ...claims, azp: EVIL }),
      mistake: 'tokens of other origins take another way, which does not verify',
    },
    { name: 'no azp', token: await rsa({}, without('azp')), mistake: FALLBACK },
    {
      name: 'an administrator’s claims',
      token: await rsa(
        {},
        { ...claims, role: 'admin', o: { id: 'org_readiness_does_not_exist', rol: 'admin', slg: 'readiness' } },
      ),
      mistake: UNVERIFIED,
    },
    {
      name: 'claims of version 1',
      token: await rsa({}, { ...without('v'), org_id: 'org_readiness_does_not_exist', org_role: 'org:admin' }),
      mistake: 'tokens of version 1 take an old way, which does not verify',
    },
    { name: 'pending session', token: await rsa({}, { ...claims, sts: 'pending' }), mistake: FALLBACK },
    {
      name: 'type at+jwt',
      token: await rsa({ typ: 'at+jwt' }),
      mistake: 'OAuth access tokens take a way of their own, which does not verify',
    },
    {
      name: 'category of a template token',
      token: await rsa({ cat: 'cl_B7d4PD222AAA' }),
      mistake: 'tokens of JWT templates take a way of their own, which does not verify',
    },
    {
      name: 'category of a machine token',
      token: await rsa({ cat: 'cl_B7d4PD333AAA' }, { ...claims, sub: 'mch_readiness_does_not_exist' }),
      mistake: 'machine tokens take a way of their own, which does not verify',
    },
    {
      name: 'alg twice',
      token: compact(`{"alg":"RS256","alg":"none","kid":${JSON.stringify(kid)},"typ":"JWT"}`, claims),
      mistake: 'two parsers read the header, and do not agree on a member that is there twice',
    },
    {
      name: 'subject twice',
      token: await rsa({}, JSON.stringify(claims).replace('{', '{"sub":"user_readiness_first",')),
      mistake: UNVERIFIED,
    },
    {
      name: 'padded base64',
      token: `${padded(head)}.${padded(body)}.${padded(foreignSignature)}`,
      mistake: 'what a strict decoder refuses is not verified',
    },
    {
      name: 'two kilobytes of claims',
      token: await rsa({}, { ...claims, readiness: 'x'.repeat(OVERSIZE) }),
      mistake: 'a token that is too long is cut or not verified',
    },
    { name: 'garbage', token: 'readiness.garbage.token', mistake: 'the presence of a token is enough' },
    { name: 'three empty segments', token: '..', mistake: 'the presence of a token is enough' },
    { name: 'a bare user id', token: NOBODY.sub, mistake: 'a short cut of development takes a user id for a token' },
    {
      name: 'claims without header and signature',
      token: Buffer.from(JSON.stringify(claims)).toString('base64url'),
      mistake: UNVERIFIED,
    },
    ...['mt_', 'oat_', 'ak_'].map((prefix) => ({
      name: `opaque token ${prefix}…`,
      token: prefix + randomBytes(24).toString('hex'),
      mistake: 'machine tokens are believed by their prefix and not looked up at Clerk',
      costly: true as const,
    })),
  ];
}

function padded(base64url: string): string {
  return base64url.padEnd(Math.ceil(base64url.length / 4) * 4, '=');
}
