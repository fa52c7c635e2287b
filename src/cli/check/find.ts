import { fateOf } from '../../areas/routes/fate.ts';
import { looksPrivate } from '../../areas/routes/standing.ts';
import type { Readiness } from '../../config/options.ts';
import type { Discovery, FoundPage, FoundPath, Source } from '../../target/discover.ts';
import { isActing, isFile, unique } from '../../target/discover/links.ts';
import { concretePath } from '../../target/discover/route.ts';
import { body, header, isHtml, redirectTarget, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { isNextRedirectToSignIn } from '../../target/next.ts';
import { endOf, isHandshake, isSignIn } from '../../target/sign-in.ts';
import type { Target } from '../../target/target.ts';
import { MAX_ITEMS } from './found.ts';
import type { Found, FoundItem } from './found.ts';
import { USUAL_API, USUAL_PROTECTED, USUAL_SIGN_IN, USUAL_SIGN_UP } from './guesses.ts';
import { findHealth, findWebhook } from './find-endpoints.ts';

/** Kinds that the user has named, which are not searched for. */
export interface Given {
  readonly webhook: boolean;
  readonly health: boolean;
}

/** Public pages of one folder that are used: articles of a blog are alike. */
const MAX_OF_FOLDER = 2;

/** API routes named in pages and scripts that are asked. */
const MAX_NAMED_APIS = 40;

/** `'/api/…'` as a string of a script or a page; one with a parameter in it is no path. */
const NAMED_API = /["'`](((?:\/[\w-]+){0,3})\/(?:api|trpc)\/[\w\-./]*\w)["'`]/g;

const SIGN_UP = /(?:^|\/)(?:sign[-_]?up|register)\/?$/i;
const SIGN_IN = /(?:^|\/)(?:sign[-_]?in|log[-_]?in)\/?$/i;

/** Finds out what an app has, as an anonymous visitor can: GET everywhere, and one unsigned POST where webhooks usually are. */
export async function find(target: Target, readiness: Readiness, given: Given): Promise<Found> {
  const discovery = await target.discover();
  const finder = new Finder(target, readiness, discovery);
  const { pages, guarded } = await finder.pages();
  const apis = await finder.apis();
  const entries = await finder.entries(pages, guarded);
  const endpoints = [...discovery.endpoints, ...discovery.unprobed.filter(({ kind }) => kind === 'endpoint')].flatMap(
    (each) => ('path' in each ? each.path : (concretePath(each) ?? [])),
  );
  const [webhook, health] = await Promise.all([
    given.webhook ? undefined : findWebhook(target, endpoints),
    given.health ? undefined : findHealth(target, endpoints),
  ]);
  const entryPaths = [entries.signIn?.path, entries.signUp?.path];
  const open = pages.filter(({ path }) => !entryPaths.includes(path));
  return {
    identity: target.identity,
    public: open.slice(0, MAX_ITEMS),
    protected: guarded.map(({ path, how }) => ({ path, how })).slice(0, MAX_ITEMS),
    api: apis.refused.slice(0, MAX_ITEMS),
    open: apis.open,
    ...entries,
    ...(webhook && { webhook }),
    ...(health && { health }),
    limits: [
      ...Object.values(discovery.limits),
      ...tooMany('public pages', open.length),
      ...tooMany('protected pages', guarded.length),
      ...tooMany('API routes', apis.refused.length),
    ],
  };
}

function tooMany(kind: string, found: number): string[] {
  return found > MAX_ITEMS
    ? [`${found} ${kind} were found; ${MAX_ITEMS} are used. A configuration of your own can name all.`]
    : [];
}

/** A page that refuses anonymous visitors, and where it sends them. */
interface Guarded extends FoundItem {
  readonly visit: Visit;
}

class Finder {
  readonly #target: Target;
  readonly #discovery: Discovery;
  readonly #expectation: { readonly readiness: Readiness; readonly identity: Target['identity'] };

  constructor(target: Target, readiness: Readiness, discovery: Discovery) {
    this.#target = target;
    this.#discovery = discovery;
    this.#expectation = { readiness, identity: target.identity };
  }

  /** Pages that anybody gets, and pages that nobody gets without signing in. */
  async pages(): Promise<{ pages: FoundItem[]; guarded: Guarded[] }> {
    const unknown = await this.#unknown();
    const found = this.#discovery.pages.filter(({ visit }) => visit !== undefined);
    const known = new Set(found.map(({ path }) => path));
    // Where every path leads to sign-in, a guess that does so may not exist.
    const guesses = this.#isGuarded(unknown) ? [] : this.#usual(USUAL_PROTECTED).filter((path) => !known.has(path));
    const guessed = await Promise.all(
      guesses.map(async (path) => ({ path, how: 'usual path', visit: await this.#target.anonymous.page(path) })),
    );
    const seen = found.flatMap((page) =>
      page.visit ? [{ path: page.path, how: howFound(page.sources), visit: page.visit }] : [],
    );
    const guarded = [...seen, ...guessed].filter(({ path, visit }) => !isEntry(path) && this.#isGuarded(visit));
    const served = found.filter((page) => {
      const fate = fateOf(page, unknown.final, this.#expectation);
      // The home page of a single-page app is there, although every path answers with it.
      const isOpen = fate === 'served' || (fate === 'shell' && page.path === this.#target.home);
      return isOpen && !isEntry(page.path) && !looksPrivate(page.path);
    });
    return { pages: fewOfEachFolder(served), guarded };
  }

  /** API routes that the build, the project, a page or a script names, and usual ones. */
  async apis(): Promise<{ refused: Found['api']; open: FoundItem[] }> {
    const unknownApi = await this.#target.anonymous.get(this.#target.within(`/api/${this.#target.unknownSegment}`), {
      as: 'api',
    });
    const candidates = this.#apiCandidates();
    const asked = await Promise.all(
      candidates.map(async (item) => ({ ...item, answer: await this.#target.anonymous.get(item.path, { as: 'api' }) })),
    );
    const refused = asked.flatMap(({ path, how, answer }) => {
      const code = refusalOf(answer);
      // Where a guard answers for every path, only a route that the app itself names is known to exist.
      const exists = how !== USUAL || (refusalOf(unknownApi) === undefined && code === 401);
      return code !== undefined && exists ? [{ path, how, status: code }] : [];
    });
    const open = asked
      .filter(({ how, answer }) => how !== USUAL && status(answer) === 200 && !isHtml(answer))
      .map(({ path, how }) => ({ path, how }));
    return { refused, open };
  }

  /** Sign-in and sign-up: where guards lead to, else a linked or usual path. */
  async entries(pages: readonly FoundItem[], guarded: readonly Guarded[]): Promise<Pick<Found, 'signIn' | 'signUp'>> {
    const led = guarded
      .map(({ path, visit }) => ({ path, end: endOf(visit) }))
      .find(({ end }) => isSignIn(end, this.#expectation));
    const signIn = led
      ? { path: this.#local(led.end), how: `where ${led.path} leads to` }
      : await this.#entry(SIGN_IN, this.#usual(USUAL_SIGN_IN));
    const base = signIn?.path.startsWith('/') === true ? signIn.path.slice(0, signIn.path.lastIndexOf('/')) : '';
    const signUp = await this.#entry(SIGN_UP, unique([`${base}/sign-up`, ...this.#usual(USUAL_SIGN_UP)]));
    return { ...(signIn && { signIn }), ...(signUp && { signUp }) };
  }

  async #entry(pattern: RegExp, usual: readonly string[]): Promise<FoundItem | undefined> {
    const unknown = await this.#unknown();
    const isServed = (page: FoundPage) => fateOf(page, unknown.final, this.#expectation) !== 'shell' && isPage(page);
    const linked = this.#discovery.pages.find((page) => pattern.test(page.path) && isServed(page));
    if (linked) return { path: linked.path, how: howFound(linked.sources) };
    for (const path of usual) {
      const page = { path, sources: [], visit: await this.#target.anonymous.page(path) };
      if (isServed(page) && status(unknown.final) !== 200) return { path, how: USUAL };
    }
    return undefined;
  }

  #apiCandidates(): FoundItem[] {
    const exchanges = [
      ...this.#discovery.pages.flatMap(({ visit }) => visit?.final ?? []),
      ...this.#discovery.scripts.map(({ exchange }) => exchange),
    ];
    const { basePath = '' } = this.#target.identity;
    const named = unique(
      exchanges.flatMap((each) =>
        [...body(each).matchAll(NAMED_API)].flatMap(([, path = '', folder]) => (folder === basePath ? path : [])),
      ),
    );
    const items = [
      ...this.#discovery.endpoints.map(({ path, sources }) => ({ path, how: howFound(sources) })),
      ...named.slice(0, MAX_NAMED_APIS).map((path) => ({ path, how: 'named in a page or script' })),
      ...this.#usual(USUAL_API).map((path) => ({ path, how: USUAL })),
    ].filter(({ path }) => !isActing(path) && !isFile(path) && !isWebhookOrHealth(path));
    return [...new Map(items.toReversed().map((item) => [item.path, item])).values()].toReversed();
  }

  /** True when a visit ends at sign-in, or in a refusal that is Clerk's. */
  #isGuarded(visit: Visit): boolean {
    const end = endOf(visit);
    if (isHandshake(end)) return false;
    const { final, exchanges } = visit;
    const isLed = isSignIn(end, this.#expectation) && exchanges.some((each) => redirectTarget(each) !== undefined);
    const isClerk401 = status(final) === 401 && header(final, 'x-clerk-auth-status') !== undefined;
    return isLed || isClerk401 || isHiddenByClerk(final) || isNextRedirectToSignIn(final, this.#expectation);
  }

  #usual(paths: readonly string[]): string[] {
    return paths.map((path) => this.#target.within(path));
  }

  #unknown(): Promise<Visit> {
    return this.#target.anonymous.page(this.#target.unknownPath);
  }

  #local({ origin, pathname }: URL): string {
    return origin === this.#target.identity.origin ? pathname : origin + pathname;
  }
}

const USUAL = 'usual path';

/** Answers that refuse an API request: 401, or the 404 of auth.protect() in the middleware. */
function refusalOf(answer: Exchange): 401 | 404 | undefined {
  if (status(answer) === 401) return 401;
  return isHiddenByClerk(answer) ? 404 : undefined;
}

function isHiddenByClerk(answer: Exchange): boolean {
  return status(answer) === 404 && header(answer, 'x-clerk-auth-reason')?.includes('protect-rewrite') === true;
}

function isPage({ visit }: FoundPage): boolean {
  return visit !== undefined && status(visit.final) === 200 && isHtml(visit.final) && visit.stopped === undefined;
}

function isEntry(path: string): boolean {
  return SIGN_IN.test(path) || SIGN_UP.test(path);
}

function isWebhookOrHealth(path: string): boolean {
  return /webhook|health|status|\/(?:ping|ready|live)/i.test(path);
}

function fewOfEachFolder(pages: readonly FoundPage[]): FoundItem[] {
  const counts = new Map<string, number>();
  return pages
    .filter(({ path }) => {
      const folder = path.slice(0, path.lastIndexOf('/'));
      const before = counts.get(folder) ?? 0;
      counts.set(folder, before + 1);
      return folder === '' || before < MAX_OF_FOLDER;
    })
    .map(({ path, sources }) => ({ path, how: howFound(sources) }));
}

function howFound(sources: FoundPath['sources']): string {
  const words: Readonly<Record<Exclude<Source['by'], 'link'>, string>> = {
    declared: 'base URL',
    sitemap: 'sitemap',
    'robots.txt': 'robots.txt',
    manifest: 'build manifest',
    project: 'project files',
  };
  const [first] = sources;
  if (first === undefined) return USUAL;
  return first.by === 'link' ? `linked from ${first.from}` : words[first.by];
}
