import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, header, headerValues, isHtml, isRedirect, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { baseOf, elements } from '../../target/html.ts';
import { redirectsToSignIn } from '../../target/sign-in.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { kindOf } from '../headers/cookie-kind.ts';
import { setCookies } from '../headers/set-cookie.ts';

const MATCHER_DOCS = 'https://clerk.com/docs/reference/nextjs/clerk-middleware';

/** Assets looked at, at most; they share one rule, so a sample proves it. */
const MAX_ASSETS = 16;

/** Relations by which a page loads a file. */
const LOADS = /stylesheet|icon|manifest|preload/;

/** A file name with a content hash may be cached for ever; one that is not is fetched again on every visit. Digits alone are a date. */
const HASHED =
  /\/_next\/static\/|\/_astro\/|\/_nuxt\/|\/_app\/immutable\/|[-.](?:(?!\d+\.)[0-9a-f]{8,}|(?=[\w]*[a-z])(?=[\w]*[A-Z])(?=[\w]*\d)\w{8,})\.(?:js|css|woff2?)$/;

/** What the matcher of Clerk's quickstart runs for on purpose. */
const HANDLED = /\/(?:api|trpc|__clerk)\//;

/** Types of files that it does not name. */
const UNNAMED = /^(?!.*\/_next\/).*\.(?:avif|mjs|otf|mp4|webm|json|txt)$/;

/** Types of files; what answers every path alike, as with JSON or with nothing, serves none. */
const FILE_TYPE =
  /^\s*(?:image|font|audio|video|text\/(?:css|javascript|plain)|application\/(?:(?:x-)?javascript|font|octet-stream|manifest|pdf|vnd|wasm|xml|x-))/i;

const LET_BY =
  'In Next.js use the matcher of Clerk’s quickstart, which leaves out /_next and most files by their extension, and add others (avif, mp4); elsewhere serve static files before Clerk’s middleware.';

/** Seconds below which a hashed file counts as not cached: 30 days. */
const MIN_IMMUTABLE_SECONDS = 30 * 86_400;

/** A static file and what it answered. */
export interface AssetAnswer {
  readonly path: string;
  /** False for files asked for without having been seen in a page. */
  readonly linked: boolean;
  readonly exchange: Exchange;
}

/** What the public pages load. */
export interface StaticEvidence {
  readonly answers: readonly AssetAnswer[];
  /** Hosts of files that are none of the target's. */
  readonly elsewhere: readonly string[];
}

/** performance/static-bypass. */
export const staticBypass = defineCheck<StaticEvidence>({
  id: 'performance/static-bypass',
  async collect({ target, readiness }) {
    const pages = (await target.publicPages(readiness)).map(({ final }) => final);
    const { origin } = target.identity;
    const linked = assetPaths(pages, origin).slice(0, MAX_ASSETS);
    const paths = [...new Set([...linked, target.within('/favicon.ico')])];
    const answers = await Promise.all(
      paths.map(async (path) => ({ path, linked: linked.includes(path), exchange: await target.anonymous.get(path) })),
    );
    return { answers, elsewhere: assets(pages).flatMap(({ origin: at, host }) => (at === origin ? [] : host)) };
  },
  judge({ answers, elsewhere: [host] }, expectation): Judgement {
    const served = answers.filter(
      ({ exchange }) => isServed(exchange) && FILE_TYPE.test(header(exchange, 'content-type') ?? ''),
    );
    return {
      findings: answers.flatMap((answer) => judgeAsset(answer, expectation)),
      summary: `${count(served.length, 'static file')} answer 200 without authentication headers, redirects or cookies`,
      ...(served.length === 0 &&
        (host === undefined
          ? { unverified: 'no static file was found in the public pages' }
          : { inapplicable: `the public pages load no file of the app’s own host, but from ${host}` })),
    };
  },
});

/** Same-origin files that pages load, without queries that name a page; in document order, each once. */
export function assetPaths(pages: readonly Exchange[], origin: string): string[] {
  const own = assets(pages).filter((url) => url.origin === origin);
  return [...new Set(own.map((url) => url.pathname + url.search))];
}

/** Files that pages load, wherever they are. */
function assets(pages: readonly Exchange[]): URL[] {
  const urls = pages.filter(isHtml).flatMap((page) => {
    const values = elements(page).flatMap(({ tag, attributes }) => {
      if (tag === 'link') return LOADS.test(attributes['rel'] ?? '') ? (attributes['href'] ?? []) : [];
      return ['script', 'img'].includes(tag) ? (attributes['src'] ?? []) : [];
    });
    const absolute = (urls: readonly string[], base: string) =>
      urls.flatMap((value) => (URL.canParse(value, base) ? [new URL(value, base)] : []));
    return [...absolute(values, baseOf(page)), ...absolute(preloaded(page), page.request.url)];
  });
  // Clerk’s own matcher leaves JSON to the middleware.
  return urls.filter(({ pathname }) => /\.(?!json$)\w{2,11}$/.test(pathname));
}

