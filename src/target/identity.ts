import { basePathOf, isUnder } from './base-path.ts';
import { clerkTraces, parsePublishableKey } from './clerk.ts';
import { elementsByTag } from './html.ts';
import { body, header } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** What the target is, learned before any check. */
export interface Identity {
  /** Scheme, host and port that every probe goes to. */
  readonly origin: string;
  /** `next`, `astro`, `nuxt`, …; undefined when nothing gives it away. */
  readonly framework?: string;
  /** Path under which the app is served, without a slash at its end; undefined for an app at the root. */
  readonly basePath?: string;
  readonly clerk: ClerkIdentity;
}

/** Which Clerk instance the target uses. */
export interface ClerkIdentity {
  readonly publishableKey?: string;
  readonly publishableKeyKind?: 'live' | 'test';
  /** Origin of the Frontend API as the browser reaches it: the host of the key, or the proxy. */
  readonly frontendApi?: string;
  /** Major version of clerk-js as pinned by the script URL. */
  readonly clerkJsVersion?: string;
}

const FRAMEWORKS: ReadonlyArray<readonly [name: string, matches: (page: Exchange) => boolean]> = [
  [
    'next',
    (page) =>
      /\/_next\/static\//.test(body(page)) ||
      header(page, 'x-nextjs-cache') !== undefined ||
      /next\.js/i.test(header(page, 'x-powered-by') ?? ''),
  ],
  ['nuxt', (page) => /\/_nuxt\//.test(body(page))],
  ['astro', (page) => /\/_astro\//.test(body(page)) || generator(page).startsWith('astro')],
  ['sveltekit', (page) => /\/_app\/immutable\//.test(body(page))],
  ['react-router', (page) => /__reactRouterContext/.test(body(page))],
  ['tanstack-start', (page) => /\$_TSR\b/.test(body(page))],
  ['remix', (page) => /__remixContext/.test(body(page))],
  ['express', (page) => /^express$/i.test(header(page, 'x-powered-by') ?? '')],
];

/** Reads the identity of a target from pages that its origin served; those outside of a base path are another app’s. */
export function identify(origin: string, served: readonly Exchange[], given: string | undefined): Identity {
  const basePath = basePathOf(served.filter(({ request }) => new URL(request.url).origin === origin));
  const pages = basePath === undefined ? served : served.filter(isUnder(basePath));
  const traces = pages.map(clerkTraces);
  const keys = [...(given === undefined ? [] : [given]), ...traces.flatMap(({ publishableKeys }) => publishableKeys)];
  const key = keys.map(parsePublishableKey).find((parsed) => parsed !== undefined);
  const proxyUrl = traces.find((trace) => trace.proxyUrl !== undefined)?.proxyUrl;
  const scripts = traces.flatMap((trace) => trace.scripts);
  const frontendApi = frontendApiOrigin(origin, proxyUrl, key?.frontendApi);
  const clerkJsVersion = scripts
    .map((src) => /clerk-js@([\d.]+)/.exec(src)?.[1])
    .find((version) => version !== undefined);
  const framework = FRAMEWORKS.find(([, matches]) => pages.some(matches))?.[0];
  return {
    origin,
    ...(framework !== undefined && { framework }),
    ...(basePath !== undefined && { basePath }),
    clerk: {
      ...(key && { publishableKey: key.key, publishableKeyKind: key.kind }),
      ...(frontendApi !== undefined && { frontendApi }),
      ...(clerkJsVersion !== undefined && { clerkJsVersion }),
    },
  };
}

/** What Clerk writes into `iss`: the host of the key, also where the Frontend API is reached through a proxy. */
export function issuerOf({ origin, clerk: { publishableKey = '', frontendApi = origin } }: Identity): string {
  const host = parsePublishableKey(publishableKey)?.frontendApi;
  return host === undefined ? frontendApi : `https://${host}`;
}

function frontendApiOrigin(origin: string, proxyUrl: string | undefined, host: string | undefined): string | undefined {
  if (proxyUrl !== undefined && URL.canParse(proxyUrl, origin))
    return new URL(proxyUrl, origin).href.replace(/\/$/, '');
  return host === undefined ? undefined : `https://${host}`;
}

function generator(page: Exchange): string {
  const meta = elementsByTag(page, 'meta').find(({ attributes }) => attributes['name'] === 'generator');
  return (meta?.attributes['content'] ?? '').toLowerCase();
}
