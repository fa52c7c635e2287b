import { header, status } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { MAX_TRIES, waitForRateLimit } from './rate-limit.ts';
import type { Target } from './target.ts';

/** Who asks, and where. */
export interface BackendApi {
  readonly secretKey: string;
  readonly apiUrl: string;
}

/**
 * `GET` from Clerk's Backend API with a secret key; a rate limit is waited for.
 * Refusals and failures are recorded, not thrown, and the check judges them: they say nothing about the way to the app.
 * @param path such as `/v1/jwks`
 * @see https://clerk.com/docs/reference/backend-api
 */
export async function askBackendApi(
  target: Target,
  { secretKey, apiUrl }: BackendApi,
  path: string,
): Promise<Exchange> {
  for (let tries = 1; ; tries += 1) {
    const answer = await target.elsewhere(apiUrl.replace(/\/+$/, '') + path, {
      headers: { authorization: `Bearer ${secretKey}`, accept: 'application/json' },
      judged: true,
    });
    if (status(answer) !== 429 || tries === MAX_TRIES) return answer;
    await waitForRateLimit(header(answer, 'retry-after'), tries);
  }
}
