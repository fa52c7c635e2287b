import { ReadinessConfigError } from '../config/error.ts';
import type { Connection } from './connection.ts';
import { CookieJar } from './cookies.ts';
import { describe, header, status } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { Identity } from './identity.ts';
import { jsonOf, member, parseJson } from './json.ts';
import { MAX_TRIES, waitForRateLimit } from './rate-limit.ts';
import { tokenClaims } from './session-token.ts';
import { parseSetCookie } from './set-cookie.ts';
import type { BrowserCookie } from './set-cookie.ts';
import { inactiveSession, incompleteSignIn, refusalHint } from './sign-in-refusal.ts';

/** What signs a user in once. */
export type FirstFactor =
  | {
      readonly strategy: 'ticket';
      /** Sign-in token of the Backend API. */
      readonly ticket: string;
    }
  | { readonly strategy: 'password'; readonly identifier: string; readonly password: string };

/** By what the Frontend API knows a browser. */
export interface BrowserState {
  /** Cookies of the Frontend API's host, by name. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** Development instances: the value of `__clerk_db_jwt`. */
  readonly devBrowser?: string;
  /** Testing token, by which bot protection lets a test pass. */
  readonly testingToken?: string;
}

/** Who a session belongs to. */
export interface SessionOwner {
  readonly id: string;
}

/** A session token and when it ends, in seconds since the epoch. */
export interface SessionToken {
  readonly jwt: string;
  readonly expiresAt: number;
}

/** By what the API is reached. */
interface Access {
  readonly connection: Connection;
  readonly identity: Identity;
}

/**
 * Clerk's Frontend API as one browser calls it: at the host of the key, or at the proxy's path on the app's own origin.
 * Passwords and tickets go from here to Clerk and nowhere else: they are not recorded, and no page ever sees them.
 * @see https://clerk.com/docs/reference/frontend-api
 */
export class FrontendApi {
  readonly #connection: Connection;
  readonly #url: string;
  readonly #origin: string;
  readonly #testingToken: string | undefined;
  readonly #jar = new CookieJar();
  readonly #cookies = new Map<string, BrowserCookie>();
  #devBrowser: string | undefined;

  private constructor({ connection, identity }: Access, url: string, state: BrowserState) {
    this.#connection = connection;
    this.#url = url;
    this.#origin = identity.origin;
    this.#testingToken = state.testingToken;
    this.#devBrowser = state.devBrowser;
    this.#jar.set(new URL(url).origin, state.cookies ?? {});
  }

  /**
   * Opens the Frontend API as a browser that Clerk has not seen yet, or as the one of the given state.
   * @throws ReadinessConfigError when nothing tells where it is.
   */
  static async open(parts: Access, state: BrowserState = {}): Promise<FrontendApi> {
    const { frontendApi, publishableKeyKind } = parts.identity.clerk;
    if (frontendApi === undefined) {
      throw new ReadinessConfigError(
        'clerk.publishableKey is missing: none was found in the pages of the target, and signing in needs it',
      );
    }
    const opened = new FrontendApi(parts, frontendApi, state);
    // A development instance knows a browser by a token in the URL, because its cookies would be third-party ones.
    if (publishableKeyKind === 'test' && state.devBrowser === undefined)
      opened.#devBrowser = text(await opened.#call('POST', '/v1/dev_browser'), 'id');
    return opened;
  }

  /** What a development instance sets on the app's own host. */
  get developmentCookies(): Readonly<Record<string, string>> {
    return this.#devBrowser === undefined ? {} : { __clerk_db_jwt: this.#devBrowser };
  }

