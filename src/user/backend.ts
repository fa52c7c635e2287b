import type { ClerkClient } from '@clerk/backend';
import type { Readiness } from '../config/options.ts';
import { MAX_TRIES, waitForRateLimit } from '../target/rate-limit.ts';

/** Clerk's Backend API for what concerns the test user; a rate limit is waited for, every other refusal is explained. */
export class Backend {
  /** Where it is. */
  readonly apiUrl: string;
  readonly #secretKey: string;
  #clerk: Promise<ClerkClient> | undefined;

  private constructor(secretKey: string, apiUrl: string) {
    this.apiUrl = apiUrl;
    this.#secretKey = secretKey;
  }

  /** Undefined without a secret key. */
  static of({ clerk: { secretKey, apiUrl } }: Pick<Readiness, 'clerk'>): Backend | undefined {
    return secretKey === undefined ? undefined : new Backend(secretKey, apiUrl);
  }

  /**
   * @param purpose what cannot be done when it fails: "revoke a session"
   * @throws BackendRefusal with Clerk's own words; Error when there is no answer.
   */
  async call<T>(purpose: string, send: (clerk: ClerkClient) => Promise<T>): Promise<T> {
    const clerk = await (this.#clerk ??= this.#open());
    for (let tries = 1; ; tries += 1) {
      try {
        return await send(clerk);
      } catch (failure) {
        const { isClerkAPIResponseError } = await import('@clerk/backend/errors');
        if (!isClerkAPIResponseError(failure))
          throw new Error(`Could not ${purpose}: ${(failure as Error).message}`, { cause: failure });
        if (failure.status !== 429 || tries === MAX_TRIES)
          throw new BackendRefusal(purpose, failure.status, failure.errors.map(refusedValue));
        await waitForRateLimit(failure.retryAfter, tries);
      }
    }
  }

  /** Clerk's SDK is loaded by whoever asks first: a run without a test user needs none. */
  async #open(): Promise<ClerkClient> {
    const { createClerkClient } = await import('@clerk/backend');
    return createClerkClient({ secretKey: this.#secretKey, apiUrl: this.apiUrl, telemetry: { disabled: true } });
  }

  /** The same, where it is as well when what is to be ended is gone already. */
  async end(purpose: string, send: (clerk: ClerkClient) => Promise<unknown>): Promise<void> {
    await this.call(purpose, send).catch((failure: unknown) => {
      if (!(failure instanceof BackendRefusal) || ![400, 404].includes(failure.status)) throw failure;
    });
  }
}

/** The part of the SDK's error that is read here. */
interface ClerkApiError {
  readonly code: string;
  readonly message: string;
  readonly longMessage?: string | undefined;
  readonly meta?: { readonly paramName?: string | undefined } | undefined;
}

/** One reason of a refusal. */
export interface RefusedValue {
  readonly code: string;
  readonly message: string;
  /** Names of the values that Clerk does not take or misses, as in its API: `phone_number`. */
  readonly names: readonly string[];
}

/** Clerk's Backend API said no. */
export class BackendRefusal extends Error {
  override readonly name = 'BackendRefusal';
  readonly status: number;
  readonly reasons: readonly RefusedValue[];

  constructor(purpose: string, status: number, reasons: readonly RefusedValue[]) {
    const words = reasons.map(({ message }) => message).join('; ');
    super(
      `Could not ${purpose}: Clerk's Backend API answered ${status}${words === '' ? '' : ` (${words})`}.${HINTS[status] ?? ''}`,
    );
    this.status = status;
    this.reasons = reasons;
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: ' The secret key is not valid for this instance: compare clerk.secretKey with the Clerk Dashboard.',
  429: ' The rate limit of the Backend API did not end in time: run fewer workers.',
};

function refusedValue(error: ClerkApiError): RefusedValue {
  const message = error.longMessage ?? error.message;
  // Missing values are named in the text only: ["username"] data doesn't match user requirements set for this instance
  const named = [...message.matchAll(/"(\w+)"/g)].map((match) => match[1] ?? '');
  return {
    code: error.code,
    message,
    names: error.meta?.paramName === undefined ? named : [error.meta.paramName],
  };
}
