import 'server-only';
import { env } from './env';

/** A health check must answer well before its caller gives up. */
const TIMEOUT_MS = 1500;

let pending: Promise<boolean> | undefined;

/**
 * Whether Clerk's Backend API answers our secret key: its signing keys are what every session is verified with.
 * Simultaneous callers share one request, so that the public health check cannot be used to flood Clerk.
 */
export function isClerkReachable(): Promise<boolean> {
  pending ??= askForSigningKeys().finally(() => (pending = undefined));
  return pending;
}

async function askForSigningKeys(): Promise<boolean> {
  try {
    const response = await fetch(new URL('/v1/jwks', env.clerkApiUrl), {
      headers: { Authorization: `Bearer ${env.secretKey}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      cache: 'no-store',
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
