import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Readiness } from '../config/options.ts';
import { foldersNamedBy, underBasePath } from './base-path.ts';
import { Anonymous } from './anonymous.ts';
import type { Connection, Request } from './connection.ts';
import { discover } from './discover.ts';
import { unique } from './discover/links.ts';
import type { Discovery } from './discover.ts';
import type { Exchange, Visit } from './exchange.ts';
import { isHtml, status } from './exchange.ts';
import type { FirstFactor } from './frontend-api.ts';
import { identify } from './identity.ts';
import type { Identity } from './identity.ts';
import { assertReachable, missingBaseURL, TargetError } from './reachable.ts';
import { Redactor } from './redact.ts';
import type { Secret } from './redact.ts';
import { SignedIn } from './signed-in.ts';
import { wallOf } from './wall.ts';
import type { Wall } from './wall.ts';

/** What stood between a check and the app. */
export interface Obstacle {
  readonly exchange: Exchange;
  /** Undefined when there was no answer at all. */
  readonly wall?: Wall;
}

/** A request to another origin than the target's. */
export type ElsewhereRequest = Omit<Request, 'origin' | 'path'>;

/** The deployed app: the only room that talks HTTP. */
export class Target {
  readonly anonymous: Anonymous;
  readonly identity: Identity;
  /** @internal */
  readonly redactor: Redactor;
  /** A segment of a path that no app has; the same for all checks, so that its answer is fetched once. */
  readonly unknownSegment = `clerk-readiness-${randomBytes(6).toString('hex')}`;
  readonly #connection: Connection;
  readonly #obstacles: Obstacle[];
  readonly #readiness: Readiness;
  readonly #resources = new Map<string, Promise<Exchange>>();
  #keySet: Promise<Exchange> | undefined;
  #discovery: Promise<Discovery> | undefined;

  private constructor(parts: {
    readiness: Readiness;
    anonymous: Anonymous;
    identity: Identity;
    redactor: Redactor;
    connection: Connection;
    obstacles: Obstacle[];
  }) {
    this.#readiness = parts.readiness;
    this.anonymous = parts.anonymous;
    this.identity = parts.identity;
    this.redactor = parts.redactor;
    this.#connection = parts.connection;
    this.#obstacles = parts.obstacles;
  }

  /**
   * Connects to the target and learns what it is.
   * @throws TargetError with one clear message when it is unreachable, walled off, down, or not the app.
   * @throws ReadinessConfigError when the base URL is missing or does not fit the profile.
   * @param onLost told when the target stops answering later on
   * @internal
   */
  static async connect(readiness: Readiness, onLost?: (failure: TargetError) => void): Promise<Target> {
    const origin = originOf(readiness);
    const redactor = new Redactor(secretsOf(readiness));
    const obstacles: Obstacle[] = [];
    // Playwright's main process reads this module as well, and connects to nothing.
    const { Connection } = await import('./connection.ts');
    const connection = new Connection({
      network: readiness.network,
      redactor,
      credentials: { origin, headers: readiness.headers },
      trusted: [new URL(readiness.clerk.apiUrl).origin],
      ...(onLost && { onLost }),
      onExchange: (exchange, { judged }) => (judged ? undefined : note(obstacles, exchange)),
    });
    const anonymous = new Anonymous(connection, origin, readiness.network.maxRedirects);
    try {
      const pages = await inTime(firstPages(anonymous, readiness), readiness);
      const identity = identify(origin, pages.map(({ final }) => final).filter(isHtml), readiness.clerk.publishableKey);
      return new Target({ readiness, anonymous, identity, redactor, connection, obstacles });
    } catch (failure) {
      await connection.close();
      throw failure;
    }
  }

  /** A path of the app, by that from its home on: another one only where the app has a base path. */
  within(path: string): string {
    return underBasePath(this.identity.basePath, path);
  }

  /** Path of the home page: `/`, or the base path. */
  get home(): string {
    return this.within('/');
  }

  /** A path of the app that it does not have. */
  get unknownPath(): string {
    return this.within(`/${this.unknownSegment}`);
  }

  /** Requests sent so far, to the target and to Clerk. */
  get requests(): number {
    return this.#connection.sent;
  }

  /** @internal Walls and failures met so far, in order. */
  get obstacles(): readonly Obstacle[] {
    return this.#obstacles;
  }

  /**
   * Makes sure that the target is still there; sends nothing when its last answer arrived.
   * @throws TargetError when it stopped answering.
   * @internal
   */
  async assertAnswering(): Promise<void> {
    await this.#connection.assertAnswering();
  }

  /** Sends a request to another origin, such as Clerk's Frontend API; it carries none of the target's headers. */
  async elsewhere(url: string, request: ElsewhereRequest = {}): Promise<Exchange> {
    const { origin, pathname, search } = new URL(url);
    return this.#connection.send({ ...request, origin, path: pathname + search });
  }

  /** A file that is the same for everybody, on the target or on its CDN, fetched once. */
  async resource(url: string): Promise<Exchange> {
    const known = this.#resources.get(url);
    if (known) return known;
    const { origin, pathname, search } = new URL(url);
    const fetching = origin === this.identity.origin ? this.anonymous.get(pathname + search) : this.elsewhere(url);
    this.#resources.set(url, fetching);
    const exchange = await fetching;
    // The next check asks again, and meets the obstacle itself if it is still there.
    if (exchange.error || wallOf(exchange)) this.#resources.delete(url);
    return exchange;
  }

