import type { ClerkClient } from '@clerk/backend';
import { createClerkClient } from '@clerk/backend';
import { isClerkAPIResponseError } from '@clerk/backend/errors';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import type { Tab } from './browser.ts';
import { ReadinessConfigError } from './config/error.ts';
import type { Readiness } from './config/options.ts';
import { MAX_RETRY_AFTER, MAX_TRIES } from './target/backend-api.ts';
import type { Identity } from './target/identity.ts';
import type { SignedIn } from './target/signed-in.ts';
import type { Target } from './target/target.ts';

/** Life of a sign-in token, seconds: long enough for a slow page, short enough to be worthless if one were found. */
const TICKET_LIFE = 120;

/** Milliseconds that Clerk has to load, and to show a new session. */
const LOAD_MS = 15_000;

/** The part of `@clerk/testing/playwright` that signs in. */
type ClerkTesting = Pick<typeof import('@clerk/testing/playwright'), 'clerk' | 'clerkSetup'>;

/** A session that {@link TestUser.signIn} began. */
export interface BegunSession {
  readonly sessionId: string;
}

/** The dedicated test user of the options, and genuine sessions of theirs. */
export class TestUser {
  readonly id: string;
  readonly email: string;
  readonly #clerk: ClerkClient;
  readonly #readiness: Readiness;
  readonly #identity: Identity;
  readonly #sessions = new Set<string>();
  readonly #unusedTickets = new Set<string>();

  private constructor(
    id: string,
    email: string,
    parts: { clerk: ClerkClient; readiness: Readiness; identity: Identity },
  ) {
    this.id = id;
    this.email = email;
    this.#clerk = parts.clerk;
    this.#readiness = parts.readiness;
    this.#identity = parts.identity;
  }

  /** The option without which nobody can sign in; undefined when all are there. */
  static missingOption({ session, clerk }: Readiness): string | undefined {
    const missing = [
      ...(session.user === undefined ? ['session.user.email of a dedicated test user'] : []),
      ...(clerk.secretKey === undefined ? ['clerk.secretKey (or CLERK_SECRET_KEY)'] : []),
    ];
    return missing.length === 0 ? undefined : `set ${missing.join(' and ')} to have it verified with a genuine sign-in`;
  }

