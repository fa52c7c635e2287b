import type { Anonymous, AnonymousRequest, VisitOptions } from './anonymous.ts';
import { withSuffix } from './clerk.ts';
import type { Connection, Sent } from './connection.ts';
import { CookieJar } from './cookies.ts';
import { describe } from './exchange.ts';
import type { Exchange, Visit } from './exchange.ts';
import type { Identity } from './identity.ts';
import { member, parseJson } from './json.ts';
import { tokenClaims } from './session-token.ts';

/** What signs a user in once. */
export interface Ticket {
  /** Sign-in token of the Backend API. */
  readonly ticket: string;
  /** Testing token, by which bot detection lets a test pass. */
  readonly testingToken: string;
}

/** Seconds that a session token must still hold, so that it does not end under way. */
const RESERVE = 20;

interface Parts {
  readonly connection: Connection;
  readonly identity: Identity;
  readonly anonymous: Anonymous;
}

/** A session token and when it ends, in seconds since the epoch. */
interface SessionToken {
  readonly jwt: string;
  readonly expiresAt: number;
}

/**
 * A client with a genuine session: it sends what a browser sends in which the test user is signed in,
 * to the target's origin only. The token is renewed before it ends.
 * The cookies are those of https://clerk.com/docs/guides/how-clerk-works/overview.
 */
export class SignedIn {
  readonly sessionId: string;
  readonly #parts: Parts;
  readonly #frontendApi: FrontendApi;
  /** Seconds since the epoch at which the client signed in; a token from before would lead to a handshake. */
  readonly #clientUat: number;
  #token: Promise<SessionToken>;

  private constructor(parts: Parts, frontendApi: FrontendApi, sessionId: string, token: SessionToken) {
    this.#parts = parts;
    this.#frontendApi = frontendApi;
    this.sessionId = sessionId;
    this.#clientUat = issuedAt(token.jwt);
    this.#token = Promise.resolve(token);
  }

  /**
   * Signs in with a ticket.
   * @throws Error with Clerk's own words when it refuses.
   */
  static async open(parts: Parts, { ticket, testingToken }: Ticket): Promise<SignedIn> {
    const frontendApi = await FrontendApi.open(parts, testingToken);
    const answer = await frontendApi.post('/v1/client/sign_ins', { strategy: 'ticket', ticket });
    const sessionId = text(answer, 'response', 'created_session_id');
    if (sessionId === undefined) throw new Error('Clerk took the sign-in token but began no session');
    return new SignedIn(parts, frontendApi, sessionId, await frontendApi.token(sessionId));
  }