  /** The pages, endpoints and scripts that can be found without signing in; searched for once. */
  async discover(): Promise<Discovery> {
    this.#discovery ??= discover({
      anonymous: this.anonymous,
      origin: this.identity.origin,
      readiness: this.#readiness,
      within: (path) => this.within(path),
      unknownPath: this.unknownPath,
      get: (url) => this.resource(url),
    });
    return this.#discovery;
  }

  /** @internal The public key set of a Frontend API, fetched once. */
  async keySet(frontendApi: string): Promise<Exchange> {
    this.#keySet ??= this.elsewhere(`${frontendApi}/.well-known/jwks.json`, { judged: true });
    return this.#keySet;
  }

  /**
   * Signs in over the Frontend API, as a browser does that Clerk has not seen yet.
   * @param testingToken by which bot protection lets a test pass
   * @throws Error with Clerk's own words and the fix when it refuses.
   * @internal
   */
  async signIn(factor: FirstFactor, testingToken?: string): Promise<SignedIn> {
    const parts = { connection: this.#connection, identity: this.identity, anonymous: this.anonymous };
    return SignedIn.open(parts, factor, testingToken);
  }

  /** Every page that any visitor gets, as visited: the public ones, sign-in, sign-up and the answer to an unknown path. */
  async publicPages(readiness: Readiness): Promise<Visit[]> {
    const local = [readiness.routes.signIn, readiness.routes.signUp].filter((path) => path?.startsWith('/') === true);
    const paths = new Set(
      [...readiness.routes.public, ...local, this.unknownPath].filter((path) => path !== undefined),
    );
    return Promise.all([...paths].map((path) => this.anonymous.page(path)));
  }

  /** @internal Closes every socket. */
  async close(): Promise<void> {
    await this.#connection.close();
  }
}

/** Connecting may take as long as this many requests, and less than a check, which would end without a message. */
const CONNECTING = { waits: 4, milliseconds: 75_000 } as const;

/** A value of an extra header that is no secret but a word, as in `x-env: staging`; hunting for it would shred pages. */
const WORD = /^[a-z]{1,11}$/i;

/** Options whose values must never leave the process. Where an extra header is sent, it is redacted whatever its length. */
export function secretsOf(readiness: Readiness): Secret[] {
  const secrets: Array<readonly [name: string, value: string | undefined]> = [
    ...Object.entries(readiness.headers)
      .filter(([, value]) => !WORD.test(value))
      .map(([name, value]) => [`headers.${name}`, value] as const),
    ['clerk.secretKey', readiness.clerk.secretKey],
    ['webhook.secret', readiness.webhook ? readiness.webhook.secret : undefined],
    ...(typeof readiness.session.user === 'object'
      ? [
          ['session.user.password', readiness.session.user.password] as const,
          ['session.user.email', readiness.session.user.email] as const,
        ]
      : []),
  ];
  return secrets.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function note(obstacles: Obstacle[], exchange: Exchange): void {
  const wall = wallOf(exchange);
  if (wall) obstacles.push({ exchange, wall });
  else if (exchange.error) obstacles.push({ exchange });
}

/**
 * Pages that show what the app is; one of them proves that it is there: the root of the site or, where that is no public
 * page of the app, the first that is.
 */
async function firstPages(anonymous: Anonymous, readiness: Readiness): Promise<Visit[]> {
  const { signIn, public: open } = readiness.routes;
  const root = await anonymous.page('/');
  const [first] = open.includes('/') ? [] : open;
  try {
    assertReachable(root, readiness);
  } catch (failure) {
    // An app under a base path answers for its own pages only.
    if (first === undefined || root.final.error) throw failure;
    assertReachable(await anonymous.page(first), readiness);
  }
  const [basePath] = status(root.final) === 404 ? foldersNamedBy(root.final) : [];
  const paths = [signIn, open[0], basePath].filter((path) => path !== undefined).filter((path) => /^\/./.test(path));
  return [root, ...(await Promise.all(unique(paths).map((path) => anonymous.page(path))))];
}

/** Each answer may come in time and lead on to the next; a run must not wait for the last one. */
async function inTime(pages: Promise<Visit[]>, { baseURL, network }: Readiness): Promise<Visit[]> {
  const milliseconds = Math.min(CONNECTING.waits * network.requestTimeoutMs, CONNECTING.milliseconds);
  const over = new AbortController();
  const late = delay(milliseconds, undefined, { signal: over.signal }).then(() => {
    throw new TargetError(
      `${baseURL} did not show its home and sign-in page within ${milliseconds / 1000} s. Open it in a browser with cleared cookies and see where it leads; for a slow target raise network.requestTimeoutMs.`,
    );
  });
  return Promise.race([pages, late]).finally(() => over.abort());
}

function originOf(readiness: Readiness): string {
  if (readiness.baseURL === undefined) throw missingBaseURL();
  return new URL(readiness.baseURL).origin;
}
