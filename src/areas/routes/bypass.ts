import { randomBytes } from 'node:crypto';
import type { ProtectedRoute } from '../../config/options.ts';
import { body, redirectTarget, status } from '../../target/exchange.ts';
import { loadersOf, routerManifestUrls } from '../../target/discover/react-router-routes.ts';
import { serverFunctionsOf } from '../../target/discover/tanstack-routes.ts';
import { fromBasePath } from '../../target/base-path.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { elementsByTag } from '../../target/html.ts';
import type { SignedIn } from '../../target/signed-in.ts';
import { count } from '../../text.ts';
import { redirectsToSignIn } from '../../target/sign-in.ts';
import type { Target } from '../../target/target.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { judgeBypass } from './bypass-judge.ts';
import { variantsFor } from './bypass-variants.ts';
import type { Place, Surroundings, Variant, VariantRequest } from './bypass-variants.ts';
import { isSameUrlPage } from './shared.ts';

/** Pages that are tried, those with a text of their own first: the guard is one for all, and each costs about 100 requests. */
const MAX_PAGES = 3;

/** API routes that are tried. */
const MAX_APIS = 3;

/** Server functions that are called. */
const MAX_FUNCTIONS = 100;

/** Locales that are tried besides English. */
const MAX_LOCALES = 3;

/** Redirects that a variant follows on the target: one that tidies the URL, one that adds a parameter. */
const MAX_HOPS = 2;

/** One variant and what came back in the end. */
export interface Attempt {
  readonly variant: Variant;
  readonly exchange: Exchange;
  /** Where the server failed: the same variant of a path that nobody has, the control. */
  readonly beside?: Exchange;
}

/** Everything that was tried on one page or API route. */
export interface PlaceEvidence {
  readonly place: Place & Pick<Partial<ProtectedRoute>, 'contains' | 'guard'>;
  /** The plain request, and where it led. */
  readonly plain: Visit;
  /** The same place with one segment that nobody has, and one below it: what an address without a page gets here. */
  readonly siblings: readonly Exchange[];
  readonly attempts: readonly Attempt[];
  /** What the test user gets. */
  readonly signedIn?: Exchange;
}

/** Evidence of routes/bypass. */
export interface BypassEvidence {
  readonly places: readonly PlaceEvidence[];
  /** Home page, sign-in page and the answer to an unknown path. */
  readonly publicPages: readonly Exchange[];
  /** What was declared or found but not tried. */
  readonly leftOut: readonly string[];
}

/** What the trials of all places share. */
interface Round {
  readonly surroundings: Surroundings;
  readonly session: SignedIn | undefined;
  /** Answers with data, by request: one may serve several pages, and is asked for once. */
  readonly data: Map<string, Promise<Exchange>>;
}

/** routes/bypass; with a session it also learns what the variants must not show. */
export const bypass = defineCheck<BypassEvidence>({
  id: 'routes/bypass',
  async collect(context) {
    const { readiness, target, identity, signedIn } = context;
    const declared = placesOf(context);
    const tried = [
      ...declared.filter(({ kind }) => kind === 'page').slice(0, MAX_PAGES),
      ...declared.filter(({ kind, methods }) => kind === 'api' && methods.includes('GET')).slice(0, MAX_APIS),
    ];
    const signIn = readiness.routes.signIn?.startsWith('/') === true ? [readiness.routes.signIn] : [];
    const publicPages = await Promise.all(
      [target.home, ...signIn, target.unknownPath].map((path) => target.anonymous.page(path)),
    );
    const functions = identity.framework === 'tanstack-start' ? await functionsOf(target) : [];
    const surroundings: Surroundings = {
      origin: identity.origin,
      ...(identity.framework !== undefined && { framework: identity.framework }),
      ...(identity.basePath !== undefined && { basePath: identity.basePath }),
      locales: localesOf(publicPages, identity.basePath),
      ...buildIdOf(publicPages),
      ...(await loadersFrom(publicPages, target)),
      serverFunctions: functions.slice(0, MAX_FUNCTIONS),
      ...(signedIn && { userId: signedIn.owner.id }),
      mayWrite: readiness.mode === 'full',
      unique: `clerk-readiness=${randomBytes(6).toString('hex')}`,
    };
    const round: Round = { surroundings, session: signedIn, data: new Map() };
    return {
      places: await Promise.all(tried.map((place) => tryPlace(context, place, round))),
      publicPages: publicPages.map(({ final }) => final),
      leftOut: [
        ...declared.filter((place) => !tried.includes(place)).map(({ path }) => path),
        ...(functions.length > MAX_FUNCTIONS ? [count(functions.length - MAX_FUNCTIONS, 'server function')] : []),
      ],
    };
  },
  judge: judgeBypass,
});

function placesOf({ readiness }: CheckContext): Array<PlaceEvidence['place']> {
  const pages = (readiness.routes.protected || []).map((route) => ({
    ...route,
    kind: 'page' as const,
    methods: ['GET'],
  }));
  return [
    ...pages.toSorted((a, b) => Number(b.contains !== undefined) - Number(a.contains !== undefined)),
    ...(readiness.api || []).map(({ path, methods }) => ({ kind: 'api' as const, path, methods })),
  ];
}

