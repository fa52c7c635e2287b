import type { BrowserContext } from '@playwright/test';
import type { Tab } from './browser.ts';
import type { Readiness } from './config/options.ts';
import { FrontendApi } from './target/frontend-api.ts';
import type { FirstFactor } from './target/frontend-api.ts';
import type { Identity } from './target/identity.ts';
import type { SignedIn } from './target/signed-in.ts';
import type { Target } from './target/target.ts';
import { Account, withConnection } from './user/account.ts';
import type { AccountContext } from './user/account.ts';
import { passBotProtection } from './user/bot-protection.ts';
import { activate, browserState, waitForClerk } from './user/browser-session.ts';

/** A session that {@link TestUser.signIn} began. */
export interface BegunSession {
  readonly sessionId: string;
}

/** How to end a session as its own user does, where no administrator can. */
type SignOut = () => Promise<void>;

/** The test user of the options, and genuine sessions of theirs. */
export class TestUser {
  readonly id: string;
  readonly email: string;
  readonly #account: Account;
  readonly #context: AccountContext;
  readonly #sessions = new Map<string, SignOut>();

  /** @internal */
  constructor(account: Account, context: AccountContext) {
    this.id = account.id;
    this.email = account.email;
    this.#account = account;
    this.#context = context;
  }

  /** @internal The option without which nobody can sign in; undefined when all are there. */
  static missingOption(readiness: Readiness): string | undefined {
    return Account.missingOption(readiness);
  }

  /**
   * Finds the user of the options; creates one for `'ephemeral'`, whom the caller must {@link remove}.
   * @throws ReadinessConfigError when an option is missing, when the key is refused, or when there is no such user.
   * @internal
   */
  static async find(readiness: Readiness, identity: Identity): Promise<TestUser> {
    const context = { readiness, identity };
    return new TestUser(await Account.open(context), context);
  }

  /** True for a user who was made for this run, and may be removed in it. */
  get isEphemeral(): boolean {
    return this.#account.ephemeral;
  }

  /**
   * Signs in on the page that the tab shows, as the browser of that tab. The page must load Clerk; it is not navigated,
   * so what the page does afterwards is the app's own doing. What signs in goes from here to Clerk, never into the page.
   * @throws Error with the cause when Clerk refuses the sign-in or never loads.
   */
  async signIn({ page }: Pick<Tab, 'page'>): Promise<BegunSession> {
    const { identity } = this.#context;
    await waitForClerk(page);
    // Now and not before: requests of the loading page would be caught halfway.
    await this.passBotProtection(page.context());
    const state = await browserState(page.context(), identity);
    return withConnection(this.#context, async (connection) => {
      const { frontendApi, sessionId } = await this.#begin(async (factor, testingToken) => {
        const opened = await FrontendApi.open(
          { connection, identity },
          { ...state, ...(testingToken !== undefined && { testingToken }) },
        );
        return { frontendApi: opened, ...(await opened.signIn(factor)) };
      });
      this.#sessions.set(sessionId, () => this.#signOut(frontendApi.state, sessionId));
      await activate(page, frontendApi, sessionId);
      return { sessionId };
    });
  }

  /**
   * Signs in over HTTP, without a browser: for checks that ask what the server gives to a signed-in person.
   * @throws Error with the cause when Clerk refuses the sign-in.
   */
  async signInOverHttp(target: Target): Promise<SignedIn> {
    const client = await this.#begin((factor, testingToken) => target.signIn(factor, testingToken));
    this.#sessions.set(client.sessionId, () => client.end());
    return client;
  }

  /** @internal Lets the pages of a context pass bot protection, where a secret key is there to ask for it. */
  async passBotProtection(context: BrowserContext): Promise<void> {
    const testingToken = await this.#account.testingToken();
    if (testingToken !== undefined) await passBotProtection(context, this.#context.identity, testingToken);
  }

  /**
   * Ends a session at once, as an administrator does who throws somebody out; its last token holds until it expires.
   * @throws MissingOptionError without a secret key; a check then ends as not verified.
   */
  async revoke(sessionId: string): Promise<void> {
    await this.#account
      .backend('revoking a session')
      .call('revoke a session', (clerk) => clerk.sessions.revokeSession(sessionId));
    this.#sessions.delete(sessionId);
  }

  /** @internal Ends every session that was begun here; without a secret key by signing out. */
  async signOutEverywhere(): Promise<void> {
    const sessions = [...this.#sessions];
    this.#sessions.clear();
    if (this.#account.removed) return;
    await Promise.all(
      sessions.map(([id, signOut]) =>
        this.#account.hasBackend
          ? this.#account
              .backend('revoking a session')
              .end('revoke a session', (clerk) => clerk.sessions.revokeSession(id))
          : signOut(),
      ),
    );
  }

  /**
   * Removes an ephemeral user, as an administrator does, with all sessions.
   * @throws MissingOptionError for a user of yours, who is never removed; a check then ends as not verified.
   */
  async remove(): Promise<void> {
    await this.#account.remove();
  }

  /** Signs in with what Clerk takes once, and makes sure that it is this user who is signed in. */
  async #begin<S extends { readonly owner: { readonly id: string } }>(
    signIn: (factor: FirstFactor, testingToken: string | undefined) => Promise<S>,
  ): Promise<S> {
    const begun = await this.#account.withFirstFactor(signIn);
    if (begun.owner.id !== this.id)
      throw new Error(
        'Clerk signed somebody else in than the test user: look for a second user with the same address.',
      );
    return begun;
  }

  async #signOut(state: FrontendApi['state'], sessionId: string): Promise<void> {
    await withConnection(this.#context, async (connection) => {
      const frontendApi = await FrontendApi.open({ connection, identity: this.#context.identity }, state);
      await frontendApi.end(sessionId);
    });
  }
}
