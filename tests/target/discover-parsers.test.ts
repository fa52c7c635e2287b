import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linksOf } from '../../src/target/discover/links.ts';
import {
  appRoute,
  buildManifestRoutes,
  buildManifestUrls,
  pagesRoute,
  routesIn,
} from '../../src/target/discover/next-routes.ts';
import { nuxtRoutes } from '../../src/target/discover/nuxt-routes.ts';
import { loadersOf, routerManifestUrls, routerRoutes } from '../../src/target/discover/react-router-routes.ts';
import { parseRobots } from '../../src/target/discover/robots.ts';
import { concretePath, exampleOf } from '../../src/target/discover/route.ts';
import { scriptsOfPage, scriptsOfScript } from '../../src/target/discover/script-urls.ts';
import { parseSitemap } from '../../src/target/discover/sitemap.ts';
import { svelteRoutes } from '../../src/target/discover/svelte-routes.ts';
import { serverFunctionsOf, tanstackRoutes } from '../../src/target/discover/tanstack-routes.ts';
import { matchesGlob } from '../../src/target/glob.ts';
import { exchange, ORIGIN } from '../support/exchange.ts';

describe('a glob', () => {
  for (const [pattern, path, expected] of [
    ['/blog/**', '/blog', true],
    ['/blog/**', '/blog/2026/a', true],
    ['/blog/**', '/blogger', false],
    ['/blog/*', '/blog/a', true],
    ['/blog/*', '/blog/2026/a', false],
    ['/*/docs', '/acme/docs/', true],
    ['/docs(.*)', '/docs/setup', true],
    ['/docs/**', '/en/docs/setup', true],
    ['/a.b/*', '/axb/c', false],
    ['/pricing', '/pricing/', true],
    ['/pricing', '/de/pricing', true],
    ['/pricing', '/pricing/x', false],
    ['/', '/', true],
    ['/', '/a', false],
  ] as const) {
    it(`${pattern} ${expected ? 'names' : 'does not name'} ${path}`, () =>
      assert.equal(matchesGlob(path, pattern), expected));
  }
});

describe('robots.txt', () => {
  it('yields paths without wildcards, and sitemaps', () => {
    const text = [
      'User-agent: *',
      'Disallow: /admin # private',
      'Disallow:',
      'Disallow: /*.pdf$',
      'Disallow: /search?q=',
      'allow: /blog/*',
      'Sitemap: https://app.example.com/map.xml',
    ].join('\r\n');
    assert.deepEqual(parseRobots(text), {
      paths: ['/admin', '/search', '/blog/'],
      sitemaps: ['https://app.example.com/map.xml'],
    });
  });
  it('yields nothing from a page in its place', () => {
    assert.deepEqual(parseRobots('<!doctype html>\nDisallow: /x'), { paths: [], sitemaps: [] });
  });
});

describe('a sitemap', () => {
  it('lists pages', () => {
    const xml =
      '<?xml version="1.0"?><urlset xmlns="x"><url><loc> https://a.example/x?a=1&amp;b=2 </loc></url><url><loc><![CDATA[https://a.example/y]]></loc></url></urlset>';
    assert.deepEqual(parseSitemap(xml).pages, ['https://a.example/x?a=1&b=2', 'https://a.example/y']);
  });
  it('or further sitemaps', () => {
    assert.deepEqual(parseSitemap('<sitemapindex><sitemap><loc>/s1.xml</loc></sitemap></sitemapindex>'), {
      pages: [],
      sitemaps: ['/s1.xml'],
    });
  });
  it('and is not read out of HTML', () => assert.deepEqual(parseSitemap('<html><loc>/x</loc></html>').pages, []));
});