  /** The cookies that Clerk set, as a browser keeps them. */
  get cookies(): readonly BrowserCookie[] {
    return [...this.#cookies.values()];
  }

  /** By what this browser is known, to come back as the same one. */
  get state(): BrowserState {
    return {
      cookies: this.#jar.get(new URL(this.#url).origin),
      ...(this.#devBrowser !== undefined && { devBrowser: this.#devBrowser }),
      ...(this.#testingToken !== undefined && { testingToken: this.#testingToken }),
    };
  }

  /**
   * Signs in, and proves that the session is active.
   * @throws Error with Clerk's own words and the fix when it refuses, asks for more than a first factor, or leaves the session pending.
   */
  async signIn(factor: FirstFactor): Promise<{ readonly sessionId: string; readonly owner: SessionOwner }> {
    const answer = await this.#call('POST', '/v1/client/sign_ins', { ...factor });
    const signIn = member(answer, 'response');
    const sessionId = text(signIn, 'created_session_id');
    if (text(signIn, 'status') !== 'complete' || sessionId === undefined)
      throw new ReadinessConfigError(incompleteSignIn(text(signIn, 'status')));
    try {
      return { sessionId, owner: await this.ownerOf(sessionId) };
    } catch (failure) {
      await this.end(sessionId).catch(() => {});
      throw failure;
    }
  }

  /**
   * Who a session of this browser belongs to, as Clerk says now.
   * @throws Error when Clerk knows no such session, or does not let it act.
   */
  async ownerOf(sessionId: string): Promise<SessionOwner> {
    const sessions = member(await this.#call('GET', '/v1/client'), 'response', 'sessions');
    const session = Array.isArray(sessions)
      ? sessions.find((each: unknown) => text(each, 'id') === sessionId)
      : undefined;
    if (session === undefined)
      throw new Error('The session of the test user is over, or Clerk does not show it to the browser that began it.');
    const state = text(session, 'status') ?? 'without a status';
    if (state !== 'active') throw new ReadinessConfigError(inactiveSession(state, tasksOf(session)));
    const id = text(session, 'user', 'id');
    if (id === undefined) throw new Error('Clerk signed somebody in and does not say whom.');
    return { id };
  }

  /**
   * A fresh session token.
   * @param origin of the page that asks, which becomes `azp`; default: the target's
   * @throws Error with Clerk's own words when it refuses.
   */
  async token(sessionId: string, origin?: string): Promise<SessionToken> {
    const jwt = text(await this.#call('POST', `/v1/client/sessions/${sessionId}/tokens`, {}, origin), 'jwt');
    const { exp, iat } = tokenClaims(jwt ?? '');
    if (jwt === undefined || typeof exp !== 'number') throw new Error('Clerk gave no session token');
    // The clock of this machine may be behind Clerk's.
    return { jwt, expiresAt: Math.min(exp, Date.now() / 1000 + exp - Number(iat ?? 0)) };
  }

  /** Signs out of a session, as the user does; one that is over already stays so. */
  async end(sessionId: string): Promise<void> {
    await this.#call('POST', `/v1/client/sessions/${sessionId}/end`).catch((failure: unknown) => {
      if (!(failure instanceof FrontendRefusal) || ![401, 404].includes(failure.status)) throw failure;
    });
  }

  async #call(
    method: 'GET' | 'POST',
    path: string,
    fields: Readonly<Record<string, string>> = {},
    origin = this.#origin,
  ): Promise<unknown> {
    const url = new URL(this.#url + path);
    if (this.#testingToken !== undefined) url.searchParams.set('__clerk_testing_token', this.#testingToken);
    if (this.#devBrowser !== undefined) url.searchParams.set('__clerk_db_jwt', this.#devBrowser);
    for (let tries = 1; ; tries += 1) {
      const cookie = this.#jar.header(url.origin);
      const { exchange, raw } = await this.#connection.sendRaw({
        method,
        origin: url.origin,
        path: url.pathname + url.search,
        headers: {
          origin,
          ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
          ...(cookie !== undefined && { cookie }),
        },
        ...(method === 'POST' && { body: new URLSearchParams(fields).toString(), confidential: true }),
        judged: true,
      });
      this.#keep(raw.setCookies, url);
      if (status(exchange) === 200) return parseJson(raw.body);
      if (status(exchange) !== 429 || tries === MAX_TRIES) throw new FrontendRefusal(exchange);
      await waitForRateLimit(header(exchange, 'retry-after'), tries);
    }
  }

  #keep(setCookies: readonly string[], url: URL): void {
    this.#jar.store(url.origin, setCookies);
    for (const cookie of setCookies.map((line) => parseSetCookie(line, url)))
      if (cookie) this.#cookies.set(`${cookie.domain}${cookie.path}${cookie.name}`, cookie);
  }
}

/** Clerk's Frontend API said no, or nothing at all. */
class FrontendRefusal extends Error {
  override readonly name = 'FrontendRefusal';
  readonly status: number;

  constructor(exchange: Exchange) {
    const errors = member(jsonOf(exchange), 'errors');
    const said = (name: string) => (Array.isArray(errors) ? errors.flatMap((each) => text(each, name) ?? []) : []);
    const messages = said('message');
    const words = messages.length > 0 ? ` (${messages.join('; ')})` : '';
    const codes = [...said('code'), ...(status(exchange) === 429 ? ['too_many_requests'] : [])];
    super(`Could not sign in: ${describe(exchange)}${words}.${refusalHint(codes)}`);
    this.status = status(exchange);
  }
}

function tasksOf(session: unknown): string[] {
  const tasks = member(session, 'tasks');
  return Array.isArray(tasks) ? tasks.flatMap((task) => text(task, 'key') ?? []) : [];
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
