import type { Readiness } from '../config/options.ts';
import type { Anonymous } from './anonymous.ts';
import { readIndexes } from './discover/indexes.ts';
import { isActing, isPagePath, isFile, linksOf, pagePath } from './discover/links.ts';
import { manifestUrls, routesNamedIn } from './discover/manifests.ts';
import { projectRoutes } from './discover/project-routes.ts';
import { concretePath, exampleOf, isDynamic } from './discover/route.ts';
import type { AppRoute } from './discover/route.ts';
import { scriptsOfPage, scriptsOfScript } from './discover/script-urls.ts';
import { isHtml, status } from './exchange.ts';
import type { Exchange, Visit } from './exchange.ts';
import { matchesGlob } from './glob.ts';
import { endOf } from './sign-in.ts';

/** Pages that are opened; more would take minutes on a large site. */
const MAX_PAGES = 200;
/** Pages opened of one folder that links or a sitemap lead to: articles of a blog are alike. */
const MAX_SIBLINGS = 10;
/** Scripts that are fetched. */
const MAX_SCRIPTS = 400;

/** How a route was found. */
export type Source =
  | { readonly by: 'declared' }
  | { readonly by: 'link'; readonly from: string }
  | { readonly by: 'sitemap' | 'robots.txt' | 'manifest' | 'project' };

/** A path of the target and how it was found. */
export interface FoundPath {
  readonly path: string;
  readonly sources: readonly Source[];
  /** The route of the build or the project that serves it, as Next writes it: `/blog/[slug]`. */
  readonly route?: string;
}

/** A page that was found. */
export interface FoundPage extends FoundPath {
  /** Undefined where it was not opened, because enough pages of its folder were. */
  readonly visit?: Visit;
}

/** A script of the app. */
export interface Script {
  readonly url: string;
  /** The page or script that names it. */
  readonly from: string;
  readonly exchange: Exchange;
}

/** What can be found on a target without signing in. */
export interface Discovery {
  readonly pages: readonly FoundPage[];
  /** Endpoints that the build or the project names and that a GET does no harm to; not asked yet. */
  readonly endpoints: readonly FoundPath[];
  /** Routes with a parameter of which no example was found, and endpoints that must not be asked by the way. */
  readonly unprobed: readonly AppRoute[];
  /** The app's own scripts, lazy ones included; those that are not there are left out. */
  readonly scripts: readonly Script[];
  /** Bounds that were reached, in words. */
  readonly limits: Limits;
}

/** What there was too much of. */
export type Limits = Readonly<Partial<Record<'pages' | 'scripts', string>>>;

/** What discovery works with. */
export interface DiscoveryParts {
  readonly anonymous: Anonymous;
  readonly origin: string;
  readonly readiness: Readiness;
  /** A path of the app, by that from its home on. */
  readonly within: (path: string) => string;
  readonly unknownPath: string;
  /** Fetches from any origin, with credentials for the target's only. */
  readonly get: (url: string) => Promise<Exchange>;
}

/** Finds the pages, endpoints and scripts of a target: crawl, sitemaps, robots.txt, build manifests, project. */
export async function discover(parts: DiscoveryParts): Promise<Discovery> {
  const walk = new Walk(parts);
  await walk.run();
  return walk.result();
}