describe('routes of Next.js', () => {
  for (const [file, expected] of [
    ['page', 'page /'],
    ['(shop)/blog/[slug]/page', 'page /blog/[slug]'],
    ['api/users/route', 'endpoint /api/users'],
    ['@modal/photo/page', 'page /photo'],
    ['feed/(..)photo/page', undefined],
    ['_lib/page', undefined],
    ['blog/layout', undefined],
  ] as const) {
    it(`app/${file} is ${expected ?? 'no route'}`, () => {
      const route = appRoute(file);
      assert.equal(route && `${route.kind} ${route.pattern}`, expected);
    });
  }
  for (const [file, expected] of [
    ['index', 'page /'],
    ['blog/index', 'page /blog'],
    ['blog/[slug]', 'page /blog/[slug]'],
    ['api/me', 'endpoint /api/me'],
    ['_app', undefined],
    ['404', undefined],
  ] as const) {
    it(`pages/${file} is ${expected ?? 'no route'}`, () => {
      const route = pagesRoute(file);
      assert.equal(route && `${route.kind} ${route.pattern}`, expected);
    });
  }
  it('are named by chunks and manifests', () => {
    const text = `"static/chunks/app/(a)/admin/page-0a1b2c3d.js" "static/chunks/pages/blog/%5Bslug%5D-0123456789abcdef.js" {"/team/page":["x"],"/not-a-page":1}`;
    assert.deepEqual(
      routesIn(text).map(({ pattern }) => pattern),
      ['/admin', '/team', '/blog/[slug]'],
    );
  });
  it('are listed by a build manifest, brackets and all', () => {
    const text = 'self.__BUILD_MANIFEST={sortedPages:["/","/_app","/blog/[slug]","/x"]};';
    assert.deepEqual(
      buildManifestRoutes(text).map(({ pattern }) => pattern),
      ['/', '/blog/[slug]', '/x'],
    );
  });
  it('are found by the build id of a page', () => {
    const body =
      '<script>self.__next_f.push([1,"0:{\\"b\\":\\"9DKS916-FK1\\"}"])</script><link href="/_next/static/x.css">';
    assert.deepEqual(buildManifestUrls(exchange({ body })), [`${ORIGIN}/_next/static/9DKS916-FK1/_buildManifest.js`]);
    assert.deepEqual(buildManifestUrls(exchange({ body: '{"b":"9DKS916-FK1"}' })), []);
  });
  it('with an optional catch-all are their own parent', () => {
    assert.equal(concretePath({ kind: 'page', pattern: '/sign-in/[[...rest]]' }), '/sign-in');
    assert.equal(concretePath({ kind: 'page', pattern: '/[[...rest]]' }), '/');
    assert.equal(concretePath({ kind: 'page', pattern: '/blog/[slug]' }), undefined);
  });
  it('with a parameter have examples', () => {
    assert.ok(exampleOf('/blog/[slug]')('/blog/a'));
    assert.ok(!exampleOf('/blog/[slug]')('/blog/a/b'));
    assert.ok(exampleOf('/docs/[...path]')('/docs/a/b'));
    assert.ok(exampleOf('/docs/[[...path]]')('/docs'));
  });
});

describe('routes of React Router', () => {
  const route = (id: string, parentId: string, more: object) => [id, { id, parentId, ...more }] as const;
  const manifest = `window.__reactRouterManifest=${JSON.stringify({
    routes: Object.fromEntries([
      ['root', { id: 'root', path: '', hasLoader: true, hasDefaultExport: true }],
      route('routes/home', 'root', { index: true, hasDefaultExport: true }),
      route('routes/private', 'root', { hasLoader: true, hasDefaultExport: true }),
      route('routes/dashboard', 'routes/private', { path: 'dashboard', hasLoader: true, hasDefaultExport: true }),
      route('routes/team', 'routes/private', { path: 'team/:id', hasLoader: true, hasDefaultExport: true }),
      route('routes/team-new', 'routes/private', { path: 'team/new', hasDefaultExport: true }),
      route('routes/export', 'root', { path: 'export', hasLoader: true, hasDefaultExport: false }),
      route('routes/old-api', 'root', { path: 'api/old', hasLoader: true }),
      route('routes/sign-in', 'root', { path: 'sign-in/*', hasDefaultExport: true }),
    ]),
  })};`;

  it('are all in the manifest, resource routes as endpoints', () => {
    assert.deepEqual(
      routerRoutes(manifest).map(({ kind, pattern }) => `${kind} ${pattern}`),
      [
        'page /',
        'page /dashboard',
        'page /team/[id]',
        'page /team/new',
        'endpoint /export',
        'endpoint /api/old',
        'page /sign-in/[[...splat]]',
      ],
    );
    assert.deepEqual(routerRoutes('window.__reactRouterManifest={"routes":"none"}'), []);
  });
  it('have loaders of their own and of their layouts', () => {
    const loaders = loadersOf(manifest);
    assert.deepEqual(loaders('/dashboard'), ['routes/dashboard', 'routes/private']);
    assert.deepEqual(loaders('/team/7'), ['routes/team', 'routes/private']);
    assert.deepEqual(loaders('/team/new'), ['routes/private']);
    assert.deepEqual(loaders('/'), [], 'what the root gives belongs to every page');
    assert.deepEqual(loaders('/nowhere'), []);
  });
  it('stand where the page says', () => {
    const body = `<script>window.__reactRouterContext = {};</script><script type="module">window.__reactRouterManifest = {
      "url": "/assets/manifest-59789cc0.js", "version": "59789cc0" };</script>`;
    assert.deepEqual(routerManifestUrls(exchange({ body })), [`${ORIGIN}/assets/manifest-59789cc0.js`]);
    assert.deepEqual(routerManifestUrls(exchange({ body: '<link href="/assets/manifest-1a2b.js">' })), []);
  });
});