async function tryPlace(
  context: CheckContext,
  place: PlaceEvidence['place'],
  { surroundings, session, data }: Round,
): Promise<PlaceEvidence> {
  const { anonymous, unknownSegment } = context.target;
  const as = place.kind === 'page' ? 'document' : 'api';
  const around = siblingsOf(place.path, unknownSegment);
  // Under the same folder, whose guard it meets too.
  const unknown = { ...place, path: around.at(-2) ?? `/${unknownSegment}` };
  const ask = async (of: Place, variant: Variant): Promise<Exchange> => {
    const request: VariantRequest = { as, ...variant.request };
    const key = JSON.stringify(request);
    const answer = data.get(key) ?? attempt(context, of, { ...variant, request });
    if (variant.changes === 'data') data.set(key, answer);
    return answer;
  };
  const [plain, siblings, attempts, signedIn] = await Promise.all([
    place.kind === 'page' ? anonymous.page(place.path) : alone(anonymous.get(place.path, { as })),
    Promise.all(around.map((path) => anonymous.get(path, { as }))),
    Promise.all(
      variantsFor(place, surroundings).map(async (variant) => {
        const exchange = await ask(place, variant);
        if (status(exchange) < 500) return { variant, exchange };
        const same = variantsFor(unknown, surroundings).find(({ name }) => name === variant.name);
        return { variant, exchange, ...(same && { beside: await ask(unknown, same) }) };
      }),
    ),
    place.kind === 'page' ? session?.visit(place.path).then(({ final }) => final) : session?.get(place.path, { as }),
  ]);
  return { place, plain, siblings, attempts, ...(signedIn && { signedIn }) };
}

async function alone(exchange: Promise<Exchange>): Promise<Visit> {
  const final = await exchange;
  return { exchanges: [final], final };
}

/** The same path with each segment in turn replaced by one that nobody has, and one below. */
function siblingsOf(path: string, unknown: string): string[] {
  const segments = (path.split('?')[0] ?? '').split('/').filter((segment) => segment !== '');
  return [
    ...segments.map((_, index) => `/${segments.with(index, unknown).join('/')}`),
    `/${[...segments, unknown].join('/')}`,
  ];
}

/** Follows redirects on the target with the same method and headers, until the guard or the page answers. */
async function attempt(context: CheckContext, place: Place, { request }: Variant): Promise<Exchange> {
  const { anonymous, identity } = context.target;
  const { path, ...given } = request;
  // What is made up may be shown.
  const shape = { ...given, forged: ['authorization'] };
  let exchange = await anonymous.request(path, shape);
  for (let hops = 0; hops < MAX_HOPS; hops += 1) {
    const to = redirectTarget(exchange);
    const goesOn = to?.origin === identity.origin && !redirectsToSignIn(exchange, context);
    if (!goesOn || isPlain(to, place, request)) break;
    exchange = await anonymous.request(to.pathname + to.search, shape);
  }
  return exchange;
}

/** Back at the plain request, whose answer is known. */
function isPlain(to: URL, place: Place, { headers, method, as }: Variant['request']): boolean {
  const usual = as === 'document' || as === 'api';
  return headers === undefined && method === undefined && usual && isSameUrlPage(to, new URL(place.path, to.origin));
}

/** First segments of the addresses at which public pages say that they are in other languages. */
function localesOf(pages: readonly Visit[], basePath: string | undefined): string[] {
  const locales = pages.flatMap(({ final }) =>
    elementsByTag(final, 'link').flatMap(({ attributes: { hreflang = '', href = '' } }) => {
      const { url } = final.request;
      if (!/^[a-z]{2}/i.test(hreflang) || !URL.canParse(href, url)) return [];
      const [, first = ''] = fromBasePath(basePath, new URL(href, url).pathname).split('/');
      return first.toLowerCase().startsWith(hreflang.slice(0, 2).toLowerCase()) ? [first] : [];
    }),
  );
  return [...new Set(locales)].slice(0, MAX_LOCALES);
}

/** The loaders of a React Router app, by the manifest of its build. */
async function loadersFrom(pages: readonly Visit[], target: Target): Promise<Pick<Surroundings, 'loaders'>> {
  const [url] = pages.flatMap(({ final }) => routerManifestUrls(final));
  if (url === undefined) return {};
  return { loaders: loadersOf(body(await target.resource(url))) };
}

/** Paths of server functions, by every script of the app: each may hold the calls of its page. */
async function functionsOf(target: Target): Promise<string[]> {
  const { scripts } = await target.discover();
  return serverFunctionsOf(scripts.map(({ exchange }) => exchange));
}

/** The id that Next.js gives a build with the Pages Router; the App Router has no `_next/data`. */
function buildIdOf(pages: readonly Visit[]): { buildId?: string } {
  const id = pages
    .filter(({ final }) => status(final) > 0)
    .map(({ final }) => /"buildId":"([\w-]+)"|\/_next\/static\/([\w-]+)\/_(?:build|ssg)Manifest\.js/.exec(body(final)))
    .find((match) => match !== null);
  const buildId = id?.[1] ?? id?.[2];
  return buildId === undefined ? {} : { buildId };
}
