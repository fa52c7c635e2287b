import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expiredCookie, expiredPage, returnAfterSignIn } from '../../src/areas/session.ts';
import type { ExpiredCookieEvidence } from '../../src/areas/session/expired-cookie.ts';
import type { PageVisit } from '../../src/browser/page-visit.ts';
import type { ReturnEvidence } from '../../src/areas/session/return-after-sign-in.ts';
import { describeMoves, destination, measure, returnPath, signInPages } from '../../src/areas/session/way.ts';
import type { ProtectedRoute, ReadinessOptions } from '../../src/config/options.ts';
import type { Judgement } from '../../src/result.ts';
import type { Visit } from '../../src/target/exchange.ts';
import { ORIGIN, exchange, expectation, failure, visit } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';

const CLERK = 'https://clerk.example.com';
const SIGN_IN = '/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fdashboard';
const HANDSHAKE = `${CLERK}/v1/client/handshake?redirect_url=x`;
const ROUTE: ProtectedRoute = { path: '/dashboard', contains: 'Your projects', guard: 'server' };
const OPTIONS: ReadinessOptions = { routes: { protected: [ROUTE], signIn: '/sign-in' } };

const to = (path: string, location: string, status = 307): Answer => ({ path, status, headers: { location } });
const page = (path: string, body = '<h1>Sign in</h1>', status = 200): Answer => ({ path, body, status });
const way = (...answers: Answer[]): Visit => visit(...answers.map(exchange));

function errorsOf({ findings }: Judgement): string[] {
  return findings.filter(({ level }) => level === 'error').map(({ message }) => message);
}

describe('the way of a visit', () => {
  const moves = (...urls: string[]) =>
    urls.map((url) => ({ url: url.startsWith('/') ? ORIGIN + url : url, status: 307 }));

  const cases: ReadonlyArray<readonly [name: string, urls: string[], redirects: number, handshakes: number]> = [
    ['a plain redirect', ['/a', '/sign-in'], 1, 0],
    ['a handshake of a live instance is no redirect', ['/a', HANDSHAKE, '/a', '/sign-in'], 1, 1],
    [
      'a handshake of a development instance, with the clean-up of the URL',
      ['/a', HANDSHAKE, '/a?__clerk_handshake_nonce=x', '/a', '/sign-in'],
      1,
      1,
    ],
    ['a clean-up that goes elsewhere is a redirect', ['/a?__clerk_handshake=x', '/b'], 1, 0],
    ['the same page again is a redirect', ['/a', '/a', '/a'], 2, 0],
    ['a handshake behind a proxy', ['/a', '/__clerk/v1/client/handshake', '/a'], 0, 1],
  ];
  for (const [name, urls, redirects, handshakes] of cases) {
    test(name, () => assert.deepEqual(measure(moves(...urls)), { redirects, handshakes }));
  }

  test('a script that changes the query has not left the page, one that changes the path has', () => {
    const byScript = ['/a', '/a?x=1', '/a?x=2', '/b'].map((path) => ({ url: ORIGIN + path }));
    assert.deepEqual(measure(byScript), { redirects: 1, handshakes: 0 });
  });

  test('is described in one line that names hosts where they change', () => {
    assert.equal(
      describeMoves([
        { url: `${ORIGIN}/a`, status: 307 },
        { url: HANDSHAKE, status: 307 },
        { url: `${ORIGIN}/a?x=1`, status: 200 },
      ]),
      '/a 307 → clerk.example.com/v1/client/handshake 307 → app.example.com/a 200',
    );
  });
});