describe('routes of SvelteKit', () => {
  const body =
    'const Pt={"/":[3],"/blog/[slug]":[5],"/(private)/dashboard":[-5,[2]],"/(a)/(b)/x":[7,[,2],[1]]},y={"/no":1};';
  it('are in the script of the app, without the names of groups', () => {
    assert.deepEqual(
      svelteRoutes(exchange({ path: '/_app/immutable/entry/app.VpQffgkM.js', body })).map(({ pattern }) => pattern),
      ['/', '/blog/[slug]', '/dashboard', '/x'],
    );
  });
  it('and in no other script', () => assert.deepEqual(svelteRoutes(exchange({ path: '/chunk.js', body })), []));
});

describe('routes of Nuxt', () => {
  const lazy = 'component:()=>i(()=>import("./a[1].js"),d([5,1]),import.meta.url)';
  const body = [
    `const a={path:"/no"},r=[{name:"index",path:"/",${lazy}},{name:"team-id",path:"/team/:id()",meta:{middleware:["auth"]},${lazy}}`,
    `{path:"/settings",${lazy},children:[{name:"settings",path:"",${lazy}},{name:"settings-billing",path:"billing",${lazy}},{path:"teams",${lazy},children:[{path:":id(\\\\d+)",${lazy}}]}]}`,
    `{name:"sign-in-step",path:"/sign-in/:step(.*)*",${lazy}},{name:"after",path:"/after",${lazy}}],x=[{path:"/other",element:1}]`,
  ].join(',');
  it('are in the list of the build, each below its parent', () => {
    assert.deepEqual(
      nuxtRoutes(exchange({ path: '/_nuxt/DM92bXff.js', body })).map(({ kind, pattern }) => `${kind} ${pattern}`),
      [
        'page /',
        'page /team/[id]',
        'page /settings',
        'page /settings/billing',
        'page /settings/teams',
        'page /settings/teams/[id]',
        'page /sign-in/[[...step]]',
        'page /after',
      ],
    );
  });
  it('and in no other script', () => {
    assert.deepEqual(nuxtRoutes(exchange({ path: '/chunk.js', body })), []);
    assert.deepEqual(nuxtRoutes(exchange({ path: '/_nuxt/a.js', body: 'x=[{path:"/no"}]' })), []);
  });
});

describe('routes of TanStack Start', () => {
  const body = [
    'a=r.update({id:`/`,path:`/`,getParentRoute:()=>root})',
    'b=r.update({id:"/_private",getParentRoute:()=>root})',
    'c=r.update({id:`/dashboard`,path:`/dashboard`,getParentRoute:()=>b})',
    'd=r.update({id:`/team/$id`,path:`/team/$id`,getParentRoute:()=>b})',
    'x={Posts:e.update({id:`/posts/`,path:`/posts/`,getParentRoute:()=>d})}',
    'f=r.update({id:`/file/{$name}.txt`,path:`/file/{$name}.txt`,getParentRoute:()=>root})',
    'g=r.update({id:`/sign-in/$`,path:`/sign-in/$`,getParentRoute:()=>root})',
    'h=r.update({id:`/loop`,path:`/loop`,getParentRoute:()=>h})',
  ].join(',');
  it('are in the tree of the build, each below its parents', () => {
    assert.deepEqual(
      tanstackRoutes(body).map(({ kind, pattern }) => `${kind} ${pattern}`),
      [
        'page /',
        'page /dashboard',
        'page /team/[id]',
        'page /team/[id]/posts',
        'page /file/[name]',
        'page /sign-in/[[...splat]]',
        'page /loop',
      ],
    );
    assert.deepEqual(tanstackRoutes('a.update({id:1})'), []);
  });
  it('have server functions where the build says', () => {
    const functions = (...bodies: string[]) => serverFunctionsOf(bodies.map((each) => exchange({ body: each })));
    const call = 'x=f().middleware([m]).handler(rc(`74cd3c97`)),y=f({method:`POST`}).handler(rc("a-b"))';
    assert.deepEqual(functions(call, 'e={TSS_SERVER_FN_BASE:`/_serverFn/`}', call), [
      '/_serverFn/74cd3c97',
      '/_serverFn/a-b',
    ]);
    assert.deepEqual(functions(call), [], 'no build of TanStack Start');
  });
});

