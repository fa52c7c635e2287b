import { createPublicKey } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';

/** A text under which a server may hold its public key, and so mistake it for an HMAC secret. */
export interface PublicText {
  readonly name: string;
  readonly secret: string | Uint8Array;
}

/** The usual forms of a public key, from its JWK; those of the JWK alone when it is no RSA key. */
export function publicKeyAsSecrets(jwk: Readonly<Record<string, unknown>>): PublicText[] {
  const asJson = { name: 'the public key (JWK)', secret: JSON.stringify(jwk) };
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    return [
      { name: 'the public key (PEM)', secret: pem },
      // As in CLERK_JWT_KEY, where the last line break is usually lost.
      { name: 'the public key (PEM, no last line break)', secret: pem.trimEnd() },
      { name: 'the public key (DER)', secret: key.export({ type: 'spki', format: 'der' }) },
      asJson,
    ];
  } catch {
    return [asJson];
  }
}
