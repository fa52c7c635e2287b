import { createHmac } from 'node:crypto';
import type { CompactJWSHeaderParameters, CryptoKey, generateKeyPair } from 'jose';

/** Members of a token's header or payload, or its JSON by hand where members cannot say it. */
export type Segment = Readonly<Record<string, unknown>> | string;

/** A token of three segments with any signature, which jose rightly refuses to make. */
export function compact(header: Segment, payload: Segment, signature: Uint8Array | string = ''): string {
  const encoded = typeof signature === 'string' ? signature : Buffer.from(signature).toString('base64url');
  return `${encode(header)}.${encode(payload)}.${encoded}`;
}

/** HMAC-SHA256 with any key, the empty one too, which jose rightly refuses. */
export function hmac(header: Segment, payload: Segment, key: string | Uint8Array): string {
  const content = `${encode(header)}.${encode(payload)}`;
  return compact(header, payload, createHmac('sha256', key).update(content).digest());
}

/** Signed with a private key; the header decides the algorithm. */
export async function signed(
  header: CompactJWSHeaderParameters,
  payload: Segment,
  key: CryptoKey | Uint8Array,
): Promise<string> {
  const crit = Object.fromEntries((header.crit ?? []).map((name) => [name, true]));
  const { CompactSign } = await import('jose');
  return new CompactSign(Buffer.from(json(payload))).setProtectedHeader(header).sign(key, { crit });
}

/** Keys that no Clerk instance knows, by algorithm. */
export interface ForeignKeys {
  readonly RS256: KeyPair;
  readonly PS256: KeyPair;
  readonly ES256: KeyPair;
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let keys: Promise<ForeignKeys> | undefined;

/** Made once for each process, because RSA keys take a while. */
export function foreignKeys(): Promise<ForeignKeys> {
  keys ??= (async () => {
    const { generateKeyPair } = await import('jose');
    const make = (algorithm: string) => generateKeyPair(algorithm, { extractable: true });
    const [RS256, PS256, ES256] = await Promise.all([make('RS256'), make('PS256'), make('ES256')]);
    return { RS256, PS256, ES256 };
  })();
  return keys;
}

function json(segment: Segment): string {
  return typeof segment === 'string' ? segment : JSON.stringify(segment);
}

function encode(segment: Segment): string {
  return Buffer.from(json(segment)).toString('base64url');
}
