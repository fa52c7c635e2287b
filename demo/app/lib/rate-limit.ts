interface Bucket {
  tokens: number;
  /** When the tokens were last counted, in milliseconds. */
  at: number;
}

export type RateLimitDecision = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterSeconds: number };

/** Buckets kept before full ones are forgotten, so that many addresses cannot fill the memory. */
const MAX_BUCKETS = 10_000;

/**
 * A token bucket for each client: `perMinute` requests at once, refilled evenly.
 * Kept in memory: with more than one server, use a shared store.
 */
export function createRateLimiter(perMinute: number): (client: string, now?: number) => RateLimitDecision {
  const buckets = new Map<string, Bucket>();
  const perMillisecond = perMinute / 60_000;
  return (client, now = Date.now()) => {
    const bucket = buckets.get(client) ?? { tokens: perMinute, at: now };
    const tokens = Math.min(perMinute, bucket.tokens + (now - bucket.at) * perMillisecond);
    const allowed = tokens >= 1;
    buckets.delete(client);
    buckets.set(client, { tokens: allowed ? tokens - 1 : tokens, at: now });
    // A Map keeps insertion order, so the first key is the client that was quiet for longest.
    const oldest = buckets.size > MAX_BUCKETS ? buckets.keys().next().value : undefined;
    if (oldest !== undefined) buckets.delete(oldest);
    return allowed ? { allowed } : { allowed, retryAfterSeconds: Math.ceil((1 - tokens) / perMillisecond / 1000) };
  };
}

/** The address that our own proxy saw: the last entry, because clients can write the ones before it. */
export function clientAddress(request: Request): string {
  return request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() || 'unknown';
}