  /** One request; cookies of the session are sent unless own ones are given. Redirects are not followed. */
  async request(path: string, request: AnonymousRequest = {}): Promise<Exchange> {
    const given = request.headers ?? {};
    const headers: ReadonlyArray<readonly [string, string]> = Array.isArray(given) ? given : Object.entries(given);
    const own = headers.some(([name]) => name.toLowerCase() === 'cookie');
    const cookie = Object.entries(await this.cookies()).map(([name, value]) => `${name}=${value}`);
    return this.#parts.anonymous.request(path, {
      ...request,
      headers: own ? headers : [...headers, ['cookie', cookie.join('; ')]],
    });
  }

  /** `GET` without following redirects. */
  async get(path: string, request: Omit<AnonymousRequest, 'method'> = {}): Promise<Exchange> {
    return this.request(path, request);
  }

  /** Opens a page as the browser of the test user does. */
  async visit(path: string, options: VisitOptions = {}): Promise<Visit> {
    return this.#parts.anonymous.visit(path, {
      ...options,
      cookies: { ...(await this.cookies()), ...options.cookies },
    });
  }

  /** A session token that holds for a while, for `Authorization: Bearer`. */
  async token(): Promise<string> {
    const { expiresAt } = await this.#token;
    if (expiresAt - Date.now() / 1000 < RESERVE) this.#token = this.#frontendApi.token(this.sessionId);
    return (await this.#token).jwt;
  }

  /**
   * A session token as a page of another origin of the same instance gets it (its `azp`).
   * @throws Error with Clerk's own words when it refuses, as it does for origins that are not the instance's.
   */
  async tokenFor(origin: string): Promise<string> {
    return (await this.#frontendApi.token(this.sessionId, origin)).jwt;
  }

  /** The cookies of the session on the target's origin, by name. */
  async cookies(): Promise<Readonly<Record<string, string>>> {
    const values = { __session: await this.token(), __client_uat: String(this.#clientUat) };
    return withSuffix(
      { ...values, ...this.#frontendApi.developmentCookies },
      this.#parts.identity.clerk.publishableKey,
    );
  }
}

/** The Frontend API as the browser of one client calls it. */
class FrontendApi {
  readonly #connection: Connection;
  readonly #url: string;
  readonly #origin: string;
  readonly #testingToken: string;
  readonly #jar = new CookieJar();
  #devBrowser: string | undefined;

  private constructor({ connection, identity }: Parts, url: string, testingToken: string) {
    this.#connection = connection;
    this.#url = url;
    this.#origin = identity.origin;
    this.#testingToken = testingToken;
  }

  static async open(parts: Parts, testingToken: string): Promise<FrontendApi> {
    const { frontendApi, publishableKeyKind } = parts.identity.clerk;
    if (frontendApi === undefined) {
      throw new Error(
        'clerk.publishableKey is missing: none was found in the pages of the target, and signing in needs it',
      );
    }
    const opened = new FrontendApi(parts, frontendApi, testingToken);
    // A development instance knows a browser by a token in the URL, because its cookies would be third-party ones.
    if (publishableKeyKind === 'test') opened.#devBrowser = text(await opened.post('/v1/dev_browser', {}), 'id');
    return opened;
  }

  get developmentCookies(): Readonly<Record<string, string>> {
    return this.#devBrowser === undefined ? {} : { __clerk_db_jwt: this.#devBrowser };
  }

  /** @throws Error with Clerk's own words when it refuses. */
  async post(path: string, fields: Readonly<Record<string, string>>, origin = this.#origin): Promise<unknown> {
    const url = new URL(this.#url + path);
    url.searchParams.set('__clerk_testing_token', this.#testingToken);
    if (this.#devBrowser !== undefined) url.searchParams.set('__clerk_db_jwt', this.#devBrowser);
    const cookie = this.#jar.header(url.origin);
    const sent = await this.#connection.sendRaw({
      method: 'POST',
      origin: url.origin,
      path: url.pathname + url.search,
      headers: {
        origin,
        'content-type': 'application/x-www-form-urlencoded',
        ...(cookie !== undefined && { cookie }),
      },
      body: new URLSearchParams(fields).toString(),
    });
    this.#jar.store(url.origin, sent.raw.setCookies);
    if (sent.exchange.response?.status !== 200) throw new Error(refusal(sent));
    return parseJson(sent.raw.body);
  }

  async token(sessionId: string, origin?: string): Promise<SessionToken> {
    const jwt = text(await this.post(`/v1/client/sessions/${sessionId}/tokens`, {}, origin), 'jwt');
    const expiresAt = jwt === undefined ? undefined : tokenClaims(jwt)['exp'];
    if (jwt === undefined || typeof expiresAt !== 'number') throw new Error('Clerk gave no session token');
    return { jwt, expiresAt };
  }
}

function refusal({ exchange, raw }: Sent): string {
  const errors = member(parseJson(raw.body), 'errors');
  const messages = Array.isArray(errors) ? errors.flatMap((each: unknown) => text(each, 'message') ?? []) : [];
  const words = messages.length > 0 ? ` (${messages.join('; ')})` : '';
  return `Could not sign in: ${describe(exchange)}${words}`;
}

function issuedAt(jwt: string): number {
  const seconds = tokenClaims(jwt)['iat'];
  return typeof seconds === 'number' ? seconds : Math.floor(Date.now() / 1000);
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = member(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
