import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { Discovery } from '../../src/target/discover.ts';
import { projectRoutes } from '../../src/target/discover/project-routes.ts';
import { Target } from '../../src/target/target.ts';
import { serve } from '../support/server.ts';

type Files = Readonly<Record<string, string | Buffer | { readonly location: string }>>;

/** Answers a site of files: `.js` as scripts, `.xml` and `.txt` as such, anything else as a page; the rest is 404. */
async function site(files: (origin: string) => Files) {
  const listening = await serve((request, response) => {
    const path = request.url ?? '/';
    const file = files(listening.origin)[path];
    if (typeof file === 'object' && 'location' in file) return void response.writeHead(308, file).end();
    const type = path.endsWith('.js')
      ? 'text/javascript'
      : path.endsWith('.gz')
        ? 'application/x-gzip'
        : /\.(xml|txt)$/.test(path)
          ? 'text/plain'
          : 'text/html';
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': file === undefined ? 'text/html' : type });
    response.end(file ?? '<title>Not found</title>');
  });
  return listening;
}

async function discovered(files: (origin: string) => Files, options: ReadinessOptions = {}) {
  const listening = await site(files);
  const target = await Target.connect(resolveOptions({ baseURL: listening.origin, ...options }, {}));
  after(() => target.close());
  const discovery = await target.discover();
  return { discovery, target, listening };
}

const paths = ({ pages }: Discovery) => pages.map(({ path }) => path).sort();
const sourcesOf = ({ pages }: Discovery, wanted: string) =>
  pages.find(({ path }) => path === wanted)?.sources.map(({ by }) => by);

