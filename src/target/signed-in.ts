import type { Anonymous, AnonymousRequest, VisitOptions } from './anonymous.ts';
import { withSuffix } from './clerk.ts';
import type { Connection } from './connection.ts';
import type { Exchange, Visit } from './exchange.ts';
import { FrontendApi } from './frontend-api.ts';
import type { FirstFactor, SessionOwner, SessionToken } from './frontend-api.ts';
import type { Identity } from './identity.ts';
import { once, reachedApp } from './once.ts';
import { tokenClaims } from './session-token.ts';
import { reaches } from './set-cookie.ts';
import type { BrowserCookie } from './set-cookie.ts';

/** Seconds that a session token must still hold, so that it does not end under way. */
const RESERVE = 20;

/** Life of Clerk's cookies, seconds; what they hold ends long before. */
const YEAR = 365 * 24 * 3600;

interface Parts {
  readonly connection: Connection;
  readonly identity: Identity;
  readonly anonymous: Anonymous;
}

/**
 * A client with a genuine session: it sends what a browser sends in which the test user is signed in,
 * to the target's origin only. The token is renewed before it ends.
 * The cookies are those of https://clerk.com/docs/guides/how-clerk-works/overview.
 */
export class SignedIn {
  readonly sessionId: string;
  /** Who is signed in, as Clerk says. */
  readonly owner: SessionOwner;
  readonly #parts: Parts;
  readonly #frontendApi: FrontendApi;
  /** Seconds since the epoch at which the client signed in; a token from before would lead to a handshake. */
  readonly #clientUat: number;
  readonly #pages = new Map<string, Promise<Visit>>();
  #token: Promise<SessionToken>;

  private constructor(
    parts: Parts,
    frontendApi: FrontendApi,
    session: { readonly sessionId: string; readonly owner: SessionOwner; readonly token: SessionToken },
  ) {
    this.#parts = parts;
    this.#frontendApi = frontendApi;
    this.sessionId = session.sessionId;
    this.owner = session.owner;
    this.#clientUat = issuedAt(session.token.jwt);
    this.#token = Promise.resolve(session.token);
  }

  /**
   * @internal
   * Signs in, and proves that the session is active.
   * @param testingToken by which bot protection lets a test pass
   * @throws Error with Clerk's own words and the fix when it refuses.
   */
  static async open(parts: Parts, factor: FirstFactor, testingToken: string | undefined): Promise<SignedIn> {
    const frontendApi = await FrontendApi.open(parts, testingToken === undefined ? {} : { testingToken });
    const { sessionId, owner } = await frontendApi.signIn(factor);
    return new SignedIn(parts, frontendApi, { sessionId, owner, token: await frontendApi.token(sessionId) });
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

  /** Visits a page once for all checks that share this client. */
  async page(path: string): Promise<Visit> {
    return once(this.#pages, path, () => this.visit(path), reachedApp);
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

  /** The same session as a browser keeps it: the cookies of the app's host and those that Clerk set on its own. */
  async browserCookies(): Promise<BrowserCookie[]> {
    const { hostname, protocol } = new URL(this.#parts.identity.origin);
    const clerks = this.#frontendApi.cookies;
    // What Clerk keeps for the whole domain it also changes there; a second one for the host would go stale.
    const isClerks = (name: string) => clerks.some((cookie) => cookie.name === name && reaches(cookie, hostname));
    const own = Object.entries(await this.cookies()).filter(([name]) => !isClerks(name));
    return [
      ...clerks,
      ...own.map(([name, value]) => ({
        name,
        value,
        domain: hostname,
        path: '/',
        expires: Math.floor(Date.now() / 1000) + YEAR,
        httpOnly: false,
        secure: protocol === 'https:',
        // As clerk-js sets them.
        sameSite: name.startsWith('__client_uat') ? ('Strict' as const) : ('Lax' as const),
      })),
    ];
  }

  /** Whether Clerk lets the session act, asked now. */
  async isActive(): Promise<boolean> {
    return this.#frontendApi.ownerOf(this.sessionId).then(
      () => true,
      () => false,
    );
  }

  /** Signs out, as the user does. */
  async end(): Promise<void> {
    await this.#frontendApi.end(this.sessionId);
  }
}

function issuedAt(jwt: string): number {
  const seconds = tokenClaims(jwt)['iat'];
  return typeof seconds === 'number' ? seconds : Math.floor(Date.now() / 1000);
}
