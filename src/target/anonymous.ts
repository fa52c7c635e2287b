import type { Connection, HeadersInput } from './connection.ts';
import { CookieJar } from './cookies.ts';
import type { Exchange, Visit } from './exchange.ts';
import { isRedirect } from './exchange.ts';
import { once, reachedApp } from './once.ts';
import { SHAPES } from './shapes.ts';
import type { Shape } from './shapes.ts';
import { HANDSHAKE_PATH } from './sign-in.ts';

/** A request to the target. */
export interface AnonymousRequest {
  /** Default `GET`. */
  readonly method?: string;
  /** Headers of a shape, `plain` by default; own headers come on top. */
  readonly as?: Shape;
  readonly headers?: HeadersInput;
  /** Names of headers with a made-up credential; see {@link Connection}. */
  readonly forged?: readonly string[];
  readonly body?: string;
  /** The check judges a refusal or a failure of this request itself; see {@link Connection}. */
  readonly judged?: true;
}

/** How to visit a page. */
export interface VisitOptions {
  /** Cookies that the visitor brings along. */
  readonly cookies?: Readonly<Record<string, string>>;
  readonly headers?: HeadersInput;
}

/** Cookies in which a live instance answers a handshake. */
const HANDSHAKE_COOKIES = /^__clerk_handshake(_nonce)?(_[\w-]{8})?=/;

/** Cookies that a development instance hands to every browser before it can be signed in or out. */
const DEVELOPMENT_COOKIES = /^(__clerk_db_jwt|__client_uat)(_|$)/;

/**
 * A client that nobody has signed in. Paths go out raw, redirects are followed only by {@link visit},
 * and the extra headers of the options go to the target's origin alone.
 */
export class Anonymous {
  readonly #connection: Connection;
  readonly #origin: string;
  readonly #maxRedirects: number;
  readonly #pages = new Map<string, Promise<Visit>>();
  readonly #apis = new Map<string, Promise<Exchange>>();
  #developmentCookies: Readonly<Record<string, string>> = {};

  /** @internal */
  constructor(connection: Connection, origin: string, maxRedirects: number) {
    this.#connection = connection;
    this.#origin = origin;
    this.#maxRedirects = maxRedirects;
  }

  /** Sends one request and follows nothing. */
  async request(
    path: string,
    { method = 'GET', as = 'plain', headers = [], forged = [], body, judged }: AnonymousRequest = {},
  ): Promise<Exchange> {
    return this.#connection.send({
      origin: this.#origin,
      path,
      method,
      headers: this.#headers(as, headers),
      forged,
      ...(body !== undefined && { body }),
      ...(judged && { judged }),
    });
  }

  /** `GET` without following redirects. */
  async get(path: string, options: Omit<AnonymousRequest, 'method'> = {}): Promise<Exchange> {
    return this.request(path, options);
  }

  /** `POST` without following redirects. */
  async post(path: string, options: Omit<AnonymousRequest, 'method'> = {}): Promise<Exchange> {
    return this.request(path, { ...options, method: 'POST' });
  }

  /** Visits a page as a browser does, once for all checks. */
  async page(path: string): Promise<Visit> {
    return once(this.#pages, path, () => this.visit(path), reachedApp);
  }

  /** Asks for an API route with `GET` as a program does, once for all checks. */
  async api(path: string): Promise<Exchange> {
    const ask = () => this.get(path, { as: 'api' });
    return once(this.#apis, path, ask, (exchange) => reachedApp({ exchanges: [exchange] }));
  }

  /**
   * Opens a page as a browser does: follows redirects on the target and Clerk's handshake,
   * with the cookies set on the way, and stops where the chain leaves the target.
   */
  async visit(path: string, { cookies = {}, headers = [] }: VisitOptions = {}): Promise<Visit> {
    const jar = new CookieJar();
    jar.set(this.#origin, { ...this.#developmentCookies, ...cookies });
    const exchanges: Exchange[] = [];
    let url = { origin: this.#origin, path: path.replace(/#.*/s, '') };
    for (;;) {
      const cookie = jar.header(url.origin);
      const { exchange, raw } = await this.#connection.sendRaw({
        ...url,
        headers: [...merge(SHAPES.document, headers), ...(cookie === undefined ? [] : [['cookie', cookie] as const])],
      });
      exchanges.push(exchange);
      jar.store(url.origin, raw.setCookies);
      // A live instance hands the result over in a cookie of the domain that it shares with the app.
      if (url.origin !== this.#origin)
        jar.store(
          this.#origin,
          raw.setCookies.filter((line) => HANDSHAKE_COOKIES.test(line)),
        );
      const visit = { exchanges, final: exchange };
      const next = nextUrl(exchange, raw.location, url);
      // What a visitor brought along is an experiment of one check and must not reach another.
      if (Object.keys(cookies).length === 0) this.#keepDevelopmentCookies(jar);
      if (next === undefined) return visit;
      if (next.origin !== this.#origin && next.pathname !== HANDSHAKE_PATH) return { ...visit, stopped: 'left-target' };
      if (exchanges.length > this.#maxRedirects) return { ...visit, stopped: 'too-many-redirects' };
      url = { origin: next.origin, path: next.pathname + next.search };
    }
  }

  #headers(shape: Shape, headers: HeadersInput): Array<readonly [string, string]> {
    const merged = merge(SHAPES[shape], headers);
    const own = merged.some(([name]) => name.toLowerCase() === 'cookie');
    const cookie = Object.entries(this.#developmentCookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    return own || cookie === '' ? merged : [...merged, ['cookie', cookie]];
  }

  #keepDevelopmentCookies(jar: CookieJar): void {
    const cookies = Object.entries(jar.get(this.#origin)).filter(([name]) => DEVELOPMENT_COOKIES.test(name));
    if (cookies.some(([name]) => name.startsWith('__clerk_db_jwt'))) {
      this.#developmentCookies = { ...Object.fromEntries(cookies), ...this.#developmentCookies };
    }
  }
}

function nextUrl(
  exchange: Exchange,
  location: string | undefined,
  from: { origin: string; path: string },
): URL | undefined {
  if (!isRedirect(exchange) || location === undefined) return undefined;
  const base = from.origin + from.path;
  if (!URL.canParse(location, base)) return undefined;
  const next = new URL(location, base);
  return /^https?:$/.test(next.protocol) ? next : undefined;
}

/** Own headers replace those of the shape. */
function merge(shape: ReadonlyArray<readonly [string, string]>, own: HeadersInput): Array<readonly [string, string]> {
  const given: ReadonlyArray<readonly [string, string]> = Array.isArray(own) ? own : Object.entries(own);
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  return [...shape.filter(([name]) => !names.has(name)), ...given];
}
