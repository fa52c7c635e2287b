import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { protectedRedirect, publicReachable } from '../../src/areas/routes.ts';
import type { ProtectedPageEvidence } from '../../src/areas/routes.ts';
import type { ProtectedRouteOptions, ReadinessOptions } from '../../src/config/options.ts';
import type { Exchange, Visit } from '../../src/target/exchange.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';
import { verify } from '../../src/verify.ts';
import { exchange, expectation, failure, ORIGIN, visit } from '../support/exchange.ts';
import { assertClean, assertComplete, only } from '../support/findings.ts';
import { serve } from '../support/server.ts';

const redirect = (location: string, path = '/dashboard', body = '') =>
  exchange({ path, status: 307, headers: { location }, body });
const LOCATION = `/sign-in?redirect_url=${encodeURIComponent(`${ORIGIN}/dashboard`)}`;
const signInPage = exchange({ path: LOCATION, body: '<h1>Sign in</h1>' });
const notFound = exchange({ path: '/unknown', status: 404, body: '<h1>Not found</h1>' });

describe('routes/public-reachable', () => {
  const judge = (made: Visit, path = '/pricing', options: ReadinessOptions = {}) =>
    publicReachable.judge([{ path, visit: made }], expectation(options));
  const page = exchange({ path: '/pricing', body: '<h1>Pricing</h1>' });

  it('passes on 200', () => assertClean(judge(visit(page))));
  it('passes after a redirect to a trailing slash', () =>
    assertClean(
      judge(
        visit(
          exchange({ path: '/pricing', status: 308, headers: { location: '/pricing/' } }),
          exchange({ path: '/pricing/' }),
        ),
      ),
    ));
  it('passes on a public sign-in page', () => assertClean(judge(visit(exchange({ path: '/sign-in' })), '/sign-in')));
  it('is not verified without a public page', () =>
    assert.match(publicReachable.judge([], expectation()).unverified ?? '', /routes\.public is empty/));

  for (const [name, made, subject] of [
    [
      'sign-in',
      visit(redirect(LOCATION, '/pricing'), signInPage),
      /guard covers this page.*public routes of clerkMiddleware/,
    ],
    [
      'the Account Portal',
      { ...visit(redirect('https://accounts.example.com/sign-in', '/pricing')), stopped: 'left-target' },
      /guard covers/,
    ],
    [
      'another origin',
      { ...visit(redirect('https://elsewhere.example/', '/pricing')), stopped: 'left-target' },
      /another origin/,
    ],
    ['a loop', { ...visit(redirect('/pricing', '/pricing')), stopped: 'too-many-redirects' }, /in a circle/],
    ['500', visit(exchange({ path: '/pricing', status: 500 })), /fails on the server.*CLERK_SECRET_KEY/],
    ['404', visit(exchange({ path: '/pricing', status: 404 })), /does not exist, or auth\.protect\(\) hides/],
    ['no answer', visit(failure('TIMEOUT', '/pricing')), /hangs or crashes.*server log/],
  ] as const) {
    it(`fails on ${name}`, () => {
      const finding = only(judge(made));
      assert.deepEqual([finding.level, finding.subject], ['error', '/pricing']);
      assert.match(`${finding.cause} ${finding.fix}`, subject);
    });
  }
});

interface Given {
  readonly route?: Partial<ProtectedRouteOptions>;
  readonly visit?: Visit;
  readonly stale?: Visit;
  readonly attempts?: Readonly<Record<string, Exchange>>;
  readonly unknown?: Exchange;
  readonly options?: ReadinessOptions;
}

const guarded = visit(redirect(LOCATION), signInPage);
const SHAPES = ['fetch', 'fetch that accepts JSON', 'RSC request', 'RSC prefetch', 'HEAD', 'POST', 'server action'];

function judge({
  route = {},
  visit: document = guarded,
  stale = document,
  attempts = {},
  unknown = notFound,
  options = {},
}: Given = {}) {
  const page: ProtectedPageEvidence = {
    route: { path: '/dashboard', guard: 'server', ...route },
    visit: document,
    stale,
    attempts: SHAPES.map((shape) => ({
      shape,
      exchange:
        attempts[shape] ??
        exchange({
          method: shape === 'HEAD' ? 'HEAD' : 'GET',
          path: '/dashboard',
          status: 404,
          headers: { 'x-clerk-auth-reason': 'protect-rewrite' },
        }),
    })),
  };
  return protectedRedirect.judge({ pages: [page], unknown: visit(unknown) }, expectation(options));
}

