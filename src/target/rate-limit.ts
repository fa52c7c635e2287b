import { setTimeout as delay } from 'node:timers/promises';

/** Tries of one call to Clerk; only a rate limit is tried again. */
export const MAX_TRIES = 4;

/** Longest wait for a rate limit to end, seconds. */
export const MAX_RETRY_AFTER = 10;

/** Longest time added to a wait, milliseconds, so that workers that were refused together do not come back together. */
const MAX_JITTER_MS = 500;

/**
 * Waits as long as a rate limit asks for.
 * @param retryAfter seconds, as the header `Retry-After` says; anything else counts as not said
 * @param tries tries so far, the seconds to wait where nothing is said
 */
export async function waitForRateLimit(retryAfter: string | number | undefined, tries: number): Promise<void> {
  const said = retryAfter === undefined || retryAfter === '' ? Number.NaN : Number(retryAfter);
  const seconds = Number.isFinite(said) && said >= 0 ? said : tries;
  await delay(Math.min(seconds, MAX_RETRY_AFTER) * 1000 + Math.random() * MAX_JITTER_MS);
}