  /**
   * Finds the user by e-mail address over the Backend API.
   * @throws ReadinessConfigError when an option is missing, when the key is refused, or when there is no such user.
   */
  static async find(readiness: Readiness, identity: Identity): Promise<TestUser> {
    const missing = TestUser.missingOption(readiness);
    const {
      session,
      clerk: { secretKey, apiUrl },
    } = readiness;
    if (missing !== undefined || !session.user || secretKey === undefined)
      throw new ReadinessConfigError(`There is no test user: ${missing}.`);
    const clerk = createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } });
    const { email } = session.user;
    const { data } = await call(`look the test user up at ${apiUrl}`, () =>
      clerk.users.getUserList({ emailAddress: [email] }),
    );
    const [user] = data;
    if (!user) {
      throw new ReadinessConfigError(
        'session.user.email names nobody in the instance of clerk.secretKey: create that user in the Clerk Dashboard, or give the secret key of the instance that the target runs on.',
      );
    }
    return new TestUser(user.id, email, { clerk, readiness, identity });
  }

  /**
   * Signs in on the page that the tab shows, through `@clerk/testing` with a short-lived sign-in token.
   * The page must load Clerk; it is not navigated, so what the page does afterwards is the app's own doing.
   * @throws Error with the cause when Clerk refuses the sign-in or never loads.
   */
  async signIn({ page }: Pick<Tab, 'page'>): Promise<BegunSession> {
    const { clerk } = await this.#testing();
    await clerkLoaded(page);
    const ticket = await this.#ticket();
    const { frontendApi } = this.#identity.clerk;
    await clerk
      .signIn({
        page,
        signInParams: { strategy: 'ticket', ticket: ticket.token },
        ...(frontendApi !== undefined && {
          setupClerkTestingTokenOptions: { frontendApiUrl: frontendApi.replace(/^https?:\/\//, '') },
        }),
      })
      .catch(ignoreNavigation);
    this.#unusedTickets.delete(ticket.id);
    const sessionId = await sessionOf(page);
    this.#sessions.add(sessionId);
    return { sessionId };
  }

  /**
   * Signs in over HTTP, without a browser: for checks that ask what the server gives to a signed-in person.
   * @throws Error with the cause when Clerk refuses the sign-in.
   */
  async signInOverHttp(target: Target): Promise<SignedIn> {
    const [ticket, testing] = await Promise.all([
      this.#ticket(),
      call('create a testing token', () => this.#clerk.testingTokens.createTestingToken()),
    ]);
    const client = await target.signIn({ ticket: ticket.token, testingToken: testing.token });
    this.#unusedTickets.delete(ticket.id);
    this.#sessions.add(client.sessionId);
    return client;
  }

  /** Ends a session at once, as an administrator does who throws somebody out; its last token holds until it expires. */
  async revoke(sessionId: string): Promise<void> {
    await call('revoke a session', () => this.#clerk.sessions.revokeSession(sessionId));
    this.#sessions.delete(sessionId);
  }

  /** Ends every session that was begun here and revokes every sign-in token that was not used. */
  async signOutEverywhere(): Promise<void> {
    const sessions = [...this.#sessions].map((id) =>
      call('revoke a session', () => this.#clerk.sessions.revokeSession(id)).catch(ignoreGone),
    );
    const tickets = [...this.#unusedTickets].map((id) =>
      call('revoke a sign-in token', () => this.#clerk.signInTokens.revokeSignInToken(id)).catch(ignoreGone),
    );
    this.#sessions.clear();
    this.#unusedTickets.clear();
    await Promise.all([...sessions, ...tickets]);
  }

  async #ticket(): Promise<{ readonly id: string; readonly token: string }> {
    const ticket = await call('create a sign-in token', () =>
      this.#clerk.signInTokens.createSignInToken({ userId: this.id, expiresInSeconds: TICKET_LIFE }),
    );
    this.#unusedTickets.add(ticket.id);
    return ticket;
  }

  async #testing(): Promise<ClerkTesting> {
    const testing = await loadTesting();
    const { secretKey, publishableKey = this.#identity.clerk.publishableKey, apiUrl } = this.#readiness.clerk;
    if (publishableKey === undefined) {
      throw new ReadinessConfigError(
        'clerk.publishableKey is missing: none was found in the pages of the target, and signing in needs it.',
      );
    }
    setUp ??= (async () => {
      // A testing token of another instance may have been left in the environment.
      delete process.env['CLERK_TESTING_TOKEN'];
      // `apiUrl` is read by clerkSetup but missing in its types (2.2.36).
      const options = { publishableKey, ...(secretKey !== undefined && { secretKey }), apiUrl, dotenv: false };
      await testing.clerkSetup(options);
    })();
    await setUp;
    return testing;
  }
}

/** One testing token for each worker: a worker serves one target. */
let setUp: Promise<void> | undefined;

async function loadTesting(): Promise<ClerkTesting> {
  try {
    return await import('@clerk/testing/playwright');
  } catch (cause) {
    throw new ReadinessConfigError(
      `Signing in needs the package @clerk/testing: run "npm install --save-dev @clerk/testing". (${(cause as Error).message.split('\n')[0]})`,
    );
  }
}

/** Without a bound of its own, `@clerk/testing` would wait for Clerk until the test ends. */
async function clerkLoaded(page: Page): Promise<void> {
  await page
    .waitForFunction(() => (window.Clerk as typeof window.Clerk | undefined)?.loaded === true, undefined, {
      timeout: LOAD_MS,
    })
    .catch(() => {
      throw new Error(
        `Clerk did not load on ${new URL(page.url()).pathname} within ${LOAD_MS / 1000} s, so nobody can sign in there`,
      );
    });
}

async function sessionOf(page: Page): Promise<string> {
  const read = () => (window.Clerk as typeof window.Clerk | undefined)?.session?.id;
  const id = await page.waitForFunction(read, undefined, { timeout: LOAD_MS }).catch(() => {
    throw new Error('Clerk took the sign-in token but shows no session');
  });
  return (await id.jsonValue()) as string;
}

/** An app that leaves the page as soon as the session is there has signed in all the same. */
function ignoreNavigation(failure: unknown): void {
  if (!/context was destroyed|because of a navigation/i.test((failure as Error).message)) throw failure;
}

/** Calls the Backend API; a rate limit is waited for, every other refusal is explained. */
async function call<T>(purpose: string, send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
    } catch (failure) {
      if (!isClerkAPIResponseError(failure))
        throw new Error(`Could not ${purpose}: ${(failure as Error).message}`, { cause: failure });
      if (failure.status !== 429 || tries === MAX_TRIES)
        throw new BackendRefusal(
          purpose,
          failure.status,
          failure.errors.map(({ message }) => message),
        );
      await delay(Math.min(failure.retryAfter ?? tries, MAX_RETRY_AFTER) * 1000);
    }
  }
}

/** Clerk's Backend API said no. */
class BackendRefusal extends Error {
  override readonly name = 'BackendRefusal';
  readonly status: number;

  constructor(purpose: string, status: number, messages: readonly string[]) {
    super(
      `Could not ${purpose}: Clerk's Backend API answered ${status}${messages.length > 0 ? ` (${messages.join('; ')})` : ''}.${HINTS[status] ?? ''}`,
    );
    this.status = status;
  }
}

const HINTS: Readonly<Record<number, string>> = {
  401: ' The secret key is not valid for this instance: compare clerk.secretKey with the Clerk Dashboard.',
  422: ' Clerk refused the values: check that the user is not banned or locked.',
  429: ' The rate limit of the Backend API did not end in time: run fewer workers.',
};

function ignoreGone(failure: unknown): void {
  const gone = failure instanceof BackendRefusal && [400, 404].includes(failure.status);
  if (!gone) throw failure;
}
