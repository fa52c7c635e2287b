import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { bypass } from '../../src/areas/routes.ts';
import { variantsFor } from '../../src/areas/routes/bypass-variants.ts';
import type { Place, Surroundings } from '../../src/areas/routes/bypass-variants.ts';
import type { BypassEvidence, PlaceEvidence } from '../../src/areas/routes/bypass.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { exchange, expectation, visit } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, assertComplete, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const PAGE: Place = { kind: 'page', path: '/dashboard', methods: ['GET'] };
const API: Place = { kind: 'api', path: '/api/me', methods: ['GET'] };
const ANY: Surroundings = { origin: 'https://app.example.com', mayWrite: false, unique: 'unique=1' };

/** Fewer variants than this would be a mistake in the table. */
const MIN_VARIANTS = 40;

describe('the variants of routes/bypass', () => {
  for (const [name, place, framework] of [
    ['a page of Next.js', PAGE, 'next'],
    ['a page of an unknown framework', PAGE, undefined],
    ['a page of another framework', PAGE, 'astro'],
    ['an API route', API, undefined],
    ['an API route of another framework', API, 'express'],
    ['a page with one letter', { ...PAGE, path: '/a' }, undefined],
  ] as const) {
    it(`are ${MIN_VARIANTS} or more for ${name}, each another request`, () => {
      const variants = variantsFor(place, { ...ANY, ...(framework !== undefined && { framework }) });
      assert.ok(variants.length >= MIN_VARIANTS, `${variants.length} variants`);
      assert.equal(new Set(variants.map(({ request }) => JSON.stringify(request))).size, variants.length);
      for (const { name, source } of variants) assert.match(`${name} ${source}`, /\S https:\/\//);
    });
  }

  const headersOf = (framework: string) =>
    variantsFor(PAGE, { ...ANY, framework, buildId: 'B1' }).flatMap(({ request }) =>
      Object.entries(request.headers ?? {}),
    );
  const pathsOf = (place: Place, surroundings = ANY) =>
    variantsFor(place, surroundings).map(({ request }) => request.path);

  it('have every value of x-middleware-subrequest that a release of Next.js believes, for Next.js only', () => {
    const values = headersOf('next').flatMap(([name, value]) => (name === 'x-middleware-subrequest' ? [value] : []));
    for (const value of ['pages/_middleware', 'middleware', 'src/middleware'])
      for (const expected of [value, Array.from({ length: 5 }, () => value).join(':')])
        assert.ok(values.includes(expected), expected);
    assert.ok(values.some((value) => value.includes('pages/_middleware:') && value.includes(':src/middleware:')));
    assert.deepEqual(
      headersOf('astro').filter(([name]) => name.startsWith('x-middleware')),
      [],
    );
    assert.ok(pathsOf(PAGE, { ...ANY, framework: 'next', buildId: 'B1' }).includes('/_next/data/B1/dashboard.json'));
  });

  it('ask for the data of a page as the router of the framework does', () => {
    const loaders = () => ['routes/dashboard', 'routes/private'];
    const place = { ...PAGE, path: '/dashboard?tab=1' };
    const data = (framework: string, path: RegExp) =>
      pathsOf(place, { ...ANY, framework, loaders }).filter((each) => path.test(each));
    assert.deepEqual(data('react-router', /\.data/), [
      '/dashboard.data?tab=1',
      '/dashboard.data?tab=1&_routes=routes%2Fdashboard',
      '/dashboard.data?tab=1&_routes=routes%2Fprivate',
    ]);
    assert.deepEqual(data('sveltekit', /__data/), [
      '/dashboard/__data.json?tab=1',
      '/dashboard/__data.json?tab=1&x-sveltekit-invalidated=01',
      '/dashboard/__data.json?tab=1&x-sveltekit-invalidated=001',
      '/dashboard/__data.json?tab=1&x-sveltekit-invalidated=0001',
    ]);
    for (const other of ['next', 'express']) assert.deepEqual(data(other, /__data|\.data/), []);
  });

  it('know the base path, which routers do not have in their routes', () => {
    const surroundings = { ...ANY, basePath: '/portal', buildId: 'B1' };
    const page = { ...PAGE, path: '/portal/dashboard' };
    const asked = (framework: string, place: Place = page) => pathsOf(place, { ...surroundings, framework });
    assert.ok(asked('next').includes('/portal/_next/data/B1/dashboard.json'));
    assert.ok(asked('next').includes('/portal/_next/data/B1/en/dashboard.json'));
    assert.ok(asked('next').includes('/portal/en/dashboard'));
    assert.ok(asked('next', { ...PAGE, path: '/portal' }).includes('/portal/_next/data/B1/index.json'));
    const loaders = (path: string) => (path === '/dashboard' || path === '/' ? [`routes${path}`] : []);
    const data = (path: string) =>
      pathsOf({ ...PAGE, path }, { ...surroundings, framework: 'react-router', loaders }).filter((each) =>
        each.includes('_routes'),
      );
    assert.deepEqual(data('/portal/dashboard'), ['/portal/dashboard.data?_routes=routes%2Fdashboard']);
    assert.deepEqual(data('/portal'), ['/portal/_root.data?_routes=routes%2F']);
  });

  it('encode one letter of each segment, and keep the query', () => {
    const paths = pathsOf({ ...PAGE, path: '/item/private?tab=1' });
    for (const path of [
      '/%69tem/private?tab=1',
      '/item/%70rivate?tab=1',
      '/item/privat%65?tab=1',
      '//item/private?tab=1',
    ])
      assert.ok(paths.includes(path), path);
  });

  it('ask an API route for nothing that could change something, unless that is allowed', () => {
    const asked = (mayWrite: boolean) =>
      variantsFor(API, { ...ANY, mayWrite }).flatMap(({ request }) => [
        request.method ?? 'GET',
        ...Object.entries(request.headers ?? {}).flatMap(([name, value]) => (name.includes('method') ? [value] : [])),
      ]);
    assert.deepEqual([...new Set(asked(false))].toSorted(), ['GET', 'HEAD', 'OPTIONS', 'PROPFIND']);
    assert.ok(asked(true).includes('DELETE'));
  });

  it('give every request with another header a URL that no cache knows', () => {
    for (const { changes, name, request } of variantsFor(PAGE, ANY))
      if (changes !== 'path' && changes !== 'data') assert.match(request.path, /unique=1/, name);
  });
});

const HOME =
  '<html><head><title>Acme</title></head><body><h1>Welcome to Acme</h1><p>We make things.</p><p>Buy them.</p></body></html>';
const SIGN_IN = '<html><head><title>Sign in</title></head><body><h1>Sign in</h1><input name="email"></body></html>';
const DASHBOARD =
  '<html><head><title>Dashboard</title></head><body><h1>Your invoices</h1><p>Due: 4711</p><p>Paid</p></body></html>';
const notFound = (echo: string) =>
  `<html><head><title>Not found</title></head><body><h1>Nothing here</h1><p>There is no ${echo}.</p><p>Go home.</p></body></html>`;
const SHELL =
  '<html><head><title>Acme</title></head><body><div id="root"></div><script src="/app.js"></script></body></html>';

interface Site {
  /** Lets a request in that the guard misses. */
  readonly misses?: (path: string, request: IncomingMessage) => boolean;
  /** Answers what the app does not have. */
  readonly missing?: (path: string) => readonly [status: number, html: string];
}

/** A small app with a guard in front of /dashboard and /api/me. */
function app({ misses = () => false, missing = (path) => [404, notFound(path)] }: Site) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const html = (status: number, body: string) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end(body);
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const open = misses(path, request);
    if (path === '/' && !open) return html(200, HOME);
    if (path === '/sign-in') return html(200, SIGN_IN);
    if (path === '/dashboard' && !open)
      return response
        .writeHead(307, { location: `/sign-in?redirect_url=${encodeURIComponent(request.url ?? '')}` })
        .end();
    if (path === '/api/me' && !open) return json(401, { error: 'unauthenticated' });
    if (open) return /me$/i.test(path) ? json(200, { id: 7, name: 'Ada' }) : html(200, DASHBOARD);
    return html(...missing(path));
  };
}