class Walk {
  readonly #parts: DiscoveryParts;
  readonly #sources = new Map<string, Source[]>();
  readonly #visits = new Map<string, Visit>();
  readonly #scripts = new Map<string, Script | undefined>();
  readonly #routes = new Map<string, { route: AppRoute; source: Source }>();
  readonly #siblings = new Map<string, Set<string>>();
  readonly #limits: Partial<Record<keyof Limits, string>> = {};

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { readiness, within, unknownPath } = this.#parts;
    const { routes } = readiness;
    for (const path of [within('/'), ...routes.public, routes.signIn, routes.signUp])
      if (path?.startsWith('/') === true) this.#find(path.split('?')[0] ?? path, { by: 'declared' });
    const [unknown] = await Promise.all([
      this.#parts.anonymous.page(unknownPath),
      this.#readIndexes(),
      this.#readProject(),
    ]);
    let pages = [unknown.final, ...(await this.#openPages())];
    while (pages.length > 0) {
      await this.#readScripts(pages);
      // Scripts and manifests name routes that no page links to.
      pages = await this.#openPages();
    }
  }

  result(): Discovery {
    const paths = [...this.#sources.keys()];
    const routes = [...this.#routes.values()];
    // A route without parameters comes first, as in Next.
    const matchers = routes
      .map(({ route }) => ({ ...route, test: exampleOf(route.pattern) }))
      .sort((x, y) => Number(isDynamic(x.pattern)) - Number(isDynamic(y.pattern)));
    const served = (path: string) => matchers.find(({ kind, test }) => kind === 'page' && test(path))?.pattern;
    return {
      pages: paths.map((path) => {
        const visit = this.#visits.get(path);
        const route = served(path);
        return {
          path,
          sources: this.#sources.get(path) ?? [],
          ...(route !== undefined && { route }),
          ...(visit && { visit }),
        };
      }),
      endpoints: routes.flatMap(({ route, source }) => {
        const path = route.kind === 'endpoint' ? concretePath(route) : undefined;
        return path === undefined || isFile(path) || isActing(path)
          ? []
          : [{ path, sources: [source], route: route.pattern }];
      }),
      unprobed: matchers
        .filter((route) => {
          const path = concretePath(route);
          if (path === undefined) return !paths.some(route.test);
          return route.kind === 'endpoint' && isActing(path);
        })
        .map(({ kind, pattern }) => ({ kind, pattern })),
      scripts: [...this.#scripts.values()].filter((script) => script !== undefined),
      limits: this.#limits,
    };
  }

  #find(path: string, source: Source): void {
    const known = this.#sources.get(path);
    if (known === undefined) this.#sources.set(path, [source]);
    else if (!known.some(({ by }) => by === source.by)) known.push(source);
  }

  #addRoutes(routes: readonly AppRoute[], source: Source): void {
    for (const { kind, pattern } of routes) {
      const route = { kind, pattern: this.#parts.within(pattern) };
      const key = `${route.kind} ${route.pattern}`;
      if (!this.#routes.has(key)) this.#routes.set(key, { route, source });
      const path = route.kind === 'page' ? concretePath(route) : undefined;
      if (path !== undefined) this.#find(path, source);
    }
  }

  async #readProject(): Promise<void> {
    const root = this.#parts.readiness.project?.root;
    if (root === undefined) return;
    const { routes, prerendered } = await projectRoutes(root);
    this.#addRoutes(routes, { by: 'project' });
    for (const path of prerendered) if (isPagePath(path)) this.#find(this.#parts.within(path), { by: 'project' });
  }

  async #readIndexes(): Promise<void> {
    const { robots, sitemap, limit } = await readIndexes(this.#parts, this.#parts.get);
    for (const path of robots) this.#find(path, { by: 'robots.txt' });
    for (const path of sitemap) this.#find(path, { by: 'sitemap' });
    if (limit !== undefined) this.#limits.pages = limit;
  }

  /** Opens every page found so far and those that they lead to; returns the answers. */
  async #openPages(): Promise<Exchange[]> {
    const { anonymous, origin } = this.#parts;
    const opened: Exchange[] = [];
    for (;;) {
      const wave = this.#nextPages();
      if (wave.length === 0) return opened;
      const visits = await Promise.all(wave.map(async (path) => ({ path, visit: await anonymous.page(path) })));
      for (const { path, visit } of visits) {
        this.#visits.set(path, visit);
        const end = endOf(visit);
        if (end.origin !== origin || !isHtml(visit.final)) continue;
        opened.push(visit.final);
        for (const to of [end.href, ...linksOf(visit.final, origin)]) {
          const found = pagePath(to, origin, origin);
          if (found !== undefined && found !== path) this.#find(found, { by: 'link', from: end.pathname });
        }
      }
    }
  }

  /** Pages to open next, within the bounds. */
  #nextPages(): string[] {
    const { ignore } = this.#parts.readiness.routes;
    const waiting = [...this.#sources].filter(
      ([path]) => !this.#visits.has(path) && !ignore.some((pattern) => matchesGlob(path, pattern)),
    );
    const wanted = waiting.filter(([path, sources]) => this.#isOneOfFew(path, sources)).map(([path]) => path);
    const room = MAX_PAGES - this.#visits.size;
    if (wanted.length > room) this.#limits.pages = `only ${MAX_PAGES} pages were opened`;
    return wanted.slice(0, room);
  }

  /** False for a page of a folder of which enough were opened; what a build or the project names is always opened. */
  #isOneOfFew(path: string, sources: readonly Source[]): boolean {
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (folder === '' || sources.some(({ by }) => by !== 'link' && by !== 'sitemap')) return true;
    const siblings = this.#siblings.get(folder) ?? new Set<string>();
    this.#siblings.set(folder, siblings);
    if (siblings.size < MAX_SIBLINGS) siblings.add(path);
    return siblings.has(path);
  }

  /** Fetches the scripts of pages and, in turn, those that they name. */
  async #readScripts(pages: readonly Exchange[]): Promise<void> {
    const { origin, get } = this.#parts;
    const namedBy = (exchanges: readonly Exchange[], named: (exchange: Exchange) => readonly string[]) =>
      exchanges.flatMap((exchange) => named(exchange).map((url) => ({ url, from: exchange.request.url })));
    for (const page of pages) this.#addRoutes(routesNamedIn(page), { by: 'manifest' });
    let named = namedBy(pages, (page) => [...scriptsOfPage(page, origin), ...manifestUrls(page)]);
    while (named.length > 0) {
      const fresh = [...new Map(named.toReversed().map((each) => [each.url, each])).values()].filter(
        ({ url }) => !this.#scripts.has(url),
      );
      const room = MAX_SCRIPTS - this.#scripts.size;
      if (fresh.length > room) this.#limits.scripts = `only ${MAX_SCRIPTS} scripts were read`;
      const answers = await Promise.all(
        fresh.slice(0, room).map(async ({ url, from }) => ({ url, from, exchange: await get(url) })),
      );
      const scripts = answers.filter(({ exchange }) => !isMissing(exchange));
      for (const { url } of answers) this.#scripts.set(url, undefined);
      for (const script of scripts) {
        this.#scripts.set(script.url, script);
        this.#addRoutes(routesNamedIn(script.exchange), { by: 'manifest' });
      }
      named = namedBy(
        scripts.map(({ exchange }) => exchange),
        (script) => scriptsOfScript(script, origin),
      );
    }
  }
}

/** True when a name led to nothing: text names files that were never deployed, and a fallback answers with a page. */
function isMissing(exchange: Exchange): boolean {
  return isHtml(exchange)
    ? status(exchange) < 429
    : [301, 302, 303, 307, 308, 400, 401, 403, 404, 410].includes(status(exchange));
}