describe('discovery', () => {
  it('follows links, robots.txt and sitemaps, an index too, and says how each page was found', async () => {
    const { discovery } = await discovered((origin) => ({
      '/': '<a href="/a">a</a><a href="https://other.example/x">x</a>',
      '/a': '<a href="/b">b</a><a href="/logo.png">logo</a>',
      '/b': '<a href="/">home</a>',
      '/robots.txt': `Disallow: /hidden\nSitemap: ${origin}/index.xml\nSitemap: https://other.example/s.xml`,
      '/hidden': 'x',
      '/index.xml': `<sitemapindex><sitemap><loc>${origin}/s.xml</loc></sitemap></sitemapindex>`,
      '/s.xml': `<urlset><url><loc>${origin}/a</loc></url><url><loc>${origin}/c?x=1</loc></url><url><loc>https://other.example/y</loc></url></urlset>`,
      '/c': 'x',
    }));
    assert.deepEqual(paths(discovery), ['/', '/a', '/b', '/c', '/hidden']);
    assert.deepEqual(sourcesOf(discovery, '/a'), ['sitemap', 'link']);
    assert.deepEqual(sourcesOf(discovery, '/hidden'), ['robots.txt']);
    assert.deepEqual(discovery.limits, {});
  });

  it('reads a sitemap in a gzip file, and of a larger one than the bound the beginning', async () => {
    const page = (number: number) => `<url><loc>/p${number}</loc></url>`;
    const xml = gzipSync(`<urlset>${page(1)}${page(2)}</urlset>`);
    const large = gzipSync(`<urlset>${page(3)}${' '.repeat(4_000_000)}${page(4)}</urlset>`);
    const broken = Buffer.concat([gzipSync('<urlset>').subarray(0, 12), Buffer.from('no gzip')]);
    const { discovery } = await discovered(
      (origin) => ({
        '/': '<a href="/a">a</a>',
        '/robots.txt': ['a', 'large', 'broken'].map((name) => `Sitemap: ${origin}/${name}.xml.gz`).join('\n'),
        '/a.xml.gz': xml,
        '/large.xml.gz': large,
        '/broken.xml.gz': broken,
      }),
      { network: { maxBodyBytes: 1_000_000 } },
    );
    assert.deepEqual(paths(discovery), ['/', '/a', '/p1', '/p2', '/p3']);
  });

  it('takes the end of a redirect for a page of its own', async () => {
    const { discovery } = await discovered(() => ({
      '/': '<a href="/old">old</a>',
      '/old': { location: '/new' },
      '/new': 'x',
    }));
    assert.deepEqual(paths(discovery), ['/', '/new', '/old']);
  });

  it('fetches lazy chunks in turn, and leaves out what is not there or answers with a page', async () => {
    const { discovery } = await discovered(() => ({
      '/': '<script src="/_next/static/chunks/main.js"></script><script src="/gone.js"></script><script src="/page">',
      '/page': '<title>Fallback</title>',
      '/_next/static/chunks/main.js': 'l(["static/chunks/one.js","static/chunks/missing.js"])',
      '/_next/static/chunks/one.js': 'l("static/chunks/two.js")',
      '/_next/static/chunks/two.js': 'l("static/chunks/one.js")',
    }));
    assert.deepEqual(
      discovery.scripts.map(({ url, from }) => [new URL(url).pathname, new URL(from).pathname]),
      [
        ['/_next/static/chunks/main.js', '/'],
        ['/_next/static/chunks/one.js', '/_next/static/chunks/main.js'],
        ['/_next/static/chunks/two.js', '/_next/static/chunks/one.js'],
      ],
    );
  });

  it('opens pages that only a build manifest or the name of a chunk gives away', async () => {
    const { discovery } = await discovered(() => ({
      '/': '<script>self.__next_f.push([1,"{\\"b\\":\\"build-id-1\\"}"])</script><script src="/_next/static/chunks/a.js"></script>',
      '/_next/static/build-id-1/_buildManifest.js': 'self.__BUILD_MANIFEST={sortedPages:["/_app","/x","/blog/[slug]"]}',
      '/_next/static/chunks/a.js': '"static/chunks/app/(b)/y/page-0a1b2c3d.js"',
      '/x': 'x',
      '/y': '<a href="/z">z</a>',
    }));
    assert.deepEqual(paths(discovery), ['/', '/x', '/y', '/z']);
    assert.deepEqual(sourcesOf(discovery, '/x'), ['manifest']);
    assert.deepEqual(discovery.unprobed, [{ kind: 'page', pattern: '/blog/[slug]' }]);
  });

  it('asks for what a build names under the base path of the app', async () => {
    const { discovery, listening } = await discovered(
      () => ({
        '/portal': `<script>self.__next_f.push([1,"{\\"b\\":\\"build-id-1\\"}"])</script>
          <script src="/portal/_next/static/chunks/a.js"></script>`,
        '/portal/_next/static/build-id-1/_buildManifest.js': 'self.__BUILD_MANIFEST={sortedPages:["/_app","/x"]}',
        '/portal/x': 'x',
        '/portal/sitemap.xml': '<urlset><url><loc>/portal/y</loc></url></urlset>',
        '/portal/y': 'y',
      }),
      { routes: { public: ['/portal'] } },
    );
    assert.deepEqual(paths(discovery), ['/portal', '/portal/x', '/portal/y']);
    assert.deepEqual(sourcesOf(discovery, '/portal/x'), ['manifest']);
    assert.ok(!listening.received.some(({ url }) => url === '/x'));
  });

  it('opens ten pages of a folder that links lead to, none that is ignored, and at most 200 in all', async () => {
    const links = (prefix: string, number: number) =>
      Array.from({ length: number }, (_, index) => `<a href="${prefix}${index}">x</a>`).join('');
    const { discovery } = await discovered(
      () => ({ '/': links('/blog/', 30) + links('/shop/', 30) + links('/page-', 250) }),
      { routes: { ignore: ['/shop/**'] } },
    );
    const opened = (prefix: string) =>
      discovery.pages.filter(({ path, visit }) => path.startsWith(prefix) && visit !== undefined).length;
    assert.deepEqual([opened('/blog/'), opened('/shop/')], [10, 0]);
    assert.equal(opened('/'), 200);
    assert.match(discovery.limits.pages ?? '', /only 200 pages/);
  });

  it('asks for everything once, also when two checks discover', async () => {
    const { target, listening } = await discovered(() => ({
      '/': '<a href="/a">a</a><script src="/s.js"></script>',
      '/a': '<a href="/">home</a><script src="/s.js"></script>',
      '/s.js': '1',
    }));
    await Promise.all([target.discover(), target.resource(`${listening.origin}/s.js`)]);
    const asked = listening.received.map(({ url }) => url);
    assert.deepEqual(asked.toSorted(), [...new Set(asked)].toSorted());
  });
});

describe('the routes of a project', () => {
  it('come from its app and pages folders and from its build', async () => {
    const root = await mkdtemp(join(tmpdir(), 'clerk-readiness-routes-'));
    after(() => rm(root, { recursive: true }));
    const files: Readonly<Record<string, string>> = {
      'src/app/(shop)/cart/page.tsx': '',
      'src/app/api/users/route.ts': '',
      'src/app/cart/layout.tsx': '',
      'pages/about.mdx': '',
      '.next/server/app-paths-manifest.json': '{"/built/page":"app/built/page.js","/_not-found/page":"x"}',
      '.next/prerender-manifest.json': '{"routes":{"/blog/first":{},"/_global-error":{}}}',
      '.next/server/pages-manifest.json': 'not JSON',
    };
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), text);
    }
    const { routes, prerendered } = await projectRoutes(root);
    assert.deepEqual(routes.map(({ kind, pattern }) => `${kind} ${pattern}`).sort(), [
      'endpoint /api/users',
      'page /about',
      'page /built',
      'page /cart',
    ]);
    assert.deepEqual(prerendered, ['/blog/first']);
    assert.deepEqual(await projectRoutes(join(root, 'nowhere')), { routes: [], prerendered: [] });
  });
});