const OPTIONS: ReadinessOptions = {
  routes: { protected: ['/dashboard'], signIn: '/sign-in' },
  api: ['/api/me'],
  network: { requestsPerSecond: 5000 },
};
const WITH_TEXT: ReadinessOptions = {
  ...OPTIONS,
  routes: { protected: [{ path: '/dashboard', contains: 'Your invoices' }], signIn: '/sign-in' },
};

describe('routes/bypass against a real server', () => {
  for (const [name, site] of [
    ['a 404', {}],
    ['a soft 404 that echoes the path', { missing: (path: string) => [200, notFound(path)] as const }],
    ['the shell of a single-page app', { missing: () => [200, SHELL] as const }],
    ['the home page', { missing: () => [200, HOME] as const }],
    ['the sign-in page', { missing: () => [200, SIGN_IN] as const }],
  ] as const) {
    for (const [given, options] of [
      ['a known text', WITH_TEXT],
      ['no known text', OPTIONS],
    ] as const)
      it(`passes where ${name} answers what does not exist, with ${given}`, async () => {
        const { status, reason, findings } = await verifySite(bypass, app(site), options);
        assert.equal(status, 'pass', reason);
        assert.deepEqual(findings, []);
      });
  }

  for (const [name, misses, subject] of [
    [
      'skips the guard for x-middleware-subrequest',
      (path, { headers }) =>
        path === '/dashboard' &&
        headers['x-middleware-subrequest'] === 'middleware:middleware:middleware:middleware:middleware',
      /\/dashboard with x-middleware-subrequest: middleware ×5/,
    ],
    [
      'decodes after the guard',
      (path) => path !== '/dashboard' && decodeURI(path.replaceAll('%00', '')) === '/dashboard',
      /\/dashboard with first letter of segment 1 percent-encoded/,
    ],
    [
      'believes x-original-url',
      (path, { headers }) => path === '/' && headers['x-original-url'] === '/dashboard',
      /\/dashboard with x-original-url names the place/,
    ],
    [
      'guards GET only by name',
      (path, { headers }) => path === '/dashboard' && headers['x-http-method-override'] === 'HEAD',
      /\/dashboard with x-http-method-override: HEAD/,
    ],
    [
      'lets crawlers in',
      (path, { headers }) => path === '/dashboard' && /Googlebot.* clerk-readiness/.test(headers['user-agent'] ?? ''),
      /\/dashboard with user-agent of Googlebot/,
    ],
    [
      'takes the header of a script for a guard of its own',
      (path, { headers }) => path === '/dashboard' && headers['hx-request'] === 'true',
      /\/dashboard with hx-request: true/,
    ],
    [
      'takes any bearer token',
      (path, { headers }) => path === '/api/me' && headers.authorization === 'Bearer null',
      /\/api\/me with authorization: Bearer null/,
    ],
    [
      'skips the middleware for what is fetched ahead',
      (path, { headers }) =>
        path === '/dashboard' && headers.purpose === 'prefetch' && headers['next-router-prefetch'] !== undefined,
      /\/dashboard with purpose sec-purpose next-router-prefetch: prefetch/,
    ],
    [
      'guards what browsers ask for',
      (path, { headers }) => path === '/dashboard' && headers['sec-fetch-dest'] === undefined,
      /\/dashboard with the headers of no browser/,
    ],
    [
      'takes the pages of the app for signed-in',
      (path, { headers }) =>
        path === '/api/me' && headers.origin === `http://${headers.host}` && headers.referer === `${headers.origin}/`,
      /\/api\/me with the app’s own origin/,
    ],
    [
      'lets the addresses of its own network in',
      (path, { headers }) => path === '/api/me' && headers['x-forwarded-for']?.toString().startsWith('10.') === true,
      /\/api\/me with x-forwarded-for: 10\.0\.0\.1/,
    ],
    [
      'guards the address of a page, which a file server answers by its index too',
      (path) => path === '/dashboard/index.html',
      /\/dashboard with \/index\.html at the end/,
    ],
    [
      'folds slashes after the guard of the API',
      (path) => path === '//api/me' || path === '/api//me',
      /\/api\/me with two slashes in front/,
    ],
  ] as ReadonlyArray<readonly [string, NonNullable<Site['misses']>, RegExp]>) {
    for (const [given, options] of [
      ['a known text', WITH_TEXT],
      ['no known text', OPTIONS],
    ] as const) {
      // Without a text, only an address that is the same by the standard, or a header on it, proves anything.
      const provable = given === 'a known text' || !/x-original-url|index/.test(name);
      it(`${provable ? 'fails' : 'doubts'} an app that ${name}, with ${given}`, async () => {
        const { status, reason, findings } = await verifySite(bypass, app({ misses }), options);
        assert.equal(status, provable ? 'fail' : 'not-verified', reason);
        assert.match(findings.map(({ subject }) => subject).join('\n'), subject);
        for (const finding of findings) assertComplete(finding);
      });
    }
  }

  it('tries the locales that public pages name, up to three', async () => {
    const site = app({ misses: (path) => path === '/de/dashboard' });
    const links = ['de', 'fr-CA', 'x-default', 'it', 'nl'].map(
      (code) => `<link hreflang="${code}" href="/${code}/home">`,
    );
    const asked: string[] = [];
    const { findings } = await verifySite(
      bypass,
      (request, response) => {
        asked.push(request.url ?? '');
        if (request.url === '/')
          return response
            .setHeader('content-type', 'text/html')
            .end(HOME.replace('</head>', `${links.join('')}</head>`));
        return site(request, response);
      },
      WITH_TEXT,
    );
    assert.deepEqual(
      findings.map(({ subject }) => subject),
      ['/dashboard with locale de in front'],
    );
    assert.deepEqual(
      asked.filter((path) => /^\/\w\w(-\w+)?\/dashboard$/.test(path)),
      ['/en/dashboard', '/de/dashboard', '/fr-CA/dashboard', '/it/dashboard'],
    );
  });

  it('does not blame a variant for a page that is open to begin with', async () => {
    const { status, reason } = await verifySite(bypass, app({ misses: (path) => path === '/dashboard' }), WITH_TEXT);
    assert.equal(status, 'not-verified');
    assert.match(reason, /not refused to begin with.*routes\/protected-redirect/);
  });

  it('warns of a variant that makes the server fail', async () => {
    const site = app({});
    const { status, findings } = await verifySite(
      bypass,
      (request, response) =>
        request.headers['x-middleware-subrequest'] === undefined
          ? site(request, response)
          : response.writeHead(500).end(),
      WITH_TEXT,
    );
    assert.equal(status, 'pass');
    assert.ok(findings.length > 0);
    for (const { level, message } of findings)
      assert.deepEqual([level, /answered 500/.test(message)], ['warning', true]);
  });

  for (const [name, fails, warns] of [
    ['leaves alone a router that fails on an address, whatever is there', /%0a|%09/, false],
    ['warns of an address on which the server fails for the page only', /dashboard%0a/, true],
  ] as const)
    it(name, async () => {
      const site = app({});
      const { status, findings } = await verifySite(
        bypass,
        (request, response) =>
          fails.test(request.url ?? '') ? response.writeHead(500).end() : site(request, response),
        WITH_TEXT,
      );
      assert.equal(status, 'pass');
      assert.deepEqual(
        findings.map(({ level, subject }) => `${level} ${subject}`),
        warns ? ['warning /dashboard with line feed at the end'] : [],
      );
    });

  it('leaves alone a router that fails on a method, whatever is there', async () => {
    const site = app({});
    const { findings } = await verifySite(
      bypass,
      (request, response) => (request.method === 'PROPFIND' ? response.writeHead(500).end() : site(request, response)),
      WITH_TEXT,
    );
    assert.deepEqual(findings, []);
  });

  describe('calls the server functions of TanStack Start', () => {
    const SCRIPT = 'e={TSS_SERVER_FN_BASE:`/_serverFn/`};a=f().handler(rc(`open`)),b=f().handler(rc(`throws`))';
    const judged = async (script: string, answers: Readonly<Record<string, readonly [number, string]>>) => {
      const site = app({});
      const calls: string[] = [];
      const result = await verifySite(
        bypass,
        (request, response) => {
          const { url = '' } = request;
          if (url === '/')
            return response
              .setHeader('content-type', 'text/html')
              .end(`${HOME}<script>$_TSR={}</script><script src="/a.js"></script>`);
          if (url === '/a.js') return response.setHeader('content-type', 'text/javascript').end(script);
          if (!url.startsWith('/_serverFn/')) return site(request, response);
          calls.push(`${request.method} ${url} ${request.headers['x-tsr-serverfn']}`);
          const [code, body] = answers[url.slice('/_serverFn/'.length)] ?? [404, '{}'];
          return response.writeHead(code, { 'content-type': 'application/json' }).end(body);
        },
        {
          ...WITH_TEXT,
          routes: {
            ...WITH_TEXT.routes,
            protected: [
              { path: '/dashboard', contains: 'Your invoices' },
              { path: '/settings', contains: 'Your plan' },
            ],
          },
        },
      );
      return { ...result, calls };
    };

    it('and fails for one that gives what the page shows', async () => {
      const { status, findings, calls } = await judged(SCRIPT, {
        open: [200, '{"s":"Your invoices"}'],
        throws: [500, '{}'],
      });
      assert.equal(status, 'fail');
      const [finding] = findings;
      assert.match(finding?.subject ?? '', /^\/dashboard with server function open$/);
      assert.equal(findings.length, 1);
      if (finding) assertComplete(finding);
      assert.deepEqual(calls.toSorted(), ['GET /_serverFn/open true', 'GET /_serverFn/throws true'], 'each once');
    });

    it('and leaves alone what gives something else, or fails without a session', async () => {
      const { findings } = await judged(SCRIPT, { open: [200, '{"userId":null}'], throws: [500, '{}'] });
      assert.deepEqual(findings, []);
    });

    it('and says how many it did not call', async () => {
      const many = Array.from({ length: 120 }, (_, index) => `x=f().handler(rc(\`fn${index}\`))`).join(';');
      const { reason, calls } = await judged(`${SCRIPT};${many}`, {});
      assert.equal(calls.length, 100);
      assert.match(reason, /not tried: .*22 server functions/);
    });
  });

  it('has nothing to do where nothing is protected', async () => {
    const { status } = await verifySite(bypass, app({}), { routes: { protected: false }, api: false });
    assert.equal(status, 'not-applicable');
  });
});

