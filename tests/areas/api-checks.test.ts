import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authenticated, csrf, errorShape, forgedToken, unauthenticated401 } from '../../src/areas/api.ts';
import type { GenuineCall } from '../../src/areas/api/authenticated.ts';
import { foreignRequests } from '../../src/areas/api/csrf.ts';
import type { CsrfTrial } from '../../src/areas/api/csrf.ts';
import { forgeries } from '../../src/areas/api/forgeries.ts';
import type { ForgedTokenEvidence, Trial } from '../../src/areas/api/forged-token.ts';
import type { ApiRouteOptions } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ApiRoute } from '../../src/config/options.ts';
import { sdkFaultEvidence } from '../../src/target/sdk-fault.ts';
import { exchange, expectation, failure, ORIGIN } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const json = (status: number, body = '{}', headers: Record<string, string> = {}) =>
  exchange({ path: '/api/me', status, body, headers: { ...JSON_TYPE, ...headers } });

function declared(options: ApiRouteOptions): ApiRoute {
  const { api } = resolveOptions({ baseURL: ORIGIN, api: [options] }, {});
  assert.ok(api && api[0]);
  return api[0];
}
const ME = declared({ path: '/api/me' });
const ALL = await forgeries({ origin: ORIGIN, issuer: 'https://clerk.example.com' });

