import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { undeclared } from '../../src/areas/routes.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import type { Discovery, FoundPage, Source } from '../../src/target/discover.ts';
import { exchange, expectation, ORIGIN, visit } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, assertComplete, only } from '../support/findings.ts';
import { project } from '../support/project.ts';
import { verifySite } from '../support/site.ts';

const LINK: Source = { by: 'link', from: '/' };
const MANIFEST: Source = { by: 'manifest' };

function page(path: string, answer: Answer = {}, sources: readonly Source[] = [LINK], route?: string): FoundPage {
  return { path, sources, visit: visit(exchange({ path, ...answer })), ...(route !== undefined && { route }) };
}

const HOME = page('/', { body: '<h1>Home</h1>' });
const SIGN_IN: Answer = { status: 307, headers: { location: `${ORIGIN}/sign-in?redirect_url=x` } };

function judge(
  pages: readonly FoundPage[],
  options: ReadinessOptions = {},
  parts: Partial<Discovery> & { unknown?: Answer; endpoints?: Discovery['endpoints']; answer?: Answer } = {},
) {
  const { unknown = { status: 404 }, endpoints = [], answer = {}, ...rest } = parts;
  return undeclared.judge(
    {
      discovery: { pages: [HOME, ...pages], endpoints, unprobed: [], scripts: [], limits: {}, ...rest },
      endpoints: endpoints.map((found) => ({ found, exchange: exchange({ path: found.path, ...answer }) })),
      unknown: visit(exchange({ path: '/unknown', ...unknown })),
    },
    expectation(options),
  );
}