describe('the return path', () => {
  const asked = new URL('/dashboard', ORIGIN);
  const cases: ReadonlyArray<readonly [url: string, expected: unknown]> = [
    [SIGN_IN, 'kept'],
    ['/sign-in?returnTo=%2Fdashboard', 'kept'],
    ['/sign-in?next=/dashboard/', 'kept'],
    ['/sign-in#/?redirect_url=https%3A%2F%2Fapp.example.com%2Fdashboard', 'kept'],
    ['/de/anmelden?redirect_url=%2Fde%2Fdashboard', 'kept'],
    ['/sign-in', 'lost'],
    ['/sign-in?redirect_url=%2F', 'lost'],
    ['/sign-in?from=dashboard', 'lost'],
    ['/sign-in?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdashboard', { foreign: 'http://localhost:3000' }],
  ];
  for (const [url, expected] of cases)
    test(`${url}: ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(returnPath(new URL(url, ORIGIN), asked), expected));

  test('a path without the base path of the app, which its router puts in front', () => {
    const signIn = new URL('/portal/sign-in?redirect_url=%2Fdashboard', ORIGIN);
    const page = new URL('/portal/dashboard', ORIGIN);
    assert.deepEqual([returnPath(signIn, page, '/portal'), returnPath(signIn, page)], ['kept', 'lost']);
  });
});

describe('the destination', () => {
  const asked = new URL('/dashboard', ORIGIN);
  const configured = signInPages('/sign-in', ORIGIN, []);
  const cases: ReadonlyArray<readonly [url: string, expected: string]> = [
    ['/sign-in', 'sign-in'],
    ['/sign-in/factor-one', 'sign-in'],
    ['/en/sign-in', 'sign-in'],
    ['https://accounts.example.com/sign-in', 'sign-in'],
    ['https://happy-fern-1.accounts.dev/sign-in', 'sign-in'],
    ['/dashboard/', 'in-place'],
    ['/', 'elsewhere'],
    ['/sign-in-help', 'elsewhere'],
    ['https://evil.example/sign-in', 'elsewhere'],
    [HANDSHAKE, 'handshake'],
  ];
  for (const [url, expected] of cases)
    test(`${url}: ${expected}`, () => assert.equal(destination(new URL(url, ORIGIN), asked, configured), expected));

  test('is the home page alone where that is the way in', () => {
    const end = (path: string) => destination(new URL(path, ORIGIN), asked, [new URL('/', ORIGIN)]);
    assert.deepEqual(['/', '/dashboard', '/pricing'].map(end), ['sign-in', 'in-place', 'elsewhere']);
  });

  test('is learned from a visit without cookies where no sign-in page is configured', () => {
    const learned = signInPages(undefined, ORIGIN, [{ url: `${ORIGIN}/dashboard` }, { url: `${ORIGIN}/login?x=1` }]);
    assert.equal(destination(new URL('/login', ORIGIN), asked, learned), 'sign-in');
    assert.deepEqual(signInPages(undefined, ORIGIN, [{ url: `${ORIGIN}/dashboard` }, { url: `${ORIGIN}/` }]), []);
  });
});

describe('expired cookie over HTTP', () => {
  const good = way(
    to('/dashboard', HANDSHAKE),
    to(HANDSHAKE, `${ORIGIN}/dashboard`),
    to('/dashboard', SIGN_IN),
    page(SIGN_IN),
  );
  const evidence = (
    stale: Visit,
    route: ProtectedRoute = ROUTE,
    withoutCookies: Visit = way(to('/dashboard', SIGN_IN), page(SIGN_IN)),
  ): ExpiredCookieEvidence => ({
    visits: [{ route, withoutCookies, stale: [{ kind: 'expired session token', visit: stale }] }],
  });
  const judge = (stale: Visit, route?: ProtectedRoute, withoutCookies?: Visit, options = OPTIONS) =>
    expiredCookie.judge(evidence(stale, route, withoutCookies), expectation(options));

  const correct: ReadonlyArray<readonly [name: string, Judgement]> = [
    ['handshake, then sign-in', judge(good)],
    ['sign-in at once', judge(way(to('/dashboard', SIGN_IN), page(SIGN_IN)))],
    [
      'the handshake of a development instance',
      judge(
        way(
          to('/dashboard', HANDSHAKE),
          to(HANDSHAKE, '/x'),
          to('/dashboard?__clerk_handshake_nonce=x', '/dashboard'),
          to('/dashboard', SIGN_IN),
          page(SIGN_IN),
        ),
      ),
    ],
    [
      'the Account Portal',
      judge(
        {
          ...way(
            to(
              '/dashboard',
              'https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fdashboard',
            ),
          ),
          stopped: 'left-target',
        },
        ROUTE,
        undefined,
        {},
      ),
    ],
    [
      'a fragment that names the page',
      judge(way(to('/dashboard', '/sign-in#/?redirect_url=%2Fdashboard'), page('/sign-in'))),
    ],
    [
      'an opaque parameter that may hold the page',
      judge(way(to('/dashboard', '/sign-in?state=Xk29dKqpLw81'), page('/sign-in?state=Xk29dKqpLw81'))),
    ],
    [
      '401 with a page that says so and leads to sign-in',
      judge(way(page('/dashboard', '<p>Your session has expired.</p><a href="/sign-in">Sign in</a>', 401))),
    ],
    [
      '404 where the page is declared hidden',
      judge(way(page('/dashboard', 'nothing here', 404)), { ...ROUTE, unauthenticated: 'hidden' }),
    ],
    [
      '401 where that is declared',
      judge(way(page('/dashboard', 'no', 401)), { ...ROUTE, unauthenticated: 'unauthorized' }),
    ],
    [
      '404 as without cookies',
      judge(way(page('/dashboard', 'nothing here', 404)), ROUTE, way(page('/dashboard', 'nothing here', 404))),
    ],
    [
      'a shell that a script guards',
      judge(way(page('/dashboard', '<div id="root"></div>')), { ...ROUTE, guard: 'client' }),
    ],
    [
      'a prompt in place',
      judge(way(page('/dashboard', '<p>Your session has ended.</p><a href="/sign-in">Sign in</a>'))),
    ],
    [
      'a sign-in page that has the text for everybody',
      judge(
        way(to('/dashboard', SIGN_IN), page(SIGN_IN, 'Sign in to see Your projects')),
        ROUTE,
        way(to('/dashboard', SIGN_IN), page(SIGN_IN, 'Sign in to see Your projects')),
      ),
    ],
    [
      'sign-in, with the page in a cookie of the app',
      judge(
        way(
          { path: '/dashboard', status: 307, headers: { location: '/sign-in', 'set-cookie': 'return_to=/dashboard' } },
          page('/sign-in'),
        ),
      ),
    ],
    ['no answer at all, which is an obstacle and no verdict', judge(visit(failure('ECONNRESET')))],
  ];
  for (const [name, judgement] of correct) test(`passes: ${name}`, () => assert.deepEqual(errorsOf(judgement), []));

  const defects: ReadonlyArray<readonly [name: string, Judgement, message: RegExp]> = [
    ['500', judge(way(page('/dashboard', 'oops', 500))), /answers 500/],
    ['the protected page', judge(way(page('/dashboard', 'Your projects'))), /protected page is shown/],
    [
      'the protected page on its way into React',
      judge(way(page('/dashboard', '<p>Your <!-- -->projects</p>'))),
      /protected page is shown/,
    ],
    [
      'the protected page at the address of sign-in',
      judge(way(to('/dashboard', SIGN_IN), page(SIGN_IN, 'Your projects'))),
      /protected page is shown/,
    ],
    [
      'the protected page in the body of a redirect',
      judge(way({ ...to('/dashboard', SIGN_IN), body: 'Your projects' }, page(SIGN_IN))),
      /protected page is shown/,
    ],
    [
      'four redirects',
      judge(way(to('/dashboard', '/a'), to('/a', '/b'), to('/b', '/c'), to('/c', SIGN_IN), page(SIGN_IN))),
      /redirected 4 times/,
    ],
    [
      'three handshakes',
      judge(
        way(
          ...[1, 2, 3].flatMap(() => [to('/dashboard', HANDSHAKE), to(HANDSHAKE, `${ORIGIN}/dashboard`)]),
          to('/dashboard', SIGN_IN),
          page(SIGN_IN),
        ),
      ),
      /synced with Clerk 3 times/,
    ],
    [
      'a forgotten return path',
      judge(way(to('/dashboard', '/sign-in'), page('/sign-in'))),
      /does not say where the person came from/,
    ],
    [
      '401 in JSON',
      judge(
        way({ ...page('/dashboard', '{"error":"sign in"}', 401), headers: { 'content-type': 'application/json' } }),
      ),
      /answers 401 instead/,
    ],
    [
      'a sign-in page that another one is named to',
      judge(
        way(to('/dashboard', '/sign-in?redirect_url=%2FHome-1234567'), page('/sign-in?redirect_url=%2FHome-1234567')),
      ),
      /does not say where the person came from/,
    ],
    [
      'a return path to localhost',
      judge(
        way(
          to('/dashboard', '/sign-in?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdashboard'),
          page('/sign-in?redirect_url=http%3A%2F%2Flocalhost%3A3000%2Fdashboard'),
        ),
      ),
      /leads to http:\/\/localhost:3000/,
    ],
    ['the home page', judge(way(to('/dashboard', '/'), page('/'))), /ends at .*not sign-in/],
    [
      'another site',
      judge({ ...way(to('/dashboard', 'https://evil.example/sign-in')), stopped: 'left-target' }),
      /ends at https:\/\/evil\.example/,
    ],
    [
      'a blank page',
      judge(way(page('/dashboard', '<div id="root"></div>'))),
      /answers 200, without any way to sign in/,
    ],
    [
      '401 where visitors without cookies are redirected',
      judge(way(page('/dashboard', 'no', 401))),
      /answers 401 instead/,
    ],
    [
      'a sign-in page that is not found',
      judge(way(to('/dashboard', SIGN_IN), page(SIGN_IN, '', 404))),
      /sign-in page answers 404/,
    ],
    [
      'a refused handshake',
      judge(way(to('/dashboard', HANDSHAKE), page(HANDSHAKE, '{}', 400))),
      /refused the handshake with 400/,
    ],
  ];
  for (const [name, judgement, message] of defects) {
    test(`fails: ${name}`, () => {
      const [first = '', ...more] = errorsOf(judgement);
      assert.match(first, message);
      assert.deepEqual(more, []);
    });
  }

  test('a failing Frontend API is no defect of the app', () => {
    assert.deepEqual(errorsOf(judge(way(to('/dashboard', HANDSHAKE), page(HANDSHAKE, '', 503)))), []);
  });
  test('says what was not sent', () => {
    const judgement = expiredCookie.judge({ ...evidence(good), unsent: 'no key' }, expectation(OPTIONS));
    assert.equal(judgement.unverified, 'no key');
  });
  test('nothing visited is a mistake, not a pass', () => {
    assert.throws(() => expiredCookie.judge({ visits: [] }, expectation(OPTIONS)), /no protected page/);
  });
  test('a finding names the route, the cookie and a curl command', () => {
    const [finding] = judge(way(page('/dashboard', 'oops', 500))).findings;
    assert.equal(finding?.subject, '/dashboard with an expired session token');
    assert.match(finding?.curl ?? '', /^curl -i --path-as-is .*https:\/\/app\.example\.com\/dashboard/);
  });
});

const SEEN: PageVisit = {
  asked: `${ORIGIN}/dashboard`,
  cookies: { __session: '[redacted:jwt]' },
  moves: [
    { url: `${ORIGIN}/dashboard`, status: 307 },
    { url: ORIGIN + SIGN_IN, status: 200 },
  ],
  text: 'Sign in to Example',
  affordance: 'form',
  showsProtected: false,
  errors: [],
  consoleErrors: [],
};
const { affordance: _, ...WITHOUT_AFFORDANCE } = SEEN;
const IN_PLACE = [{ url: `${ORIGIN}/dashboard`, status: 200 }];

describe('expired cookie in a browser', () => {
  const judge = (
    seen: PageVisit,
    route: ProtectedRoute = ROUTE,
    withoutCookies: PageVisit = SEEN,
    options: ReadinessOptions = OPTIONS,
  ) =>
    expiredPage.judge(
      { visits: [{ route, withoutCookies, stale: [{ kind: 'garbage session token', visit: seen }] }] },
      expectation(options),
    );
  /** The home page as sign-in: a button, mostly in its header, opens Clerk's modal. */
  const atHome = (affordance: PageVisit['affordance'], signIn = '/') => {
    const moves = [
      { url: `${ORIGIN}/dashboard`, status: 307 },
      { url: ORIGIN + SIGN_IN.replace('/sign-in', signIn), status: 200 },
    ];
    const seen = { ...WITHOUT_AFFORDANCE, moves, ...(affordance && { affordance }) };
    return judge(seen, ROUTE, seen, { routes: { protected: [ROUTE], signIn } });
  };

  const correct: ReadonlyArray<readonly [name: string, Judgement]> = [
    ['the sign-in form', judge(SEEN)],
    [
      'a sign-in page that has the text for everybody',
      judge({ ...SEEN, showsProtected: true }, ROUTE, { ...SEEN, showsProtected: true }),
    ],
    ['a sign-in link in the content, in place', judge({ ...SEEN, moves: IN_PLACE, affordance: 'link' })],
    ['a form in place', judge({ ...SEEN, moves: IN_PLACE }, { ...ROUTE, guard: 'client' })],
    [
      'a refusal with a link in the header',
      judge({ ...SEEN, moves: [{ url: `${ORIGIN}/dashboard`, status: 401 }], affordance: 'header link' }),
    ],
    [
      'a declared 404 without a link',
      judge(
        { ...WITHOUT_AFFORDANCE, moves: [{ url: `${ORIGIN}/dashboard`, status: 404 }] },
        { ...ROUTE, unauthenticated: 'hidden' },
      ),
    ],
    ['a home page that opens sign-in as a modal', atHome('header link')],
    ['a script that moves on to sign-in', judge({ ...SEEN, moves: [...IN_PLACE, { url: ORIGIN + SIGN_IN }] })],
    [
      'a hydration mismatch, which React repairs',
      judge({ ...SEEN, errors: ['Error: Minified React error #418; visit https://react.dev/errors/418'] }),
    ],
  ];
  for (const [name, judgement] of correct) {
    test(`passes: ${name}`, () => {
      assert.deepEqual(judgement.findings, []);
      assert.equal(judgement.unverified, undefined);
    });
  }

  const defects: ReadonlyArray<readonly [name: string, Judgement, message: RegExp]> = [
    [
      'no text',
      judge({ ...WITHOUT_AFFORDANCE, text: '', blank: 'no text', moves: IN_PLACE }),
      /stays blank \(no visible text\)/,
    ],
    [
      'nothing drawn, although the document has text',
      judge({ ...SEEN, blank: 'one colour' }),
      /every pixel has one colour/,
    ],
    [
      'a spinner',
      judge({ ...WITHOUT_AFFORDANCE, moves: IN_PLACE, text: 'Loading…' }),
      /“Loading…” and no way to sign in/,
    ],
    [
      'a spinner below a header with a sign-in link',
      judge({ ...SEEN, moves: IN_PLACE, affordance: 'header link' }),
      /no way to sign in/,
    ],
    ['a home page that is sign-in and names it nowhere', atHome(undefined), /no way to sign in/],
    ['a sign-in page with a link in its header alone', atHome('header link', '/sign-in'), /no way to sign in/],
    ['a sign-in page that never mounts its form', judge({ ...SEEN, affordance: 'link' }), /no way to sign in/],
    [
      'an error page without a link',
      judge({ ...WITHOUT_AFFORDANCE, moves: [{ url: `${ORIGIN}/dashboard`, status: 403 }] }),
      /no way to sign in/,
    ],
    ['the protected text', judge({ ...SEEN, moves: IN_PLACE, showsProtected: true }), /protected page is shown/],
    [
      'an uncaught exception',
      judge({ ...SEEN, errors: ['TypeError: user is null at app.js:1'] }),
      /nothing catches it: TypeError/,
    ],
    [
      'too many redirects',
      judge({
        ...SEEN,
        moves: Array.from({ length: 20 }, () => ({ url: `${ORIGIN}/dashboard`, status: 307 })),
        failure: 'net::ERR_TOO_MANY_REDIRECTS',
      }),
      /redirected 19 times/,
    ],
    [
      'scripts that send each other back and forth',
      judge({
        ...SEEN,
        moves: Array.from({ length: 8 }, (_unused, index) => ({
          url: ORIGIN + (index % 2 === 0 ? '/dashboard' : '/sign-in'),
        })),
      }),
      /redirected 7 times/,
    ],
    [
      'a forgotten page',
      judge({
        ...SEEN,
        moves: [
          { url: `${ORIGIN}/dashboard`, status: 307 },
          { url: `${ORIGIN}/sign-in`, status: 200 },
        ],
      }),
      /does not say where/,
    ],
    ['500', judge({ ...SEEN, moves: [{ url: `${ORIGIN}/dashboard`, status: 500 }] }), /answers 500/],
    [
      'a dropped connection',
      judge({ ...WITHOUT_AFFORDANCE, moves: [{ url: `${ORIGIN}/dashboard` }], failure: 'net::ERR_CONNECTION_RESET' }),
      /cannot open the page/,
    ],
  ];
  for (const [name, judgement, message] of defects) {
    test(`fails: ${name}`, () => {
      const [first = '', ...more] = errorsOf(judgement);
      assert.match(first, message);
      assert.deepEqual(more, []);
    });
  }

  test('an exception that is thrown without the cookie too is only a warning', () => {
    const errors = ['Error: analytics is not defined'];
    const { findings } = judge({ ...SEEN, errors }, ROUTE, { ...SEEN, errors });
    assert.deepEqual(
      findings.map(({ level }) => level),
      ['warning'],
    );
  });
  test('a Frontend API that the browser cannot reach proves nothing', () => {
    const judgement = judge({
      ...WITHOUT_AFFORDANCE,
      text: '',
      blank: 'no text',
      moves: [{ url: `${ORIGIN}/dashboard`, status: 307 }, { url: HANDSHAKE }],
      failure: 'net::ERR_NAME_NOT_RESOLVED',
    });
    assert.deepEqual(judgement.findings, []);
    assert.match(judgement.unverified ?? '', /could not reach clerk\.example\.com/);
  });
});

describe('return after signing in', () => {
  const AFTER: PageVisit = {
    ...WITHOUT_AFFORDANCE,
    moves: [{ url: `${ORIGIN}/dashboard` }],
    text: 'Your projects',
    showsProtected: true,
  };
  const GOOD: ReturnEvidence = {
    route: ROUTE,
    before: SEEN,
    clerkForm: true,
    after: AFTER,
    ended: [{ kind: 'expired session token', visit: SEEN }],
  };
  const judge = (change: Partial<ReturnEvidence>, kind?: 'live' | 'test') =>
    returnAfterSignIn.judge({ ...GOOD, ...change }, expectation(OPTIONS, kind && { publishableKeyKind: kind }));

  test('passes: back at the page with its content', () => {
    const judgement = judge({});
    assert.deepEqual([judgement.findings, judgement.unverified], [[], undefined]);
  });
  test('fails: left at another page', () => {
    const elsewhere = { ...AFTER, showsProtected: false, moves: [{ url: `${ORIGIN}/welcome` }] };
    assert.match(errorsOf(judge({ after: elsewhere }))[0] ?? '', /is now at https:\/\/app\.example\.com\/welcome/);
  });
  test('fails: the router puts its base path in front of an address that has it', () => {
    const route = { ...ROUTE, path: '/portal/dashboard' };
    const at = (path: string) => ({
      ...AFTER,
      showsProtected: false,
      asked: ORIGIN + route.path,
      moves: [{ url: ORIGIN + path }],
    });
    const [finding] = judge({ route, after: at('/portal/portal/dashboard') }).findings;
    assert.match(finding?.cause ?? '', /puts it in front again/);
    const [other] = judge({ route, after: at('/other/portal/dashboard') }).findings;
    assert.match(other?.cause ?? '', /force redirect/);
  });
  test('fails: back without the content', () =>
    assert.match(errorsOf(judge({ after: { ...AFTER, showsProtected: false } }))[0] ?? '', /without its text/));
  test('fails: back and still asked to sign in, where no text is configured', () => {
    const { contains: _contains, ...route } = ROUTE;
    assert.match(
      errorsOf(judge({ route, after: { ...AFTER, affordance: 'form', text: SEEN.text } }))[0] ?? '',
      /still asking for sign-in/,
    );
    assert.deepEqual(
      errorsOf(judge({ route, after: { ...AFTER, affordance: 'form', text: 'Your e-mail address' } })),
      [],
    );
  });
  test('a page for a role that the test user has not proves nothing', () => {
    for (const status of [403, 404]) {
      const moves = [{ url: `${ORIGIN}/dashboard`, status }];
      const judgement = judge({ after: { ...AFTER, showsProtected: false, moves } });
      assert.deepEqual(errorsOf(judgement), []);
      assert.match(judgement.unverified ?? '', /does not show the signed-in test user.*role/);
    }
  });
  test('fails: back at a page that hides itself as if nobody had signed in', () => {
    const moves = [{ url: `${ORIGIN}/dashboard`, status: 404 }];
    const judgement = judge({ before: { ...SEEN, moves }, after: { ...AFTER, showsProtected: false, moves } });
    assert.match(errorsOf(judgement)[0] ?? '', /without its text/);
  });
  test('fails: the page is shown although the session is over', () => {
    const shown = { ...AFTER, moves: IN_PLACE };
    assert.match(
      errorsOf(judge({ ended: [{ kind: 'expired session token', visit: shown }] }, 'live'))[0] ?? '',
      /protected page is shown/,
    );
  });
  test('a development instance that restores the session by a handshake proves nothing', () => {
    const restored = {
      ...AFTER,
      moves: [
        { url: `${ORIGIN}/dashboard`, status: 307 },
        { url: HANDSHAKE, status: 307 },
        { url: `${ORIGIN}/dashboard`, status: 200 },
      ],
    };
    const judgement = judge({ ended: [{ kind: 'expired session token', visit: restored }] }, 'test');
    assert.deepEqual(judgement.findings, []);
    assert.match(judgement.unverified ?? '', /development instance restored/);
  });
  test('the same on a live instance is a defect', () => {
    const restored = {
      ...AFTER,
      moves: [
        { url: `${ORIGIN}/dashboard`, status: 307 },
        { url: HANDSHAKE, status: 307 },
        { url: `${ORIGIN}/dashboard`, status: 200 },
      ],
    };
    assert.equal(errorsOf(judge({ ended: [{ kind: 'expired session token', visit: restored }] }, 'live')).length, 1);
  });
  test('a sign-in that Clerk refuses proves nothing', () => {
    const { after: _after, ...rest } = GOOD;
    const judgement = returnAfterSignIn.judge(
      { ...rest, refused: 'Status: needs_second_factor', ended: [] },
      expectation(OPTIONS),
    );
    assert.match(judgement.unverified ?? '', /needs_second_factor/);
  });
  test('a form of the app’s own that does not react to a script proves nothing', () => {
    const judgement = judge({ clerkForm: false, after: { ...SEEN } });
    assert.deepEqual(judgement.findings, []);
    assert.match(judgement.unverified ?? '', /not Clerk’s/);
  });
});