/** True for a file; Nitro makes up a data URL for an icon that is none. */
function isServed(exchange: Exchange): boolean {
  return status(exchange) === 200 && !body(exchange).startsWith('data:');
}

/** What a page loads by its header Link: `<./_app/immutable/entry/start.js>; rel="modulepreload"; nopush, …`. */
function preloaded(page: Exchange): string[] {
  const links = headerValues(page, 'link').join(', ');
  return [...links.matchAll(/<([^<>]*)>([^<]*)/g)].flatMap(([, url = '', parameters = '']) =>
    LOADS.test(/\brel\s*=\s*("[^"]*"|[^\s;,]+)/i.exec(parameters)?.[1] ?? '') ? [url] : [],
  );
}

function judgeAsset({ path, linked, exchange }: AssetAnswer, expectation: Expectation): Finding[] {
  const base = {
    subject: path,
    message: describe(exchange),
    expected: 'status 200 without x-clerk-auth-* headers, redirects or cookies',
    docs: MATCHER_DOCS,
    exchange,
  };
  const byClerk = exchange.response?.headers.find(([name]) => /^x-clerk-auth-/i.test(name));
  const code = status(exchange);
  if (code === 0) return [];
  if (redirectsToSignIn(exchange, expectation) || code === 401 || (code === 403 && linked)) {
    return [
      error({
        ...base,
        cause:
          'The middleware’s matcher catches static files, as "/(.*)" does in Next.js, or the guard is registered before them, and refuses them to anonymous visitors. An object store (S3) answers 403 for a file that it lacks.',
        fix: LET_BY,
      }),
    ];
  }
  const hidden = header(exchange, 'x-clerk-auth-reason')?.includes('protect-rewrite') === true;
  const bare = path.split('?')[0] ?? path;
  // A file that nobody links and that is not there may well be left to the app's 404 page.
  if (byClerk && !HANDLED.test(bare) && (linked || hidden || isServed(exchange))) {
    return [
      (UNNAMED.test(bare) ? warning : error)({
        ...base,
        message: `it passed through clerkMiddleware (${byClerk[0]}: ${byClerk[1]})`,
        cause:
          'The matcher catches static files (Next.js), or Clerk’s middleware is registered before them, so every asset costs an invocation of the middleware.',
        fix: LET_BY,
      }),
    ];
  }
  if (isRedirect(exchange)) {
    if (!linked) return [];
    return [
      warning({
        ...base,
        cause: 'A page links a file under an address that it has moved from, which costs every visitor a round trip.',
        fix: 'Link the address that it redirects to.',
      }),
    ];
  }
  if (code !== 200 || isHtml(exchange)) {
    if (!linked) return [];
    return [
      error({ ...base, cause: 'A page links a file that is not served.', fix: 'Deploy the file, or remove the link.' }),
    ];
  }
  // The app has no say in what CDNs, firewalls and load balancers set on everything.
  if (setCookies(exchange).some((cookie) => kindOf(cookie) !== 'infrastructure')) {
    return [
      error({
        ...base,
        message: 'it sets a cookie',
        cause:
          'Code that runs for every request, such as a middleware or a proxy, sets cookies on files too; shared caches then refuse to store them, or share the cookie.',
        fix: 'Set cookies on pages and API answers only.',
      }),
    ];
  }
  return judgeCaching({ path, exchange });
}

function judgeCaching({ path, exchange }: Pick<AssetAnswer, 'path' | 'exchange'>): Finding[] {
  if (!HASHED.test(path.split('?')[0] ?? path)) return [];
  const cacheControl = header(exchange, 'cache-control') ?? '';
  const maxAge = Number(/max-age=(\d+)/i.exec(cacheControl)?.[1] ?? 0);
  const parts = {
    subject: path,
    message:
      cacheControl === ''
        ? 'a hashed file has no Cache-Control header'
        : `a hashed file is cached as "${cacheControl}"`,
    expected: 'Cache-Control: public, max-age=31536000, immutable',
    cause:
      cacheControl === ''
        ? 'The server that gives away the files of the build says nothing of how long they may be kept.'
        : 'The server or CDN overrides the caching of build files, as Netlify and Cloudflare do by default.',
    fix: 'Let hashed files be cached for a year, immutable.',
    docs: 'https://nextjs.org/docs/app/guides/self-hosting#static-assets',
    exchange,
  };
  // The default of Netlify and Cloudflare costs a question for each file, and no download.
  const isAsked = /must-revalidate/i.test(cacheControl) && header(exchange, 'etag') !== undefined;
  if (/no-store|no-cache|private/i.test(cacheControl) || (maxAge < MIN_IMMUTABLE_SECONDS && !isAsked))
    return [error(parts)];
  return /immutable/i.test(cacheControl) ? [] : [warning(parts)];
}