describe('routes/undeclared', () => {
  for (const [name, found, where] of [
    ['a linked page whose name is private', page('/admin'), /by a link on \//],
    ['a page that only a manifest names', page('/ops', {}, [MANIFEST]), /in the build’s manifests/],
    ['a private page in the sitemap', page('/internal/reports', {}, [{ by: 'sitemap' }]), /in the sitemap/],
    [
      'a resource route that gives private data away',
      page('/admin/export', { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '[1]' }, [
        MANIFEST,
      ]),
      /in the build’s manifests/,
    ],
    ['a page that robots.txt hides', page('/x', {}, [{ by: 'robots.txt' }]), /in robots\.txt/],
    ['a page of the project', page('/x', {}, [{ by: 'project' }]), /in the files of the project/],
  ] as const) {
    it(`fails on ${name} that anyone gets, and says where it was found`, () => {
      const finding = only(judge([found]));
      assert.deepEqual([finding.level, finding.subject], ['error', found.path]);
      assert.match(finding.message, where);
      assert.match(finding.fix, /routes\.public.* in the browser .* in routes\.protected by guard: 'client'/);
    });
  }

  for (const [name, found, options] of [
    ['sends visitors to sign-in', page('/admin', SIGN_IN)],
    ['answers 401', page('/admin', { status: 401 })],
    ['answers 404', page('/admin', { status: 404 })],
    ['is refused inside the answer', page('/admin', { body: 'E{"digest":"NEXT_HTTP_ERROR_FALLBACK;403"}' })],
    [
      'leaves the target',
      {
        ...page('/admin'),
        visit: {
          ...visit(exchange({ path: '/admin', status: 302, headers: { location: 'https://other.example/' } })),
          stopped: 'left-target',
        },
      },
    ],
    [
      'leads to another page',
      {
        ...page('/admin'),
        visit: visit(exchange({ path: '/admin', status: 307, headers: { location: '/' } }), exchange({ path: '/' })),
      },
    ],
    ['is no page', page('/admin', { headers: { 'content-type': 'application/rss+xml' } })],
    ['is a picture', page('/users/7/avatar', { headers: { 'content-type': 'image/png' } })],
    ['is data for everybody', page('/search', { headers: { 'content-type': 'application/json' } })],
    ['is declared public', page('/docs/admin'), { routes: { public: ['/', '/docs/**'] } }],
    ['is declared public in another language', page('/es-419/docs/admin'), { routes: { public: ['/', '/docs/**'] } }],
    ['is the home page in another language', page('/pt-BR', { body: '<html lang="pt-br"><h1>Bem-vindo</h1>' })],
    ['is the home page of a country', page('/ca/fr', { body: '<html lang="fr-CA"><h1>Bienvenue</h1>' })],
    ['is declared public in a country', page('/ca/fr/docs/admin'), { routes: { public: ['/', '/docs/*'] } }],
    ['is declared in a folder like a language', page('/en/hr/admin'), { routes: { public: ['/', '/hr/*'] } }],
    ['is declared protected', page('/admin'), { routes: { protected: ['/admin'] } }],
    ['is ignored', page('/blog/admin'), { routes: { ignore: ['/blog/**'] } }],
    ['is the sign-up page', page('/join/verify'), { routes: { signUp: '/join' } }],
    ['completes signing in', page('/sso-callback', {}, [MANIFEST])],
    ['is the crash page', page('/crash', { status: 500 }), { errors: { crashPath: '/crash' } }],
  ] as ReadonlyArray<readonly [string, FoundPage, ReadinessOptions?]>) {
    it(`passes a page that ${name}`, () => assertClean(judge([found], options)));
  }

  for (const [end, clean] of [
    ['/en/pricing', true],
    ['/admin', false],
  ] as const)
    it(`${clean ? 'passes' : 'fails'} ${end}, to which a public page leads`, () => {
      const moved = visit(
        exchange({ path: '/pricing', status: 307, headers: { location: end } }),
        exchange({ path: end }),
      );
      const judgement = judge([{ ...page('/pricing'), visit: moved }, page(end)], {
        routes: { public: ['/', '/pricing'] },
      });
      if (clean) assertClean(judgement);
      else assert.equal(only(judgement).subject, '/admin');
    });
  for (const [path, body, options] of [
    ['/hr', '<html lang="en"><h1>People</h1>'],
    ['/fr/equipe', '<html lang="fr"><h1>Équipe</h1>'],
    ['/fr', '<html lang="fr"><h1>Accueil</h1>', { routes: { public: ['/pricing'] } }],
  ] as ReadonlyArray<readonly [string, string, ReadinessOptions?]>)
    it(`does not take ${path} with ${body} for the public home page`, () => {
      assert.ok(judge([page(path, { body })], options).findings.some(({ subject }) => subject === path));
    });
  it('doubts a linked page that reads like content, and says how to declare it', () => {
    const judgement = judge([page('/about')]);
    const finding = only(judgement);
    assert.deepEqual([finding.level, finding.subject], ['warning', '/about']);
    assert.match(finding.fix, /routes\.public .*routes\.ignore/);
    assert.match(judgement.unverified ?? '', /1 route open to anyone is declared nowhere: name \/about/);
  });

  for (const path of [
    '/features/dashboard',
    '/docs/admin',
    '/en/docs/users/settings',
    '/blog/settings-you-should-know',
    '/account-deletion',
    '/customers',
    '/customers/acme',
    '/reports/2026',
    '/about/management',
    '/careers/intern',
  ])
    it(`takes ${path}, which is linked, for content`, () => assert.equal(only(judge([page(path)])).level, 'warning'));
  for (const path of ['/admin.html', '/en/Settings', '/team/billing', '/admin/docs', '/users/7'])
    it(`takes ${path}, which is linked, for private`, () => assert.equal(only(judge([page(path)])).level, 'error'));

  it('reports the pages of one route or one folder once, with examples', () => {
    const posts = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((slug) => page(`/blog/${slug}`));
    const guides = ['a', 'b'].map((slug) => page(`/en/guide/${slug}`, {}, [LINK], '/[locale]/guide/[slug]'));
    const root = ['x', 'y'].map((slug) => page(`/${slug}`, {}, [LINK], '/[slug]'));
    const { findings } = judge([...posts, ...guides, ...root]);
    assert.deepEqual(
      findings.map(({ subject }) => subject),
      ['/blog/*', '/*/guide/*', '/x', '/y'],
    );
    assert.match(findings[0]?.message ?? '', /7 pages: \/blog\/a, .* and 1 more/);
    findings.forEach(assertComplete);
  });

  it('cannot tell from the shell of a single-page app, and says so', () => {
    const shell = { body: '<title>App</title><div id="root"></div><script src="/a.js"></script>' };
    const judgement = judge([page('/admin', shell)], {}, { unknown: shell });
    assertClean(judgement);
    assert.match(judgement.summary, /1 answered with the shell that every path gets/);
    assert.equal(judge([page('/admin', { body: '<h1>Users</h1>' })], {}, { unknown: shell }).findings.length, 1);
  });

  it('proves nothing when no public page was reached, a bound was met or a page failed', () => {
    const unreached = undeclared.judge(
      {
        discovery: { pages: [page('/', { status: 404 })], endpoints: [], unprobed: [], scripts: [], limits: {} },
        endpoints: [],
        unknown: visit(exchange({ status: 404 })),
      },
      expectation(),
    );
    assert.match(unreached.unverified ?? '', /no page of routes\.public answered 200/);
    assert.match(
      judge([], {}, { limits: { pages: 'only 200 pages were opened' } }).unverified ?? '',
      /only 200 pages.*routes\.ignore/,
    );
    assert.match(judge([page('/x', { status: 500 })]).unverified ?? '', /\/x could not be judged: .* answered 500/);
  });

  it('names what was not probed', () => {
    const { summary } = judge(
      [],
      { webhook: { path: '/api/webhooks/clerk' } },
      {
        unprobed: ['/team/[id]', '/api/cron/clean', '/api/webhooks/clerk'].map((pattern) => ({
          kind: 'page',
          pattern,
        })),
        endpoints: ['/api/cron/clean', '/api/webhooks/clerk'].map((path) => ({ path, sources: [MANIFEST] })),
        answer: { status: 405 },
      },
    );
    assert.match(summary, /not probed: \/team\/\[id\], \/api\/cron\/clean$/);
  });

  for (const [path, level] of [
    ['/api/users', 'error'],
    ['/api/reports', 'error'],
    ['/api/search', 'warning'],
  ] as const) {
    it(`reports ${path} of the project as ${level} when it answers anyone`, () => {
      const endpoints = [{ path, sources: [{ by: 'project' } as const] }];
      const json = { headers: { 'content-type': 'application/json' }, body: '[]' };
      assert.equal(only(judge([], {}, { endpoints, answer: json })).level, level);
      for (const status of [204, 401, 405, 500])
        assert.deepEqual(judge([], {}, { endpoints, answer: { ...json, status } }).findings, []);
      assert.deepEqual(judge([], {}, { endpoints, answer: { body: '<title>Fallback</title>' } }).findings, []);
    });
  }

  it('asks no endpoint that its name makes public: images for previews, and what RFC 8615 keeps', async () => {
    const app = (name: string) => [`app/${name}/route.ts`, 'export function GET() {}'] as const;
    const files = [
      'opengraph-image',
      '(shop)/shop/twitter-image-1x2y3z',
      'apple-icon',
      '.well-known/oauth-protected-resource/mcp',
    ];
    const root = project(Object.fromEntries(files.map(app)), { git: false });
    const outcome = await verifySite(
      undeclared,
      ({ url }, response) =>
        response.writeHead(200, { 'content-type': url === '/' ? 'text/html' : 'image/png' }).end('x'),
      { project: { root } },
    );
    assert.deepEqual([outcome.status, outcome.findings], ['pass', []]);
  });
  it('finds an unguarded page on a real site', async () => {
    const outcome = await verifySite(undeclared, (request, response) => {
      const pages: Record<string, string> = { '/': '<a href="/admin">Admin</a>', '/admin': '<h1>All users</h1>' };
      const html = pages[request.url ?? ''];
      response.writeHead(html === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(html);
    });
    assert.equal(outcome.status, 'fail');
    assert.match(outcome.reason, /^\/admin: served to an anonymous visitor; found by a link on \/$/);
  });
});
