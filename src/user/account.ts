import { Redactor } from '../target/redact.ts';
import { ReadinessConfigError } from '../config/error.ts';
import type { Readiness } from '../config/options.ts';
import { MissingOptionError } from '../needs.ts';
import type { Connection } from '../target/connection.ts';
import { FrontendApi } from '../target/frontend-api.ts';
import type { FirstFactor } from '../target/frontend-api.ts';
import type { Identity } from '../target/identity.ts';
import { secretsOf } from '../target/target.ts';
import { Backend } from './backend.ts';
import { createEphemeral, removeEphemeral } from './ephemeral.ts';

/** Life of a sign-in token, seconds: long enough for a slow page, short enough to be worthless if one were found. */
const TICKET_LIFE = 120;

/** Milliseconds that a testing token must still hold. */
const RESERVE_MS = 60_000;

/** What an account signs in to. */
export interface AccountContext {
  readonly readiness: Readiness;
  readonly identity: Identity;
}

/** Who the test user is, and how they sign in: given by the options, or made for the run. */
export class Account {
  readonly id: string;
  /** Empty for a user of whom the options name the id only. */
  readonly email: string;
  /** True for a user who was made for this run. */
  readonly ephemeral: boolean;
  readonly #password: string | undefined;
  readonly #backend: Backend | undefined;
  #removed = false;
  #organization: Promise<{ orgId?: string }> | undefined;
  #testingToken: { readonly token: string; readonly expiresAt: number } | undefined;

  private constructor(
    { id, email }: { readonly id: string; readonly email: string },
    parts: { readonly password?: string; readonly backend?: Backend; readonly ephemeral: boolean },
  ) {
    this.id = id;
    this.email = email;
    this.#password = parts.password;
    this.#backend = parts.backend;
    this.ephemeral = parts.ephemeral;
  }

  /** The option without which nobody can sign in; undefined when all are there. */
  static missingOption({ session: { user }, clerk }: Readiness): string | undefined {
    const byPassword = typeof user === 'object' && user.password !== undefined;
    const missing = [
      ...(user === undefined ? ['session.user.email of a dedicated test user'] : []),
      ...(clerk.secretKey === undefined && !byPassword ? ['clerk.secretKey (or CLERK_SECRET_KEY)'] : []),
    ];
    return missing.length === 0 ? undefined : `set ${missing.join(' and ')} to have it verified with a genuine sign-in`;
  }

  /**
   * Finds the user of the options, or creates one; whoever asks for an ephemeral one must {@link remove} it.
   * @throws ReadinessConfigError when an option is missing, when the key is refused, or when there is no such user.
   */
  static async open(context: AccountContext): Promise<Account> {
    const { readiness } = context;
    const { user } = readiness.session;
    const missing = Account.missingOption(readiness);
    if (missing !== undefined || user === undefined)
      throw new ReadinessConfigError(`There is no test user: ${missing}.`);
    const backend = Backend.of(readiness);
    if (typeof user === 'string') {
      if (!backend) throw new ReadinessConfigError(`There is no test user: ${missing}.`);
      if (user !== 'ephemeral')
        return new Account({ id: await idOf(backend, { userId: [user] }), email: '' }, { backend, ephemeral: false });
      return new Account(await createEphemeral(backend), { backend, ephemeral: true });
    }
    const { email, password } = user;
    const id = backend
      ? await idOf(backend, { emailAddress: [email] })
      : await idBySigningIn(context, email, password ?? '');
    return new Account(
      { id, email },
      { ephemeral: false, ...(password !== undefined && { password }), ...(backend && { backend }) },
    );
  }

  /** The user is no more. */
  get removed(): boolean {
    return this.#removed;
  }