describe('links of a page', () => {
  it('are those to other pages of its origin, in HTML and in RSC rows', () => {
    const body = [
      '<a href="/a?x=1#y">a</a><a href="b">b</a><a href="#top">top</a><a href="mailto:x@example.com">mail</a>',
      '<a href="https://other.example/c">c</a><a href="/feed.xml">feed</a><a href="/sign-out">out</a>',
      '<a href="/api/export">export</a><script>self.__next_f.push([1,"{\\"href\\":\\"/d\\"}"])</script>',
      '<link rel="stylesheet" href="/_next/static/x.css">',
    ].join('');
    assert.deepEqual(linksOf(exchange({ path: '/docs/', body }), ORIGIN), ['/a', '/docs/b', '/d']);
    const angular = exchange({
      path: '/docs/',
      body: '<base href="/"><a href="b">B</a><script src="main.js"></script>',
    });
    assert.deepEqual(linksOf(angular, ORIGIN), ['/b']);
    assert.deepEqual(scriptsOfPage(angular, ORIGIN), [`${ORIGIN}/main.js`]);
  });
  it('are those of frames, and of forms that only ask', () => {
    const body =
      '<iframe src="/board"></iframe><form action="/search"></form><form method="post" action="/save"></form><form></form>';
    assert.deepEqual(linksOf(exchange({ path: '/docs', body }), ORIGIN), ['/board', '/search']);
  });
});

describe('scripts', () => {
  const at = (path: string, body: string) => exchange({ path, headers: { 'content-type': 'text/javascript' }, body });
  const paths = (urls: readonly string[]) => urls.map((url) => url.replace(ORIGIN, ''));

  it('of a page are those that it loads, preloads or names, on the target or in a build on a CDN', () => {
    const body = [
      '<script src="/a.js"></script><script src="https://cdn.example/_next/static/chunks/b.js"></script>',
      '<script src="https://tracker.example/t.js"></script><link rel="modulepreload" href="/assets/c.js">',
      '<script>x({"otherChunks":["static/chunks/d.js"]})</script><pre>import "lib/e.js"</pre>',
    ].join('');
    assert.deepEqual(paths(scriptsOfPage(exchange({ body }), ORIGIN)), [
      '/a.js',
      'https://cdn.example/_next/static/chunks/b.js',
      '/assets/c.js',
      'https://cdn.example/_next/static/chunks/d.js',
    ]);
  });
  it('of a page are those of its import map', () => {
    const body =
      '<script type="importmap">{"imports":{"app":"/js/app.mjs","lib/":"/lib/","cdn":"https://cdn.example/x.js"}}</script>';
    assert.deepEqual(paths(scriptsOfPage(exchange({ body }), ORIGIN)), ['/js/app.mjs']);
  });
  it('of a script are the workers that it starts', () => {
    const body =
      'new Worker("/worker.js");navigator.serviceWorker.register(`/sw.js`);importScripts("/lib/a.js");f("/no.js")';
    assert.deepEqual(paths(scriptsOfScript(at('/app.js', body), ORIGIN)), ['/worker.js', '/sw.js', '/lib/a.js']);
  });
  it('of a script are the settings that it fetches', () => {
    const body = 'fetch("/config.json").then(f);axios.get(`/settings/env.json`);fetch("/api/me");t("/no.json")';
    assert.deepEqual(paths(scriptsOfScript(at('/app.js', body), ORIGIN)), ['/config.json', '/settings/env.json']);
  });
  it('of a page stand where its build does, under a base path too', () => {
    const body = '<script src="/portal/_next/static/a.js"></script><script>x(["static/chunks/b.js"])</script>';
    assert.deepEqual(paths(scriptsOfPage(exchange({ path: '/portal', body }), ORIGIN)), [
      '/portal/_next/static/a.js',
      '/portal/_next/static/chunks/b.js',
    ]);
  });
  for (const [name, path, body, expected] of [
    [
      'Turbopack',
      '/_next/static/chunks/r.js',
      'e.v(["static/chunks/lazy.js"].map(l))',
      ['/_next/static/chunks/lazy.js'],
    ],
    [
      'a webpack runtime of Next.js',
      '/_next/static/chunks/webpack-1.js',
      'a.u=e=>414===e?"static/chunks/414-ab.js":"static/chunks/"+(({12:"named"})[e]||e)+"."+({12:"aa",34:"bb"})[e]+".js"',
      ['/_next/static/chunks/414-ab.js', '/_next/static/chunks/named.aa.js', '/_next/static/chunks/34.bb.js'],
    ],
    [
      'a webpack runtime',
      '/static/js/runtime.js',
      'r.u=e=>"static/js/"+e+"."+{7:"cc"}[e]+".chunk.js"',
      ['/static/js/7.cc.chunk.js'],
    ],
    [
      'Vite',
      '/assets/index-1.js',
      'const d=["assets/Page-2.js"];()=>import("./Lazy-3.js")',
      ['/assets/Lazy-3.js', '/assets/Page-2.js'],
    ],
    ['tables of names, which are no scripts', '/a.js', 'var m={"./af.js":1,"lib/x.js":2,"next.js":3}', []],
  ] as const) {
    it(`are named by ${name}`, () => assert.deepEqual(paths(scriptsOfScript(at(path, body), ORIGIN)), expected));
  }
});