describe('api/forged-token', () => {
  const trial = (
    answer: (name: string, carrier: string) => ReturnType<typeof json>,
    more: Partial<Trial> = {},
  ): Trial => ({
    route: ME,
    plain: json(401),
    answers: ALL.flatMap(({ name, mistake, token }) =>
      (['Bearer', 'cookie'] as const).map((carrier) => ({
        name,
        mistake,
        carrier,
        exchange: answer(name, carrier),
        ...sdkFaultEvidence(token),
      })),
    ),
    ...more,
  });
  const judge = (evidence: Partial<ForgedTokenEvidence>) =>
    forgedToken.judge({ trials: [], ...evidence }, expectation());

  it('passes when all are refused, and owns that it has no control', () => {
    const judgement = judge({ trials: [trial(() => json(401))] });
    assertClean(judgement);
    assert.match(judgement.summary, /no positive control without a test user, and no genuine token was bent/);
  });
  it('passes with the genuine token as the control', () => {
    const judgement = judge({ trials: [trial(() => json(401), { genuine: json(200) })] });
    assertClean(judgement);
    assert.match(judgement.summary, /the genuine token gets 200$/);
  });
  for (const status of [400, 403, 404, 307, 431])
    it(`passes when forgeries get ${status}`, () => assertClean(judge({ trials: [trial(() => json(status))] })));
  it('passes on a 403 that is also the answer without a token', () =>
    assertClean(
      judge({
        trials: [
          trial(() => json(403), {
            route: declared({ path: '/api/me', unauthenticatedStatus: [403], authenticatedStatus: [403] }),
            plain: json(403),
            genuine: json(403),
          }),
        ],
      }),
    ));

  it('says once that nothing is verified', () => {
    const finding = only(judge({ trials: [trial((name) => json(name === 'garbage' ? 401 : 200))] }));
    assert.equal(finding.subject, 'GET /api/me');
    assert.match(finding.cause, /decodes the token/);
  });
  it('names one accepted forgery, its carriers, its mistake and Clerk’s reason', () => {
    const finding = only(
      judge({
        trials: [
          trial((name) =>
            name === 'alg none' ? json(200, '{}', { 'x-clerk-auth-reason': 'token-invalid' }) : json(401),
          ),
        ],
      }),
    );
    assert.equal(finding.subject, 'GET /api/me: alg none');
    assert.match(finding.message, /as Bearer and as cookie \(x-clerk-auth-reason: token-invalid\)/);
    assert.match(finding.cause, /without a signature are allowed/);
  });
  it('fails when a forgery gets the 403 of the test user, who lacks the role', () => {
    const route = declared({ path: '/api/me', authenticatedStatus: [403] });
    const role = json(403, '{"error":"role"}');
    const trials = [trial((name) => (name === 'expired' ? role : json(401)), { route, genuine: role })];
    assert.equal(only(judge({ trials })).subject, 'GET /api/me: expired');
  });
  it('fails once on 5xx', () => {
    const finding = only(judge({ trials: [trial((name) => json(name.startsWith('alg') ? 500 : 401))] }));
    assert.match(finding.message, /answered with 5xx, as Bearer: alg none, alg None, alg NONE, alg nOnE and \d more/);
  });
  it('warns of 5xx where older releases of Clerk’s SDKs give it, and fails where other forgeries get it too', () => {
    const crashes = (...names: readonly string[]) =>
      only(judge({ trials: [trial((name) => json(names.includes(name) ? 500 : 401))] }));
    const finding = crashes('garbage', 'three empty segments');
    assert.equal(finding.level, 'warning');
    assert.match(finding.fix, /@clerk\/backend is 3\.15\.0 or later/);
    assert.equal(crashes('garbage', 'three empty segments', 'alg none').level, 'error');
    assert.equal(crashes('garbage').level, 'error');
  });
  it('warns of a token of another origin', () => {
    const sibling = { origin: 'https://other.example.com', route: ME, exchange: json(200) };
    const finding = only(judge({ trials: [trial(() => json(401))], sibling }));
    assert.equal(finding.level, 'warning');
    assert.match(finding.cause, /authorizedParties/);
    assertClean(judge({ trials: [trial(() => json(401))], sibling: { ...sibling, exchange: json(401) } }));
    // A route for machines refuses the session of the test user as well, and that is what it is declared to do.
    const machines = declared({ path: '/api/me', authenticatedStatus: [401] });
    assertClean(
      judge({ trials: [trial(() => json(401))], sibling: { ...sibling, route: machines, exchange: json(401) } }),
    );
  });
  for (const status of [200, 500])
    it(`proves nothing at a route that answers ${status} without a token`, () => {
      const { findings, unverified } = judge({ trials: [trial(() => json(status), { plain: json(status) })] });
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', /make api\/unauthenticated-401 pass first/);
    });
  it('is not verified without a route to read, or without the key id', () => {
    assert.match(judge({}).unverified ?? '', /no route of api takes GET/);
    assert.match(
      judge({ trials: [trial(() => json(401))], keyUnknown: 'unreachable' }).unverified ?? '',
      /no forgery got as far as its signature: unreachable/,
    );
  });
  it('leaves failed connections to the engine', () =>
    assert.deepEqual(
      judge({ trials: [trial(() => failure('ECONNRESET'), { plain: failure('ECONNRESET') })] }).findings,
      [],
    ));
  it('throws rather than pass on too few forgeries', () =>
    assert.throws(() => judge({ trials: [{ ...trial(() => json(401)), answers: [] }] }), /only 0 forgeries/));
});

