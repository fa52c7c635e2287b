import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadinessOptions } from '../../src/index.ts';
import { isHtml, mapText, pathOf } from '../front/message.ts';
import type { DemoRequest } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import type { Defect, Next } from './defect.ts';
import { at, replaceBody, replaceJson, under } from './tools.ts';

const isBuildManifest = (request: DemoRequest): boolean => pathOf(request).endsWith('/_buildManifest.js');

/** A page that the app serves to everybody, with what the app sends along with any page. */
async function page(request: DemoRequest, next: Next, heading: string) {
  const response = await next({ ...request, target: '/pricing' });
  return mapText(response, (html) => html.replace('</main>', `<h2>${heading}</h2></main>`));
}

/** Serves a page at a path, and leaves a trace of it elsewhere. */
function served(
  path: string,
  leads: (request: DemoRequest) => boolean,
  trace: (text: string, origin: string) => string,
): Defect['apply'] {
  return async (request, next, site) => {
    if (pathOf(request) === path) return page(request, next, 'Everyone’s invoices');
    const response = await next(request);
    return leads(request) && response.status === 200 ? mapText(response, (text) => trace(text, site.url)) : response;
  };
}

function linkedFromHome(...paths: string[]): (html: string) => string {
  return (html) => html.replace('</nav>', `${paths.map((path) => `<a href="${path}">${path}</a>`).join('')}</nav>`);
}

const isHome = (request: DemoRequest): boolean => pathOf(request) === '/';

function listedInSitemap(...paths: string[]): (xml: string, origin: string) => string {
  return (xml, origin) =>
    xml.replace('</urlset>', `${paths.map((path) => `<url><loc>${origin}${path}</loc></url>`).join('')}</urlset>`);
}

export const undeclared = defectsOf('routes/undeclared', [
  {
    name: 'admin-linked',
    title: 'the home page links to /admin, which nobody guards',
    apply: served('/admin', isHome, linkedFromHome('/admin')),
  },
  {
    name: 'page-in-manifest',
    title: 'a page that only the build manifest names is served to everybody',
    apply: served('/ops/refunds', isBuildManifest, (text) =>
      text.replace('"/_error"', '"/_error", "/ops/refunds", "/ops/[ticket]"'),
    ),
  },
  {
    name: 'page-in-sitemap',
    title: 'the sitemap lists /internal/reports, which nobody guards',
    apply: served(
      '/internal/reports',
      at('/sitemap.xml') as (request: DemoRequest) => boolean,
      listedInSitemap('/internal/reports'),
    ),
  },
  {
    name: 'page-in-robots',
    title: 'robots.txt asks crawlers to keep away from /backoffice, which nobody guards',
    apply: served(
      '/backoffice',
      (request) => pathOf(request) === '/robots.txt',
      (text) => `${text}\nDisallow: /backoffice\n`,
    ),
  },
  {
    name: 'page-in-chunk-name',
    title: 'the name of a chunk gives /team/payroll away, which nobody guards',
    apply: served('/team/payroll', isHome, (html) =>
      html.replace(
        '</body>',
        '<script type="application/json">["static/chunks/app/(hidden)/team/payroll/page-0a1b2c3d4e5f6071.js"]</script></body>',
      ),
    ),
  },
  {
    name: 'api-in-project',
    title: 'app/api/users/route.ts, which the options do not name, answers anonymous requests',
    source: async (root) => {
      await mkdir(join(root, 'app/api/users'), { recursive: true });
      await writeFile(
        join(root, 'app/api/users/route.ts'),
        "import { json } from '@/lib/api';\n\nexport const GET = (): Response => json({ users: [] });\n",
      );
    },
    apply: async (request, next) => {
      const response = await next(request);
      return pathOf(request) === '/api/users' && request.method === 'GET'
        ? replaceJson(response, 200, { users: [{ name: 'Jane' }] })
        : response;
    },
  },
]);

const ARTICLES = Array.from({ length: 30 }, (_, index) => `/blog/article-${index + 1}`);
const FILES = ['/feed.xml', '/blog.rss', '/images/fern.svg', '/brochure.pdf'];

function withRoutes(routes: NonNullable<ReadinessOptions['routes']>) {
  return (options: ReadinessOptions): ReadinessOptions => ({ ...options, routes: { ...options.routes, ...routes } });
}

export const undeclaredVariants = variantsOf('routes/undeclared', [
  {
    name: 'blog-ignored',
    title: 'a blog with many articles is left out by a glob',
    options: withRoutes({ ignore: ['/blog/**'] }),
    apply: async (request, next, site) => {
      if (under('/blog/')(request, site)) return page(request, next, pathOf(request));
      const response = await next(request);
      return isHome(request) && isHtml(response) ? mapText(response, linkedFromHome(...ARTICLES)) : response;
    },
  },
  {
    name: 'docs-public',
    title: 'the documentation is declared public by a glob',
    options: withRoutes({ public: ['/', '/pricing', '/docs/**'] }),
    apply: async (request, next, site) => {
      if (under('/docs')(request, site)) return page(request, next, pathOf(request));
      const response = await next(request);
      return isHome(request) && isHtml(response) ? mapText(response, linkedFromHome('/docs', '/docs/setup')) : response;
    },
  },
  {
    name: 'files-in-sitemap',
    title: 'the sitemap and the home page name feeds, images and downloads',
    apply: async (request, next, site) => {
      if (FILES.includes(pathOf(request)))
        return replaceBody(
          await next({ ...request, target: '/robots.txt' }),
          200,
          'application/rss+xml',
          '<rss></rss>',
        );
      const response = await next(request);
      if (isHome(request) && isHtml(response)) return mapText(response, linkedFromHome(...FILES));
      return pathOf(request) === '/sitemap.xml'
        ? mapText(response, (xml) => listedInSitemap(...FILES)(xml, site.url))
        : response;
    },
  },
  {
    name: 'moved-page',
    title: 'an old address in the sitemap leads to a public page',
    apply: async (request, next, site) => {
      const response = await next(request);
      if (pathOf(request) === '/prices')
        return { ...response, status: 308, headers: [['Location', '/pricing']], body: Buffer.from('') };
      return pathOf(request) === '/sitemap.xml'
        ? mapText(response, (xml) => listedInSitemap('/prices')(xml, site.url))
        : response;
    },
  },
]);