  /**
   * Hands out what signs the user in once; a sign-in token is void afterwards, whether it was used or not.
   * @param signIn goes to Clerk with it
   */
  async withFirstFactor<T>(signIn: (factor: FirstFactor, testingToken: string | undefined) => Promise<T>): Promise<T> {
    const testingToken = await this.testingToken();
    const password = this.#password;
    if (password !== undefined) return signIn({ strategy: 'password', identifier: this.email, password }, testingToken);
    const backend = this.backend('signing in without a password');
    const organization = await (this.#organization ??= organizationOf(backend, this.id));
    const { id, token } = await backend.call('create a sign-in token', (clerk) =>
      clerk.signInTokens.createSignInToken({ userId: this.id, expiresInSeconds: TICKET_LIFE, ...organization }),
    );
    try {
      return await signIn({ strategy: 'ticket', ticket: token }, testingToken);
    } finally {
      // A used one is void by itself; whatever comes of this one, it must not hide why the sign-in failed.
      await backend.end('revoke a sign-in token', (clerk) => clerk.signInTokens.revokeSignInToken(id)).catch(() => {});
    }
  }

  /** A testing token, by which bot protection lets a test pass; undefined without a secret key. */
  async testingToken(): Promise<string | undefined> {
    if (!this.#backend) return undefined;
    if (this.#testingToken && this.#testingToken.expiresAt * 1000 - RESERVE_MS > Date.now())
      return this.#testingToken.token;
    this.#testingToken = await this.#backend.call('create a testing token', (clerk) =>
      clerk.testingTokens.createTestingToken(),
    );
    return this.#testingToken.token;
  }

  /** Whether the Backend API can be asked. */
  get hasBackend(): boolean {
    return this.#backend !== undefined;
  }

  /**
   * The Backend API.
   * @param purpose what needs it
   * @throws MissingOptionError without a secret key
   */
  backend(purpose: string): Backend {
    if (!this.#backend)
      throw new MissingOptionError(
        `set clerk.secretKey (or CLERK_SECRET_KEY) to have it verified: ${purpose} needs it`,
      );
    return this.#backend;
  }

  /**
   * Removes an ephemeral user with everything of theirs.
   * @throws Error for a user of the options, who is never removed.
   */
  async remove(): Promise<void> {
    if (!this.ephemeral)
      throw new MissingOptionError(
        "set session.user: 'ephemeral' to have it verified: a user of yours is never removed",
      );
    if (this.#removed) return;
    await removeEphemeral(this.backend('removing a user'), this.id);
    this.#removed = true;
  }

  /** Removes an ephemeral user; leaves a user of the options alone. */
  async dispose(): Promise<void> {
    if (this.ephemeral) await this.remove();
  }
}

async function idOf(
  backend: Backend,
  asked: { readonly emailAddress: string[] } | { readonly userId: string[] },
): Promise<string> {
  const { data } = await backend.call(`look the test user up at ${backend.apiUrl}`, (clerk) =>
    clerk.users.getUserList(asked),
  );
  const [user] = data;
  if (!user) {
    throw new ReadinessConfigError(
      'session.user names nobody in the instance of clerk.secretKey: create that user in the Clerk Dashboard, or give the secret key of the instance that the target runs on.',
    );
  }
  return user.id;
}

/** The one organization of a user, in which they act: Clerk may demand one, and so may an app. None where there are none. */
async function organizationOf(backend: Backend, userId: string): Promise<{ orgId?: string }> {
  const { data } = await backend
    .call('look for organizations', (clerk) => clerk.users.getOrganizationMembershipList({ userId, limit: 2 }))
    .catch(() => ({ data: [] }));
  return data.length === 1 && data[0] ? { orgId: data[0].organization.id } : {};
}

/** Without the Backend API nobody but the user can say who they are. */
async function idBySigningIn(context: AccountContext, email: string, password: string): Promise<string> {
  return withConnection(context, async (connection) => {
    const frontendApi = await FrontendApi.open({ connection, identity: context.identity });
    const { sessionId, owner } = await frontendApi.signIn({ strategy: 'password', identifier: email, password });
    await frontendApi.end(sessionId);
    return owner.id;
  });
}

/** A connection for a few calls, closed afterwards. */
export async function withConnection<T>(
  { readiness, identity }: AccountContext,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { Connection } = await import('../target/connection.ts');
  const connection = new Connection({
    network: readiness.network,
    redactor: new Redactor(secretsOf(readiness)),
    credentials: { origin: identity.origin, headers: readiness.headers },
  });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