describe('api/authenticated', () => {
  const judge = (call: Partial<GenuineCall>, options: ApiRouteOptions = { path: '/api/me' }) =>
    authenticated.judge(
      [{ route: declared(options), cookie: json(401), bearer: json(401), anyones: [json(401)], ...call }],
      expectation({ api: [options] }),
    );
  it('passes by cookie or as Bearer', () => {
    assertClean(judge({ cookie: json(200) }));
    assertClean(judge({ bearer: json(200) }));
  });
  it('passes on a declared 403', () =>
    assertClean(judge({ cookie: json(403), bearer: json(403) }, { path: '/api/me', authenticatedStatus: [403] })));
  it('fails when a user who is to be refused is let in, by either way, and names the missing role', () => {
    const refused = { path: '/api/me', authenticatedStatus: [403] };
    for (const call of [
      { cookie: json(200), bearer: json(200) },
      { cookie: json(200), bearer: json(403) },
      { cookie: json(403), bearer: json(200) },
    ]) {
      const finding = only(judge(call, refused));
      assert.match(finding.message, /(answered|as Bearer) 200/);
      assert.match(finding.cause, /lets the test user in, whom authenticatedStatus says it refuses/);
      assert.match(finding.fix, /role or permission/);
    }
    assertClean(judge({ cookie: json(403), bearer: json(401) }, refused));
    assertClean(judge({ cookie: json(204), bearer: json(401) }, { path: '/api/me', authenticatedStatus: [204, 403] }));
  });
  it('says which routes it could not ask', () =>
    assert.match(
      authenticated.judge(
        [{ route: ME, cookie: json(200), bearer: json(200), anyones: [] }],
        expectation({ api: ['/api/me', { path: '/api/x', methods: ['POST'] }] }),
      ).summary,
      /take no GET: \/api\/x/,
    ));
  it('is not verified where the test user gets what anyone gets', () => {
    const shell = (path: string) => exchange({ path, body: '<title>App</title><div id="root"></div>' });
    const nobody = json(200, '{"errors":["UNAUTHENTICATED"]}');
    const page = exchange({ path: '/api/me', body: '<!doctype html><h1>App</h1>' });
    assertClean(judge({ cookie: page }, { path: '/api/me', authenticatedStatus: [200] }));
    for (const call of [
      { cookie: page },
      { cookie: shell('/api/me'), bearer: shell('/api/me'), anyones: [json(401), shell('/api/unknown')] },
      { cookie: nobody, bearer: nobody, anyones: [nobody, json(404)] },
    ])
      assert.match(
        judge(call).unverified ?? '',
        /GET \/api\/me \(200\) gives the test user a page, or what anyone gets/,
      );
    assertClean(judge({ cookie: json(200, '{"id":7}'), bearer: nobody, anyones: [nobody] }));
    assertClean(judge({ cookie: json(200, '[]'), anyones: [json(401, '[]')] }));
  });
  it('is not verified when no route takes GET', () =>
    assert.match(
      authenticated.judge([], expectation({ api: [{ path: '/api/x', methods: ['POST'] }] })).unverified ?? '',
      /no route of api takes GET.*\/api\/x/,
    ));
  for (const [name, answer, text] of [
    ['401', { status: 401 }, /handler sees no session.*authenticatedStatus: \[401\]/],
    [
      'the reason of authorizedParties',
      { status: 401, headers: { 'x-clerk-auth-reason': 'token-invalid-authorized-parties' } },
      /authorizedParties/,
    ],
    [
      'the reason of foreign keys',
      { status: 401, headers: { 'x-clerk-auth-reason': 'jwk-kid-mismatch' } },
      /keys of another instance/,
    ],
    ['403', { status: 403 }, /authenticatedStatus: \[403\]/],
    ['404', { status: 404 }, /auth\.protect\(\) hides/],
    [
      'a handshake',
      { status: 307, headers: { location: 'https://clerk.example.com/v1/client/handshake' } },
      /handshake/,
    ],
    ['a redirect', { status: 307, headers: { location: '/onboarding' } }, /onboarding/],
    ['500', { status: 500 }, /no row in the database/],
    ['400', { status: 400 }, /needs parameters/],
  ] as ReadonlyArray<readonly [string, Answer, RegExp]>) {
    it(`fails on ${name}`, () => {
      const finding = only(judge({ cookie: exchange({ path: '/api/me', ...answer }) }));
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }
});

describe('api/csrf', () => {
  const POST = declared({ path: '/api/projects', methods: ['POST'], body: { name: 'x' } });
  const foreign = (status: number, headers = {}) => [
    { name: 'https://evil.example, text/plain', exchange: json(status, '', headers) },
    { name: 'null, text/plain', exchange: json(403) },
  ];
  const judge = (trial: Partial<CsrfTrial>) =>
    csrf.judge(
      [{ route: POST, own: json(201), foreign: foreign(403), ...trial }],
      expectation({ api: [POST as ApiRouteOptions] }),
    );
  for (const status of [400, 401, 403, 415])
    it(`passes on ${status}`, () => assertClean(judge({ foreign: foreign(status) })));
  it('passes on a redirect to sign-in', () => assertClean(judge({ foreign: foreign(303, { location: '/sign-in' }) })));
  for (const [status, headers] of [
    [201, {}],
    [303, { location: '/projects' }],
  ] as const)
    it(`fails on ${status}`, () => {
      const finding = only(judge({ foreign: foreign(status, headers) }));
      assert.match(finding.message, new RegExp(`evil.example, text/plain: ${status} .*201 from the app`));
      assert.match(finding.cause, /SameSite=Lax/);
    });
  it('sends JSON without a content type too, which guards by content type overlook', () => {
    const untyped = foreignRequests(POST, ORIGIN).find(({ name }) => name === 'https://evil.example, no content type');
    assert.deepEqual(Object.keys(untyped?.request.headers ?? {}), ['origin', 'sec-fetch-site', 'sec-fetch-mode']);
    assert.equal(untyped?.request.body, '{"name":"x"}');
  });
  it('asks from a subdomain as a browser there does, because the cookie travels within the site', () => {
    const within = foreignRequests(POST, ORIGIN).filter(
      ({ request }) => new Headers(request.headers as HeadersInit).get('sec-fetch-site') === 'same-site',
    );
    assert.deepEqual(
      within.map(({ name }) => name),
      ['https://evil.app.example.com, text/plain'],
    );
    assert.equal(foreignRequests(POST, 'http://127.0.0.1:3000').length, foreignRequests(POST, ORIGIN).length - 1);
  });
  it('does not apply where a cookie authorises nothing', () => {
    const judgement = judge({ own: json(401), bearer: json(201), foreign: [] });
    assert.deepEqual(judgement.findings, []);
    assert.match(judgement.inapplicable ?? '', /POST \/api\/projects takes no cookie: 401, as Bearer 201/);
  });
  it('does not apply to a route for machines, which is declared to refuse the test user', () => {
    const route = { ...POST, authenticatedStatus: [401] };
    const { inapplicable } = judge({ route, own: json(401), bearer: json(401), foreign: [] });
    assert.match(inapplicable ?? '', /POST \/api\/projects takes no cookie/);
  });
  it('does not apply without POST', () =>
    assert.match(csrf.judge([], expectation({ api: ['/api/me'] })).inapplicable ?? '', /no declared route takes POST/));
  for (const [name, trial, text] of [
    ['the body does not fit', { own: json(400), foreign: [] }, /give api a body that POST \/api\/projects takes/],
    ['nobody gets in', { own: json(401), bearer: json(401), foreign: [] }, /api\/authenticated pass first/],
    ['the test user may not', { own: json(403), foreign: [] }, /give the test user/],
    ['the answer is 500', { foreign: foreign(500) }, /neither yes nor no/],
  ] as ReadonlyArray<readonly [string, Partial<CsrfTrial>, RegExp]>)
    it(`is not verified when ${name}`, () => {
      const { findings, unverified } = judge(trial);
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', text);
    });
});

describe('api/error-shape', () => {
  const judge = (answer: Answer, { byRoute = true, options = { path: '/api/me' } as ApiRouteOptions } = {}) =>
    errorShape.judge(
      [
        {
          route: declared(options),
          provocations: [
            { name: 'no session', byRoute: true, exchange: json(401) },
            { name: 'malformed JSON', byRoute, exchange: exchange({ path: '/api/me', ...answer }) },
          ],
        },
      ],
      expectation(),
    );
  for (const [name, answer] of [
    ['JSON', { status: 400, headers: JSON_TYPE, body: '{"error":"invalid_name"}' }],
    [
      'problem+json',
      { status: 401, headers: { 'content-type': 'application/problem+json' }, body: '{"type":"about:blank"}' },
    ],
    ['text', { status: 500, headers: { 'content-type': 'text/plain' }, body: 'Internal Server Error' }],
    ['no body', { status: 405, body: '' }],
    ['a bare word, which Express sends as text/html', { status: 403, body: 'Forbidden' }],
    ['the refusal of a long query by the edge', { status: 414, body: '<h1>Request-URI Too Large</h1>' }],
    [
      'words that are no leak',
      {
        status: 400,
        headers: JSON_TYPE,
        body: '{"detail":"select a plan from the list at https://example.com/home/app.js","instance":"/home/settings/1"}',
      },
    ],
    ['a page that is no error', { status: 200, body: '<h1>at /srv/app/x.ts:1:2</h1>' }],
  ] as ReadonlyArray<readonly [string, Answer]>)
    it(`passes on ${name}`, () => assertClean(judge(answer)));
  for (const [name, body, text] of [
    ['a stack', '{"stack":"Error: x\\n    at read (/srv/app/lib/session.ts:18:21)"}', /shows a stack trace/],
    ['a Python stack', 'Traceback (most recent call last):', /shows a stack trace/],
    [
      'a path',
      '{"error":"ENOENT: open \'/var/task/config/keys.json\'"}',
      /a path of the server: \/var\/task\/config\/keys\.json/,
    ],
    ['a module', "Cannot find module 'node_modules/pg/lib'", /a path of the server/],
    ['SQL of Postgres', 'relation "users" does not exist', /shows SQL/],
    ['SQL of MySQL', 'ER_DUP_ENTRY: Duplicate entry', /shows SQL/],
    ['a query', 'failed: SELECT id FROM users', /shows SQL/],
    ['Prisma', 'Invalid `prisma.user.findUnique()` invocation', /shows SQL/],
    ['a variable', 'DATABASE_URL is not set', /shows the environment/],
    ['a connection string', 'cannot reach postgres://app@db.internal/main', /shows the environment/],
  ] as const)
    it(`fails on ${name}`, () => assert.match(only(judge({ status: 500, headers: JSON_TYPE, body })).message, text));
  for (const status of [401, 400, 500])
    it(`fails on an HTML ${status} of the route`, () => {
      const finding = only(judge({ status, body: '<h1>no</h1>' }));
      assert.deepEqual([finding.level, /page/.test(finding.cause)], ['error', true]);
    });
  it('fails on a path in a bare text that Express sends as text/html', () =>
    assert.match(
      only(judge({ status: 500, body: "open '/var/task/config/keys.json'" })).message,
      /a path of the server/,
    ));
  it('does not print a huge query', () =>
    assert.ok(
      only(judge({ path: `/api/me?a=${'x'.repeat(4000)}`, status: 500, body: '<h1>no</h1>' })).message.length < 700,
    ));
  it('only warns of an HTML 404, which Next.js gives by itself', () =>
    assert.equal(only(judge({ status: 404, body: '<h1>no</h1>' }, { byRoute: false })).level, 'warning'));
  it('leaves an undeclared HTML 404 of the route to api/unauthenticated-401', () =>
    assert.equal(only(judge({ status: 404, body: '<h1>no</h1>' })).level, 'warning'));
  it('fails on a stack in a page of the framework', () =>
    assert.match(
      only(judge({ status: 500, body: '<pre>at x (/srv/app/a.js:1:2)</pre>' }, { byRoute: false })).message,
      /stack/,
    ));
  it('is not verified when nothing was refused', () => {
    const provocations = [{ name: 'no session', byRoute: true, exchange: json(200) }];
    assert.match(
      errorShape.judge([{ route: ME, provocations }], expectation()).unverified ?? '',
      /unauthenticated-401/,
    );
  });
});

describe('api/unauthenticated-401 in mode read-only', () => {
  const options = { api: [{ path: '/api/me', methods: ['GET', 'DELETE'] }] };
  const calls = [{ route: ME, method: 'GET', exchange: json(401) }];
  it('is not verified when a method was held back, and names it', () =>
    assert.match(
      unauthenticated401.judge(calls, expectation(options)).unverified ?? '',
      /DELETE \/api\/me; set mode: 'full'/,
    ));
  it('passes in mode full', () =>
    assertClean(unauthenticated401.judge(calls, expectation({ ...options, mode: 'full' }))));
});