const html = (title: string, ...lines: string[]) =>
  `<html><head><title>${title}</title></head><body>${lines.map((line) => `<p>${line}</p>`).join('')}</body></html>`;
const REFUSED: Answer = { status: 307, headers: { location: '/sign-in' } };

/** A recording of one page with one variant. */
function recording(
  {
    answer,
    signedIn,
    ...variant
  }: Partial<PlaceEvidence['attempts'][number]['variant']> & { answer: Answer; signedIn?: Answer },
  plain: Answer = REFUSED,
): BypassEvidence {
  const page = exchange({ path: '/sign-in', body: html('Sign in', 'Sign in to Acme', 'Your e-mail', 'Your password') });
  return {
    publicPages: [exchange({ body: html('Acme', 'Welcome to Acme', 'Buy things', 'Contact us') }), page],
    places: [
      {
        place: PAGE,
        plain: visit(exchange({ path: '/dashboard', ...plain }), page),
        siblings: [
          exchange({ path: '/unknown', status: 404, body: html('Acme', 'Nothing here', 'Go home', 'Contact us') }),
        ],
        attempts: [
          {
            variant: {
              name: 'a variant',
              changes: 'path',
              source: 'https://example.com',
              textOnly: false,
              samePlace: false,
              request: { path: '/x' },
              ...variant,
            },
            exchange: exchange({ path: '/x', ...answer }),
          },
        ],
        ...(signedIn && { signedIn: exchange({ path: '/dashboard', ...signedIn }) }),
      },
    ],
    leftOut: [],
  };
}

