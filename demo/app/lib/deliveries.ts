/** Ids kept in memory; far more than Clerk retries within its 28 hours. */
const MAX_IDS = 10_000;

const seen = new Set<string>();

/**
 * Whether this webhook delivery is the first of its id: deliveries are retried, and their effect must happen once.
 * Kept in memory: with a database, insert the id under a unique constraint in the transaction of the effect.
 */
export function isFirstDelivery(id: string): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const oldest = seen.size > MAX_IDS ? seen.values().next().value : undefined;
  if (oldest !== undefined) seen.delete(oldest);
  return true;
}
