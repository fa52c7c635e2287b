import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { assetPaths, staticBypass } from '../../src/areas/performance/static-bypass.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';
import type { CheckContext } from '../../src/verify.ts';
import { exchange, expectation, ORIGIN } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { serve } from '../support/server.ts';

const CHUNK = '/_next/static/chunks/main-0a1b2c3d4e5f.js';
const HEADERS = { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=31536000, immutable' };
const good = {
  path: '/logo.png',
  linked: true,
  exchange: exchange({ path: '/logo.png', headers: { 'content-type': 'image/png' } }),
};
const judge = (path: string, answer: Answer = {}, linked = true) =>
  staticBypass.judge(
    { answers: [good, { path, linked, exchange: exchange({ path, headers: HEADERS, ...answer }) }], elsewhere: [] },
    expectation(),
  );

describe('performance/static-bypass', () => {
  it('passes on immutable chunks', () => assertClean(judge(CHUNK)));
  for (const [name, path, answer, linked] of [
    [
      'an unhashed script with short caching',
      '/js/google-analytics.js',
      { headers: { ...HEADERS, 'cache-control': 'max-age=60' } },
      true,
    ],
    [
      'an image that a handler gives away, which Clerk’s matcher runs for',
      '/api/media/file/hero.webp',
      { headers: { 'content-type': 'image/webp', 'x-clerk-auth-status': 'signed-out' } },
      true,
    ],
    [
      'Clerk’s script behind a proxy',
      '/__clerk/npm/@clerk/clerk-js@5/dist/clerk.browser.js',
      { headers: { 'content-type': 'text/javascript', 'x-clerk-auth-status': 'signed-out' } },
      true,
    ],
    ...['SERVERID=a', 'INGRESSCOOKIE=a', 'TS01a2b3c4=a', '__vdpl=a', '_abck=a', 'fly-machine-id=a'].map(
      (cookie) =>
        [
          `a cookie of an edge, ${cookie}`,
          '/a.css',
          { headers: { 'content-type': 'text/css', 'set-cookie': `${cookie}; Path=/` } },
          true,
        ] as const,
    ),
    ['a missing favicon', '/favicon.ico', { status: 404 }, false],
    [
      'a favicon that a storage bucket denies',
      '/favicon.ico',
      { status: 403, headers: { 'content-type': 'application/xml' } },
      false,
    ],
    [
      'a favicon that is no file and that Nuxt makes up',
      '/favicon.ico',
      {
        headers: { 'content-type': 'image/x-icon', 'x-clerk-auth-status': 'signed-out' },
        body: 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP',
      },
      false,
    ],
    ['a favicon that lives elsewhere', '/favicon.ico', { status: 308, headers: { location: '/icon.svg' } }, false],
    [
      'a favicon path that gets the fallback of the app',
      '/favicon.ico',
      { headers: { 'content-type': 'text/html' } },
      false,
    ],
  ] as const) {
    it(`passes on ${name}`, () => assertClean(judge(path, answer, linked)));
  }
  for (const [name, path, answer, linked, text] of [
    [
      'a chunk that is led to sign-in',
      CHUNK,
      { status: 307, headers: { location: '/sign-in' } },
      true,
      /matcher catches static files, as "\/\(\.\*\)"/,
    ],
    [
      'a favicon that is led to sign-in',
      '/favicon.ico',
      { status: 307, headers: { location: '/sign-in?redirect_url=x' } },
      false,
      /matcher catches/,
    ],
    ['a chunk that is refused', CHUNK, { status: 401 }, true, /matcher catches/],
    [
      'a chunk that passed the middleware',
      CHUNK,
      { headers: { ...HEADERS, 'x-clerk-auth-status': 'signed-out' } },
      true,
      /costs an invocation/,
    ],
    [
      'a favicon that auth.protect() hides',
      '/favicon.ico',
      { status: 404, headers: { 'x-clerk-auth-reason': 'protect-rewrite' } },
      false,
      /costs an invocation/,
    ],
    ['a cookie', CHUNK, { headers: { ...HEADERS, 'set-cookie': 'a=1' } }, true, /sets cookies on files/],
    ['a missing linked file', CHUNK, { status: 404 }, true, /is not served/],
    ['a page in place of a linked file', CHUNK, { headers: { 'content-type': 'text/html' } }, true, /is not served/],
    [
      'a hashed file without caching',
      CHUNK,
      { headers: { 'content-type': 'text/javascript' } },
      true,
      /says nothing of how long/,
    ],
    [
      'a hashed file that is private',
      CHUNK,
      { headers: { ...HEADERS, 'cache-control': 'private, max-age=31536000' } },
      true,
      /overrides/,
    ],
    [
      'a hashed file for an hour',
      '/assets/index-D1wrgTda.js',
      { headers: { ...HEADERS, 'cache-control': 'max-age=3600' } },
      true,
      /overrides/,
    ],
    [
      'a hashed file that nothing tells a change of',
      CHUNK,
      { headers: { ...HEADERS, 'cache-control': 'public, max-age=0, must-revalidate' } },
      true,
      /Netlify/,
    ],
  ] as const) {
    it(`fails on ${name}`, () => {
      const finding = only(judge(path, answer, linked));
      assert.deepEqual([finding.level, finding.subject], ['error', path]);
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }
  it('warns of a hashed file that browsers ask about at each visit, as Netlify and Cloudflare have it', () => {
    const asked = (cacheControl: string) =>
      only(judge(CHUNK, { headers: { ...HEADERS, 'cache-control': cacheControl, etag: '"a1"' } }));
    const finding = asked('public, max-age=0, must-revalidate');
    assert.equal(finding.level, 'warning');
    assert.match(finding.cause, /Netlify/);
    assert.equal(asked('no-store, must-revalidate').level, 'error');
    assert.equal(asked('private, max-age=0, must-revalidate').level, 'error');
    assert.equal(asked('public, max-age=60').level, 'error');
  });
  it('takes no date in a file name for a hash', () =>
    assertClean(
      judge('/theme-20240115.css', { headers: { 'content-type': 'text/css', 'cache-control': 'max-age=3600' } }),
    ));
  it('warns without immutable, and on a link to an old address', () => {
    assert.equal(only(judge(CHUNK, { headers: { ...HEADERS, 'cache-control': 'max-age=31536000' } })).level, 'warning');
    assert.equal(
      only(judge('/logo-old.png', { status: 301, headers: { location: 'https://cdn.example.com/logo.png' } })).level,
      'warning',
    );
  });
  it('warns of a type of file that Clerk’s matcher does not leave out', () => {
    const headers = { 'content-type': 'image/avif', 'x-clerk-auth-status': 'signed-out' };
    assert.equal(only(judge('/hero.avif', { headers })).level, 'warning');
    assert.equal(only(judge('/hero.png?v=1', { headers })).level, 'error');
    assert.equal(only(judge('/hero.avif', { status: 401, headers })).level, 'error');
  });
  it('is not verified when nothing but pages was found', () => {
    const answers = [{ path: '/favicon.ico', linked: false, exchange: exchange({ path: '/favicon.ico' }) }];
    assert.match(staticBypass.judge({ answers, elsewhere: [] }, expectation()).unverified ?? '', /no static file/);
  });
  for (const [favicon, level] of [
    [404, undefined],
    [401, 'error'],
  ] as const)
    it(`is not applicable where all files are on a CDN, unless the favicon says otherwise: ${favicon}`, async () => {
      const server = await serve((request, response) => {
        response.writeHead(request.url === '/' ? 200 : favicon, { 'content-type': 'text/html' });
        response.end('<title>App</title><script src="https://cdn.example.com/app.js"></script>');
      });
      const readiness = resolveOptions({ baseURL: server.origin, profile: 'staging' }, {});
      const target = await Target.connect(readiness);
      after(() => target.close());
      // What else there is plays no part in it.
      const evidence = await staticBypass.collect({ target, readiness } as CheckContext);
      const judgement = staticBypass.judge(evidence, expectation());
      if (level === undefined) assert.match(judgement.inapplicable ?? '', /cdn\.example\.com/);
      else assert.equal(only(judgement).level, level);
    });
  it('finds own files once, in order, and no pages, data or foreign hosts', () => {
    const page = exchange({
      path: '/docs/',
      body: '<link rel="stylesheet" href="/a.css?dpl=1"><link rel="canonical" href="/x.html"><script src="b.js"></script><script src="/a.js"></script><img src="/a.js"><img src="data:image/png;base64,AA"><img src="https://cdn.example.com/c.png"><img src="/_next/image?url=x"><link rel="icon" href="/icon.svg"><link rel="manifest" href="/site.webmanifest"><link rel="manifest" href="/manifest.json">',
    });
    assert.deepEqual(
      assetPaths(
        [page, exchange({ headers: { 'content-type': 'text/plain' }, body: '<script src="/no.js">' })],
        ORIGIN,
      ),
      ['/a.css?dpl=1', '/docs/b.js', '/a.js', '/icon.svg', '/site.webmanifest'],
    );
  });
  it('takes the base that a page names for its files, as Angular does', () => {
    const body = '<base target="_blank"><base href="/app/"><script src="main.js"></script><img src="/logo.png">';
    const headers = { link: '<fonts/a.woff2>; rel=preload' };
    assert.deepEqual(assetPaths([exchange({ path: '/docs/start', headers, body })], ORIGIN), [
      '/app/main.js',
      '/logo.png',
      '/docs/fonts/a.woff2',
    ]);
  });
  it('finds files that a page names in its header only, as SvelteKit does', () => {
    const link =
      '<./_app/immutable/entry/start.B0enxvAl.js>; rel="modulepreload"; nopush, </fonts/a.woff2>; rel=preload; as="font", </next.html>; rel="next"';
    const page = exchange({ path: '/docs', headers: { link }, body: '<link rel="stylesheet" href="/a.css">' });
    assert.deepEqual(assetPaths([page], ORIGIN), [
      '/a.css',
      '/_app/immutable/entry/start.B0enxvAl.js',
      '/fonts/a.woff2',
    ]);
  });
});
