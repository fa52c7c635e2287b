import { generateKeyPairSync, sign } from 'node:crypto';
import { randomId } from './keys.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Signs as a Clerk instance does: RS256, with a key that lives as long as this process. */
export interface TokenSigner {
  /** The id of the instance's key. In Clerk it is the instance's own id. */
  readonly keyId: string;
  readonly jwks: { readonly keys: readonly object[] };
  sign(claims: Claims): string;
}

/** The `cat` header that marks session tokens. Source: clerk/javascript packages/backend/src/tokens/jwtCategories.ts */
const SESSION_TOKEN_CATEGORY = 'cl_B7d4PD111AAA';

export function createTokenSigner(): TokenSigner {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyId = randomId('ins_');
  const header = encode({ alg: 'RS256', cat: SESSION_TOKEN_CATEGORY, kid: keyId, typ: 'JWT' });
  return {
    keyId,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', kid: keyId, alg: 'RS256' }] },
    sign: (claims) => {
      const content = `${header}.${encode(claims)}`;
      return `${content}.${sign('RSA-SHA256', Buffer.from(content), privateKey).toString('base64url')}`;
    },
  };
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