const REAL = html('Dashboard', 'Your invoices', 'Invoice for Ada Lovelace', 'Due on Monday');

describe('the oracle of routes/bypass', () => {
  const judge = (evidence: BypassEvidence) => bypass.judge(evidence, expectation({ routes: { signIn: '/sign-in' } }));

  it('learns from the session what must not come back, in a payload too', () => {
    const payload = {
      headers: { 'content-type': 'text/x-component' },
      body: '0:["Your invoices","Invoice for Ada Lovelace"]',
    };
    const finding = only(judge(recording({ answer: payload, textOnly: true, signedIn: { body: REAL } })));
    assert.match(finding.message, /with the protected text "Your invoices"/);
    assertClean(
      judge(recording({ answer: { ...payload, body: '0:["Loading"]' }, textOnly: true, signedIn: { body: REAL } })),
    );
  });

  it('does not take one text of the page on another page for the page', () => {
    const other = { body: html('Help', 'About invoices', 'Due on Monday', 'Contact us') };
    assertClean(judge(recording({ answer: other, signedIn: { body: REAL } })));
  });

  it('says of data without a guard where the guard is left out', () => {
    const data = { body: '{"pageProps":{"invoices":["Invoice for Ada Lovelace","Your invoices"]}}' };
    const finding = only(judge(recording({ answer: data, changes: 'data', signedIn: { body: REAL } })));
    assert.match(`${finding.cause} ${finding.fix}`, /its data is not: getServerSideProps.*whatever the request is/);
  });

  for (const [framework, path, leak, redirected, nobodys, advice] of [
    [
      'react-router',
      '/dashboard.data?_routes=routes%2Fdashboard',
      '[{"_1":2},"routes/dashboard",{"_3":4},"data",{"_5":6},"invoices",["Your invoices","Invoice for Ada Lovelace"]]',
      '[["SingleFetchRedirect",1],{"_2":3},"redirect","/sign-in?redirect_url=%2Fdashboard"]',
      '[{"_1":2},"routes/dashboard",{"_3":4},"data",{"_5":6},"invoices",[]]',
      /loader of a layout.*middleware of the layout route/,
    ],
    [
      'sveltekit',
      '/dashboard/__data.json?x-sveltekit-invalidated=001',
      '{"type":"data","nodes":[{"type":"skip"},{"type":"skip"},{"type":"data","data":[{"a":1,"b":2},"Your invoices","Invoice for Ada Lovelace"]}]}',
      '{"type":"redirect","location":"/sign-in?redirect_url=/dashboard"}',
      '{"type":"data","nodes":[{"type":"skip"},{"type":"skip"},{"type":"data","data":[{"a":1},[]]}]}',
      /\+layout\.server file.*hooks\.server/,
    ],
  ] as const) {
    it(`tells the data of a page of ${framework} from a redirect, and from data that shows nothing of a user`, () => {
      const answered = (body: string) =>
        judge(recording({ answer: { path, body }, changes: 'data', of: framework, signedIn: { body: REAL } }));
      const leaked = only(answered(leak));
      assert.equal(leaked.level, 'error');
      assert.match(`${leaked.cause} ${leaked.fix}`, advice);
      assertClean(answered(redirected));
      const doubtful = only(answered(nobodys));
      assert.equal(doubtful.level, 'warning');
      assert.match(doubtful.message, /with data of the page, though nothing in it is known to be for its users only/);
    });
  }

  it('finds the page in the body of a redirect', () => {
    only(judge(recording({ answer: { ...REFUSED, body: REAL }, signedIn: { body: REAL } })));
  });

  describe('on the plain refusal', () => {
    const refused = (
      plain: Answer,
      signedIn: Answer = { body: REAL },
      options: Partial<Place & { contains: string }> = {},
    ) => {
      const evidence = recording({ answer: REFUSED, signedIn }, plain);
      const [place] = evidence.places;
      assert.ok(place);
      return judge({ ...evidence, places: [{ ...place, place: { ...place.place, ...options } }] });
    };

    it('fails a redirect, or a status, whose body is the page', () => {
      for (const plain of [
        { ...REFUSED, body: REAL },
        { status: 401, body: REAL },
      ]) {
        const finding = only(refused(plain));
        assert.equal(finding.level, 'error');
        assert.match(`${finding.message} ${finding.cause}`, /"Your invoices".*execution after redirect/);
      }
    });

    it('fails an API that sets 401 and answers the data', () => {
      const json = {
        headers: { 'content-type': 'application/json' },
        body: '{"id":"user_ada","mail":"ada@acme.example"}',
      };
      assert.equal(only(refused({ status: 401, ...json }, json, { kind: 'api' })).level, 'error');
      assertClean(refused({ status: 401, ...json, body: '{"error":"user_unknown"}' }, json, { kind: 'api' }));
    });

    it('warns where the refusal has some of it, unless the known text is not among it', () => {
      const nav = ['Your projects', 'Your team', 'Your plan'];
      const signedIn = { body: html('Dashboard', ...nav, 'Invoice for Ada Lovelace') };
      const plain = { status: 401, body: html('Dashboard', ...nav, 'Sign in to see this') };
      assert.equal(only(refused(plain, signedIn)).level, 'warning');
      assertClean(refused(plain, signedIn, { contains: 'Invoice for Ada Lovelace' }));
    });

    it('takes neither the sign-in page in place nor a shell for the page', () => {
      for (const [plain, signedIn] of [
        [html('Sign in', 'Sign in to Acme', 'Your e-mail', 'Your password'), REAL],
        [html('Dashboard', 'Dashboard', 'Please sign in'), html('Dashboard', 'Dashboard')],
        [SHELL, SHELL],
      ] as const)
        assertClean(refused({ status: 401, body: plain }, { body: signedIn }));
    });
  });

  it('does not take the shell of a single-page app for the page, though the test user gets it', () => {
    const shell = { body: '<html><title>Acme</title><div id="root"></div></html>' };
    const evidence = recording({ answer: shell, signedIn: shell });
    const [place] = evidence.places;
    assert.ok(place);
    const siblings = [exchange({ path: '/unknown', ...shell })];
    assertClean(judge({ ...evidence, places: [{ ...place, siblings }] }));
  });

  it('does not take a sign-in form in the place of the page for the page', () => {
    const form = { body: '<html><title>Hello</title><form><input type="password"></form></html>' };
    assertClean(judge(recording({ answer: form, samePlace: true, changes: 'headers' })));
  });

  it('warns, and doubts, where something else answers and nothing is known of the page', () => {
    const judgement = judge(recording({ answer: { body: html('Acme', 'Something', 'Quite', 'Different') } }));
    assert.equal(only(judgement).level, 'warning');
    assert.match(judgement.unverified ?? '', /set contains to a text of the real page, or set session\.user/);
  });

  it('says when nothing shows that the page exists', () => {
    const evidence = recording({ answer: { status: 404 } }, { status: 404 });
    assert.match(judge(evidence).unverified ?? '', /nothing shows that \/dashboard exists/);
  });

  it('warns where Clerk’s middleware did not run', () => {
    const clerk = { headers: { location: '/sign-in', 'x-clerk-auth-status': 'signed-out' } };
    const skipped = recording(
      { answer: { status: 404 }, samePlace: true, changes: 'headers' },
      { ...REFUSED, ...clerk },
    );
    const finding = only(judge(skipped));
    assert.deepEqual([finding.level, /the middleware did not run/.test(finding.message)], ['warning', true]);
    const ran = recording(
      { answer: { status: 404, headers: { 'x-clerk-auth-status': 'signed-out' } }, samePlace: true },
      { ...REFUSED, ...clerk },
    );
    assertClean(judge(ran));
  });

  it('is silent where the middleware runs for the routes that there are, and another address has none', () => {
    const scoped = recording(
      { answer: { status: 404 }, samePlace: true, changes: 'path' },
      { status: 307, headers: { location: '/sign-in', 'x-clerk-auth-status': 'signed-out' } },
    );
    assertClean(judge(scoped));
  });
});
