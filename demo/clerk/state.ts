import { randomId } from './keys.ts';
import type { InstanceKind } from './keys.ts';
import { nowSeconds } from './tokens.ts';
import type { Claims, TokenSigner } from './tokens.ts';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly password: string | undefined;
  readonly externalId: string | null;
  readonly privateMetadata: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

/** A user to add; what is left out is empty, and the time is now. */
export type NewUser = Pick<User, 'email' | 'firstName' | 'lastName' | 'password'> & Partial<Omit<User, 'id'>>;

export interface Session {
  readonly id: string;
  readonly clientId: string;
  readonly userId: string;
  /** The origin that the session was started at; undefined when the Backend API started it. */
  readonly origin: string | undefined;
  readonly createdAt: number;
  readonly expireAt: number;
  /** `pending`: the user has a task to do first. */
  status: 'active' | 'pending' | 'ended' | 'removed' | 'revoked';
  lastActiveAt: number;
}

/** One browser, by Clerk's word: it holds the sessions. */
export interface Client {
  readonly id: string;
  readonly createdAt: number;
  readonly sessionIds: string[];
  lastActiveSessionId: string | null;
  signInId: string | null;
  /** When somebody last signed in here, in seconds: the value of the `__client_uat` cookie. */
  signedInAt: number;
}

export interface SignIn {
  readonly id: string;
  readonly user: User | undefined;
  status: 'needs_identifier' | 'needs_first_factor' | FurtherStep | 'complete';
  strategy: string | null;
  verified: boolean;
  sessionId: string | null;
}

/** What a sign-in may ask for after the first factor, and what a session may ask for before it is active. */
export type FurtherStep = 'needs_second_factor' | 'needs_client_trust' | 'needs_new_password';
export type SessionTask = 'choose-organization' | 'reset-password' | 'setup-mfa';

/** What an instance asks of a new user beyond an e-mail address, by the names of Clerk's API. */
export interface NewUserRules {
  readonly required: readonly string[];
  readonly unknown: readonly string[];
}

/** Requests that an API is about to refuse with 429. */
export interface RateLimit {
  left: number;
  /** Seconds, in the header `Retry-After`. */
  readonly retryAfter: number;
  /** Method and path, as `POST /v1/users`; undefined: all. */
  readonly of?: string | undefined;
}

export interface Ticket {
  readonly id: string;
  readonly userId: string;
  readonly expiresAt: number;
  status: 'pending' | 'accepted' | 'revoked';
}

/** One request that the stand-in saw, or one handshake that it resolved. */
export interface LogEntry {
  readonly api: 'frontend' | 'backend' | 'handshake';
  readonly method: string;
  readonly path: string;
  /** Whether the request carried a testing token (`@clerk/testing`). */
  readonly testingToken: boolean;
}

export interface InstanceSettings {
  readonly kind: InstanceKind;
  readonly frontendApiHost: string;
  readonly publishableKey: string;
  readonly secretKey: string;
}

/** What an instance says of itself that is not so; the test of a check that compares. */
export interface Disguise {
  /** Id under which the Frontend API publishes the instance's key. */
  readonly keyId?: string;
  /** Over the members of `/v1/environment`. */
  readonly authConfig?: Readonly<Record<string, unknown>>;
  readonly displayConfig?: Readonly<Record<string, unknown>>;
}

/** A further secret key, and what the Backend API tells whoever shows it. */
export interface FurtherKey {
  readonly secretKey: string;
  /** Default: the instance's own. */
  readonly keyId?: string;
  /** Default: the instance's own. */
  readonly environmentType?: string;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Everything that one Clerk instance knows, in memory. */
export class ClerkState {
  readonly settings: InstanceSettings;
  readonly signer: TokenSigner;
  readonly users = new Map<string, User>();
  readonly sessions = new Map<string, Session>();
  readonly clients = new Map<string, Client>();
  readonly signIns = new Map<string, SignIn>();
  /** Sign-in tokens by their secret text. */
  readonly tickets = new Map<string, Ticket>();
  /** Development instances: client ids by dev browser token. */
  readonly devBrowsers = new Map<string, string>();
  /** Handshake payloads (lists of cookies) that wait for the SDK to fetch them, by nonce. */
  readonly handshakes = new Map<string, readonly string[]>();
  readonly log: LogEntry[] = [];
  disguise: Disguise = {};
  readonly furtherKeys = new Map<string, FurtherKey>();
  /** What the next sign-ins end at instead of an active session. */
  furtherStep: FurtherStep | SessionTask | undefined;
  newUserRules: NewUserRules = { required: [], unknown: [] };
  readonly rateLimits = new Map<'frontend' | 'backend', RateLimit>();
  /** Life of a session token. 60 in Clerk. */
  tokenLifetimeSeconds = 60;

