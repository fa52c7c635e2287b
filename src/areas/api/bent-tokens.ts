import { tokenClaims } from '../../target/session-token.ts';
import type { Forgery } from './forgeries.ts';
import { publicKeyAsSecrets } from './public-key.ts';
import { compact, foreignKeys, hmac, signed } from './token.ts';

const TAMPERED = 'the signature is not verified, or not over what is then read';

/** Tokens that the test user could make of the genuine one; in none of them the signature fits. */
export async function bentTokens(
  genuine: string,
  jwk: Readonly<Record<string, unknown>> | undefined,
): Promise<Forgery[]> {
  const [head = '', body = '', signature = ''] = genuine.split('.');
  const { kid, ...header } = JSON.parse(decoded(head)) as Record<string, unknown> & { readonly kid?: string };
  const claims = tokenClaims(genuine);
  const keys = await foreignKeys();
  const genuineHeader = { ...header, ...(kid !== undefined && { kid }) };
  const flipped = Buffer.from(signature, 'base64url');
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  const pem = jwk && publicKeyAsSecrets(jwk)[0];
  return [
    {
      name: 'genuine token with another user id',
      token: compact(genuineHeader, { ...claims, sub: 'user_readiness_does_not_exist' }, signature),
      mistake: TAMPERED,
      essential: true,
    },
    {
      name: 'genuine token with an administrator’s role',
      token: compact(genuineHeader, { ...claims, o: { id: 'org_readiness_does_not_exist', rol: 'admin' } }, signature),
      mistake: TAMPERED,
    },
    {
      name: 'genuine token with a later expiry',
      token: compact(genuineHeader, { ...claims, exp: Number(claims['exp']) + 3600 }, signature),
      mistake: TAMPERED,
    },
    {
      name: 'genuine token with alg none',
      token: compact({ ...genuineHeader, alg: 'none' }, claims),
      mistake: 'tokens without a signature are allowed',
    },
    {
      name: 'genuine token without its signature',
      token: `${head}.${body}.`,
      mistake: 'an empty signature counts as none to verify',
    },
    {
      name: 'genuine token with one bit of the signature changed',
      token: `${head}.${body}.${flipped.toString('base64url')}`,
      mistake: 'the signature is not verified to its end',
    },
    {
      name: 'genuine token signed with another key',
      token: await signed({ ...genuineHeader, alg: 'RS256' }, claims, keys.RS256.privateKey),
      mistake: 'the key of the signature is not the one of the instance',
    },
    ...(pem === undefined
      ? []
      : [
          {
            name: 'genuine claims, HS256 with the public key as the secret',
            token: hmac({ ...genuineHeader, alg: 'HS256' }, claims, pem.secret),
            mistake: 'the token chooses the algorithm, so the public key is taken for an HMAC secret',
          },
        ]),
  ];
}

function decoded(segment: string): string {
  return Buffer.from(segment, 'base64url').toString('utf8');
}