const served = exchange({ path: '/dashboard', body: '<h1>Secret plans</h1>' });
const streamed = exchange({ path: '/dashboard', body: `x E{"digest":"NEXT_REDIRECT;replace;${LOCATION};307;"}` });

describe('routes/protected-redirect', () => {
  it('passes when every shape is refused', () => assertClean(judge()));
  it('passes through the handshake of a development instance', () => {
    const handshake = redirect('https://clerk.example.com/v1/client/handshake?redirect_url=x');
    assertClean(
      judge({ visit: visit(handshake, redirect(LOCATION), signInPage), attempts: { 'RSC request': handshake } }),
    );
  });
  it('passes behind a locale and a slash', () => {
    assertClean(
      judge({
        visit: visit(redirect('/en/dashboard/'), redirect(`/en${LOCATION}`), exchange({ path: `/en${LOCATION}` })),
        options: { routes: { signIn: '/sign-in' } },
      }),
    );
  });
  it('passes through a hop that leads a browser to sign-in, in every shape', () => {
    const hop = redirect('/auth?to=%2Fdashboard');
    const document = visit(hop, redirect(LOCATION, '/auth?to=%2Fdashboard'), signInPage);
    assertClean(judge({ visit: document, attempts: { fetch: hop, POST: hop } }));
    assert.equal(only(judge({ attempts: { fetch: hop } })).subject, '/dashboard as fetch');
  });
  it('passes on the Account Portal', () => {
    const away = redirect(
      `https://accounts.example.com/sign-in?redirect_url=${encodeURIComponent(`${ORIGIN}/dashboard`)}`,
    );
    assertClean(judge({ visit: { ...visit(away), stopped: 'left-target' } }));
  });
  it('passes on a hidden page', () =>
    assertClean(
      judge({ route: { unauthenticated: 'hidden' }, visit: visit(exchange({ path: '/dashboard', status: 404 })) }),
    ));
  it('passes on 401 where that is declared', () =>
    assertClean(
      judge({
        route: { unauthenticated: 'unauthorized' },
        visit: visit(exchange({ path: '/dashboard', status: 401 })),
      }),
    ));
  it('passes on a guard inside the page, which Next streams in a 200', () => {
    const attempts = {
      'RSC request': streamed,
      'RSC prefetch': exchange({ path: '/dashboard', body: '0:["build",null]' }),
      HEAD: exchange({ method: 'HEAD', path: '/dashboard' }),
    };
    assertClean(judge({ visit: visit(streamed), attempts }));
  });
  it('passes on notFound() as Next streams it before 15.1', () => {
    const attempts = { 'RSC request': exchange({ path: '/dashboard', body: '5:E{"digest":"NEXT_NOT_FOUND"}' }) };
    assertClean(judge({ attempts }));
  });
  it('passes on a client guard whose shell lacks the text', () =>
    assertClean(
      judge({
        route: { guard: 'client', contains: 'Secret plans' },
        visit: visit(exchange({ path: '/dashboard', body: '<div id="root">' })),
      }),
    ));

  for (const shape of SHAPES.filter((name) => name !== 'RSC prefetch')) {
    it(`fails when only ${shape} is served`, () => {
      const finding = only(
        judge({
          attempts: {
            [shape]: exchange({
              method: shape === 'HEAD' ? 'HEAD' : 'GET',
              path: '/dashboard',
              body: '<h1>Secret</h1>',
            }),
          },
        }),
      );
      assert.deepEqual([finding.level, finding.subject], ['error', `/dashboard as ${shape}`]);
      assert.match(
        `${finding.message} ${finding.cause} ${finding.fix}`,
        /served to an anonymous visitor with 200.*matcher misses it.*after the route or in another scope.*auth\.protect\(\).*Express, Hono, Fastify.*Astro/,
      );
    });
  }

  for (const [name, given, subject, text] of [
    [
      'is served as a document',
      { visit: visit(served), stale: guarded },
      '/dashboard as document',
      /No guard covers.*A guard in the browser .* guard: 'client' and contains/,
    ],
    [
      'declared to redirect is served',
      { visit: visit(served), stale: guarded, route: { unauthenticated: 'redirect' } },
      '/dashboard as document',
      /No guard covers/,
    ],
    [
      'whose path looks like sign-in is served',
      {
        route: { path: '/settings/login' },
        visit: visit(exchange({ path: '/settings/login' })),
        stale: visit(exchange({ path: '/settings/login', status: 401 })),
      },
      '/settings/login as document',
      /No guard covers/,
    ],
    [
      'is served although sign-in is the home page',
      {
        visit: visit(served),
        stale: visit(redirect('/?redirect_url=%2Fdashboard'), exchange({ path: '/?redirect_url=%2Fdashboard' })),
        options: { routes: { signIn: '/' } },
      },
      '/dashboard as document',
      /No guard covers/,
    ],
    [
      'redirects in Next to another place',
      {
        visit: visit(exchange({ path: '/dashboard', body: 'E{"digest":"NEXT_REDIRECT;replace;/home;307;"}' })),
        stale: guarded,
      },
      '/dashboard as document',
      /No guard covers/,
    ],
    [
      'leads to the home page',
      { visit: visit(redirect('/'), exchange()), stale: guarded },
      '/dashboard as document',
      /fixed page/,
    ],
    [
      'leads to another origin',
      {
        visit: { ...visit(redirect('https://evil.example/sign-in')), stopped: 'left-target' as const },
        stale: guarded,
      },
      '/dashboard as document',
      /fixed page/,
    ],
    [
      'loops with a stale cookie',
      { stale: { ...visit(redirect('/dashboard')), stopped: 'too-many-redirects' as const } },
      '/dashboard as document with a stale __client_uat cookie',
      /cookie’s presence/,
    ],
    [
      'throws',
      { visit: visit(exchange({ path: '/dashboard', status: 500 })), stale: guarded },
      '/dashboard as document',
      /Clerk’s middleware does not cover.*before the route and in its scope \(Express, Hono, Fastify\)/,
    ],
    [
      'leads to a sign-in that is not there',
      { visit: visit(redirect(LOCATION), exchange({ path: LOCATION, status: 404 })), stale: guarded },
      '/dashboard as document',
      /catch-all route/,
    ],
    [
      'comes back to an inner address',
      {
        visit: visit(
          redirect('/sign-in?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdashboard'),
          exchange({ path: '/sign-in?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdashboard' }),
        ),
        stale: guarded,
      },
      '/dashboard as document',
      /X-Forwarded-Host/,
    ],
    [
      'declared hidden leads to sign-in',
      { route: { unauthenticated: 'hidden' as const }, stale: visit(exchange({ path: '/dashboard', status: 404 })) },
      '/dashboard as document',
      /declared as "hidden"/,
    ],
    [
      'declared hidden answers 401',
      {
        route: { unauthenticated: 'hidden' as const },
        visit: visit(exchange({ path: '/dashboard', status: 401 })),
        stale: visit(exchange({ path: '/dashboard', status: 404 })),
      },
      '/dashboard as document',
      /declared as "hidden"/,
    ],
    [
      'sends fetch to another place',
      { attempts: { fetch: redirect('/home') } },
      '/dashboard as fetch',
      /another place than sign-in/,
    ],
    [
      'carries its text in the redirect',
      {
        route: { contains: 'Secret plans' },
        visit: visit(redirect(LOCATION, '/dashboard', 'Secret plans'), signInPage),
        stale: guarded,
      },
      '/dashboard',
      /before the guard decides/,
    ],
    [
      'carries its text escaped in a prefetch',
      {
        route: { contains: 'Plans & "more"' },
        attempts: { 'RSC prefetch': exchange({ path: '/dashboard', body: '{"a":"Plans & \\"more\\""}' }) },
      },
      '/dashboard',
      /before the guard decides/,
    ],
    [
      'carries its text in the shell of a client guard',
      { route: { guard: 'client' as const, contains: 'Secret plans' }, visit: visit(served) },
      '/dashboard',
      /payload of a page that redirects/,
    ],
  ] as ReadonlyArray<readonly [string, Given, string, RegExp]>) {
    it(`fails on a page that ${name}`, () => {
      const finding = only(judge(given));
      assert.deepEqual([finding.level, finding.subject], ['error', subject]);
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }

  it('says of a redirect by the browser what it is', () => {
    for (const answer of [
      { body: `<meta http-equiv="refresh" content="0;url=${LOCATION}">` },
      { headers: { refresh: `0; url=${LOCATION}` } },
    ]) {
      const finding = only(judge({ visit: visit(exchange({ path: '/dashboard', ...answer })), stale: guarded }));
      assert.match(
        `${finding.message} ${finding.fix}`,
        /client-side redirect to sign-in.*with a status.*guard: 'client'/,
      );
    }
  });
  it('fails when the redirect forgets the page', () => {
    const finding = only(judge({ visit: visit(redirect('/sign-in'), exchange({ path: '/sign-in' })), stale: guarded }));
    assert.equal(finding.level, 'error');
    assert.match(`${finding.message} ${finding.fix}`, /names no page to come back to.*redirect_url/);
  });
  it('passes when the page stands in the fragment, which a browser keeps', () => {
    for (const [location, path, signIn] of [
      ['/sign-in#/?redirect_url=%2Fdashboard', '/sign-in', '/sign-in'],
      ['/#/sign-in?redirect_url=%2Fdashboard', '/', '/#/sign-in'],
    ] as const) {
      const document = visit(redirect(location), exchange({ path }));
      assertClean(judge({ visit: document, options: { routes: { signIn } } }));
    }
    const home = visit(redirect('/'), exchange());
    assert.match(
      only(judge({ visit: home, stale: guarded, options: { routes: { signIn: '/sign-in' } } })).message,
      /instead of sign-in/,
    );
  });
  it('warns when the page may be kept out of sight', () => {
    const sealed = 'set-cookie';
    for (const [location, cookie] of [
      ['/sign-in?state=eyJ0byI6Ii9kYXNoYm9hcmQifQ'],
      ['/sign-in?next=dashboard'],
      ['/sign-in', 'app_state=Fe26.2*1*a8b7c6d5e4; Path=/; HttpOnly'],
    ] as const) {
      const answer = exchange({
        path: '/dashboard',
        status: 302,
        headers: { location, ...(cookie !== undefined && { [sealed]: cookie }) },
      });
      const finding = only(judge({ visit: visit(answer, exchange({ path: location })), stale: guarded }));
      assert.deepEqual([finding.level, /not to be seen/.test(finding.message)], ['warning', true]);
    }
    for (const [location, cookie] of [
      ['/sign-in?lang=en-GB', '__cf_bm=a8b7c6d5e4a8b7c6d5e4; Path=/'],
      ['/sign-in?source=protected-page', 'csrf_token=a8b7c6d5e4a8b7c6d5e4; Path=/'],
    ] as const) {
      const answer = exchange({ path: '/dashboard', status: 302, headers: { location, [sealed]: cookie } });
      const finding = only(judge({ visit: visit(answer, exchange({ path: location })), stale: guarded }));
      assert.equal(finding.level, 'error');
    }
  });
  it('fails when the redirect names another page', () => {
    const elsewhere = `/sign-in?redirect_url=${encodeURIComponent(`${ORIGIN}/`)}`;
    const finding = only(judge({ visit: visit(redirect(elsewhere), exchange({ path: elsewhere })), stale: guarded }));
    assert.deepEqual([finding.level, finding.subject], ['error', '/dashboard as document']);
    assert.match(finding.message, /sent to \/ instead of \/dashboard/);
  });
  it('is in doubt when the redirect names the page without the base path, as the router of the app knows it', () => {
    const path = '/portal/dashboard';
    const signIn = `/portal/sign-in?redirect_url=${encodeURIComponent('/dashboard')}`;
    const { readiness, identity } = expectation({ routes: { signIn: '/portal/sign-in', protected: [path] } });
    const asked = visit(redirect(signIn, path), exchange({ path: signIn }));
    const page = { route: { path, guard: 'server' as const }, visit: asked, stale: asked, attempts: [] };
    const evidence = { pages: [page], unknown: visit(notFound) };
    const under = protectedRedirect.judge(evidence, { readiness, identity: { ...identity, basePath: '/portal' } });
    assert.deepEqual([...new Set(under.findings.map(({ level }) => level))], ['warning']);
    assert.match(under.findings[0]?.message ?? '', /sent to \/dashboard, without the base path \/portal/);
    const atRoot = protectedRedirect.judge(evidence, { readiness, identity });
    assert.equal(atRoot.findings[0]?.level, 'error');
  });
  it('passes when the page to return to is kept in a cookie', () => {
    const remembering = exchange({
      path: '/dashboard',
      status: 307,
      headers: [
        ['location', '/sign-in'],
        ['set-cookie', 'returnTo=%2Fdashboard; Path=/; HttpOnly'],
      ],
    });
    assertClean(judge({ visit: visit(remembering, exchange({ path: '/sign-in' })), stale: guarded }));
  });
  it('is not verified when a part of the page refuses and no text is declared', () => {
    const slot = visit(exchange({ path: '/dashboard', body: '<h1>Plans</h1>NEXT_HTTP_ERROR_FALLBACK;404' }));
    assert.match(judge({ visit: slot, stale: guarded }).unverified ?? '', /set contains/);
  });
  it('says when every path leads to sign-in', () =>
    assert.match(judge({ unknown: signInPage }).summary, /no positive control/));
  it('is not verified for a 404 that a missing page would give too', () => {
    const { findings, unverified } = judge({ visit: visit(exchange({ path: '/dashboard', status: 404 })) });
    assert.deepEqual(findings, []);
    assert.match(unverified ?? '', /404 like a path that does not exist.*'hidden'/);
  });
  it('is not verified for a client guard without a text', () =>
    assert.match(judge({ route: { guard: 'client' }, visit: visit(served) }).unverified ?? '', /set contains/));
  it('is not verified when the text stands on the sign-in page too', () => {
    const { findings, unverified } = judge({ route: { contains: 'Sign in' } });
    assert.deepEqual(findings, []);
    assert.match(unverified ?? '', /"Sign in" also stands on the sign-in page/);
  });
  it('leaves failed connections to the engine, on the Frontend API as well', () => {
    const broken = {
      request: { method: 'GET', url: 'https://clerk.example.com/v1/client/handshake', headers: [] },
      error: { code: 'ENOTFOUND', message: 'x' },
      durationMs: 1,
    };
    const { findings } = judge({
      route: { unauthenticated: 'redirect' },
      visit: visit(redirect(broken.request.url), broken),
      attempts: { fetch: failure('ECONNRESET') },
    });
    assert.deepEqual(findings, []);
  });
  it('says everything of each finding', () => {
    const { findings } = judge({
      visit: visit(served),
      attempts: Object.fromEntries(SHAPES.map((shape) => [shape, served])),
      route: { contains: 'Secret plans' },
    });
    assert.ok(findings.length >= 8);
    findings.forEach(assertComplete);
  });
});

describe('collecting routes/protected-redirect', () => {
  it('follows a redirect to the slash of the page in every shape, and finds what only POST is served', async () => {
    const server = await serve((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://x');
      if (pathname === '/dashboard') response.writeHead(308, { location: '/dashboard/' }).end();
      else if (pathname === '/dashboard/' && request.method === 'POST')
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Secret</h1>');
      else if (pathname === '/dashboard/')
        response.writeHead(307, { location: '/sign-in?redirect_url=%2Fdashboard%2F' }).end();
      else
        response
          .writeHead(pathname === '/' || pathname === '/sign-in' ? 200 : 404, { 'content-type': 'text/html' })
          .end('<h1>page</h1>');
    });
    const readiness = resolveOptions({ baseURL: server.origin, routes: { protected: ['/dashboard'] } }, {});
    const target = await Target.connect(readiness);
    const outcome = await verify(protectedRedirect, { readiness, target, identity: target.identity });
    await target.close();
    assert.equal(outcome.status, 'fail');
    assert.deepEqual(
      outcome.findings.map(({ subject }) => subject),
      ['/dashboard as POST', '/dashboard as server action'],
    );
  });
});