  constructor(settings: InstanceSettings, signer: TokenSigner) {
    this.settings = settings;
    this.signer = signer;
  }

  get issuer(): string {
    return `https://${this.settings.frontendApiHost}`;
  }

  get isDevelopment(): boolean {
    return this.settings.kind === 'test';
  }

  /** The public key set, under the instance's key id or another. */
  keySet(keyId: string | undefined): object {
    const { keys } = this.signer.jwks;
    return { keys: keyId === undefined ? keys : keys.map((key) => ({ ...key, kid: keyId })) };
  }

  /** Takes a request of the rate limit, if one is on: the seconds to wait, undefined when it may go on. */
  limited(api: 'frontend' | 'backend', method: string, path: string): number | undefined {
    const limit = this.rateLimits.get(api);
    if (!limit || limit.left === 0 || (limit.of !== undefined && limit.of !== `${method} ${path}`)) return undefined;
    limit.left -= 1;
    return limit.retryAfter;
  }

  addUser(user: NewUser): User {
    const added: User = {
      externalId: null,
      privateMetadata: {},
      createdAt: Date.now(),
      ...user,
      id: randomId('user_'),
    };
    this.users.set(added.id, added);
    return added;
  }

  userByEmail(email: string): User | undefined {
    return [...this.users.values()].find((user) => user.email === email);
  }

  deleteUser(id: string): void {
    this.users.delete(id);
    for (const session of this.sessions.values()) if (session.userId === id) session.status = 'removed';
  }

  addClient(): Client {
    const client: Client = {
      id: randomId('client_'),
      createdAt: Date.now(),
      sessionIds: [],
      lastActiveSessionId: null,
      signInId: null,
      signedInAt: 0,
    };
    this.clients.set(client.id, client);
    return client;
  }

  addSession(client: Client, userId: string, origin?: string, status: Session['status'] = 'active'): Session {
    const now = Date.now();
    const session: Session = {
      id: randomId('sess_'),
      clientId: client.id,
      userId,
      origin,
      status,
      createdAt: now,
      lastActiveAt: now,
      expireAt: now + WEEK_MS,
    };
    this.sessions.set(session.id, session);
    client.sessionIds.push(session.id);
    client.lastActiveSessionId = session.id;
    client.signedInAt = nowSeconds();
    return session;
  }

  activeSessions(client: Client): Session[] {
    return client.sessionIds
      .map((id) => this.sessions.get(id))
      .filter((session) => session?.status === 'active') as Session[];
  }

  /** The sessions that a browser is shown: those of signed-in users, and those that wait for a task. */
  shownSessions(client: Client): Session[] {
    return client.sessionIds
      .map((id) => this.sessions.get(id))
      .filter((session) => session?.status === 'active' || session?.status === 'pending') as Session[];
  }

  /** The session that a handshake restores. */
  currentSession(client: Client): Session | undefined {
    const active = this.activeSessions(client);
    return active.find((session) => session.id === client.lastActiveSessionId) ?? active[0];
  }

  /**
   * A session token, version 2.
   * @param origin becomes `azp`: the Frontend API takes the caller's Origin. Tokens of the Backend API have none (a guess).
   * @see https://clerk.com/docs/guides/sessions/session-tokens
   */
  sessionToken(session: Session, origin: string | undefined, claims: Claims = {}): string {
    const now = nowSeconds();
    return this.signer.sign({
      ...(origin === undefined ? {} : { azp: origin }),
      exp: now + this.tokenLifetimeSeconds,
      fva: [0, -1],
      iat: now,
      iss: this.issuer,
      jti: randomId(''),
      nbf: now - 10,
      sid: session.id,
      sts: 'active',
      sub: session.userId,
      v: 2,
      ...claims,
    });
  }
}
