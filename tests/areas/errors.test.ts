import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authFailure, notFoundPage } from '../../src/areas/errors.ts';
import type { NotFoundEvidence } from '../../src/areas/errors.ts';
import type { Exchange, Visit } from '../../src/target/exchange.ts';
import { sdkFaultEvidence } from '../../src/target/sdk-fault.ts';
import { exchange, expectation, visit } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const BRANDED = '<!doctype html><title>Lost</title><h1>We could not find that</h1><a href="/">Back home</a>';
const HOME = visit(exchange({ body: '<h1>Home</h1><p>Welcome to the app</p>' }));
const unknown = (answer: Answer) => visit(exchange({ path: '/unknown', status: 404, body: BRANDED, ...answer }));
const toSignIn = visit(
  exchange({ path: '/unknown', status: 307, headers: { location: '/sign-in' } }),
  exchange({ path: '/sign-in' }),
);

function notFound(answer: Answer = {}, over: Partial<NotFoundEvidence> = {}) {
  return notFoundPage.judge({ unknown: unknown(answer), unknownFile: unknown({}), home: HOME, ...over }, expectation());
}

describe('errors/not-found-page', () => {
  it('passes on a branded 404 page', () => assertClean(notFound()));
  it('passes on a branded page whose scripts still name the default of Next', () => {
    assertClean(
      notFound({
        body: `${BRANDED}<script>self.__next_f.push([1,"\\"className\\":\\"next-error-h1\\",\\"children\\":\\"This page could not be found.\\""])</script>`,
      }),
    );
  });
  it('passes on the page of a file path where every other path needs a session', () => {
    const judgement = notFound({}, { unknown: toSignIn });
    assertClean(judgement);
    assert.match(judgement.summary, /seen on a file path/);
  });
  it('is not verified where every path needs a session', () =>
    assert.match(notFound({}, { unknown: toSignIn, unknownFile: toSignIn }).unverified ?? '', /lead to sign-in/));
  it('is not verified for the shell of a single-page app', () => {
    const shell = '<html><div id="root"></div><script src="/app.js"></script>';
    assert.match(
      notFound({ status: 200, body: shell }, { home: visit(exchange({ body: shell })) }).unverified ?? '',
      /single-page app/,
    );
  });

  for (const [name, answer, text] of [
    [
      'a soft 404',
      { status: 200, body: `${BRANDED}${'<p>A long page of the app, rendered for anything.</p>'.repeat(8)}` },
      /catch-all route.*notFound\(\)/,
    ],
    ['500', { status: 500 }, /Looking up the page throws.*Read the server log/],
    [
      'the default of Next',
      {
        body: '<style>.next-error-h1{}</style><h1 class="next-error-h1">404</h1><h2>This page could not be found.</h2>',
      },
      /app\/not-found\.tsx/,
    ],
    ['the default of Express', { body: '<pre>Cannot GET /unknown</pre>' }, /No 404 page of your own/],
    [
      'the default of nginx',
      { body: '<h1>404 Not Found</h1><hr><center>nginx/1.25</center>' },
      /No 404 page of your own/,
    ],
    [
      'the default of React Router',
      { body: '<title>Unhandled Thrown Response!</title><h1 style="font-size:24px">404 Not Found</h1>' },
      /No 404 page of your own/,
    ],
    [
      'the default of SvelteKit',
      { body: '<nav><a href="/">Acme</a></nav><h1>404</h1> <p>Not Found</p>' },
      /No 404 page of your own/,
    ],
    ['403 of a store', { status: 403, headers: { server: 'AmazonS3' } }, /AmazonS3 refuses what it does not have/],
    ['bare JSON', { headers: { 'content-type': 'application/json' }, body: '{}' }, /default handler answers/],
    [
      'a stack',
      { body: `${BRANDED}<pre>at find (/app/server.js:1:1)</pre>`.replace('/app/', '/app/lib/') },
      /development mode/,
    ],
    ['an empty page', { body: '<html><body></body></html>' }, /rendered in the browser only/],
  ] as const) {
    it(`fails on ${name}`, () => {
      const finding = only(notFound(answer));
      assert.deepEqual([finding.level, finding.subject], ['error', 'unknown path']);
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }
  it('names the redirect of unknown paths to a small home page', () => {
    const redirected = visit(
      exchange({ path: '/unknown', status: 302, headers: { location: '/' } }),
      exchange({ body: '<h1>Home</h1><p>Welcome to the app</p>' }),
    );
    const finding = only(notFound({}, { unknown: redirected }));
    assert.match(`${finding.message} ${finding.cause}`, /answers 302 to \/, and that 200 Unknown paths are redirected/);
  });
  it('warns on a page without a way back', () =>
    assert.equal(only(notFound({ body: '<h1>Not here</h1>' })).level, 'warning'));
});

const signIn = visit(
  exchange({ path: '/dashboard', status: 307, headers: { location: '/sign-in' } }),
  exchange({ path: '/sign-in' }),
);

function broken(made: Visit, { name = 'garbage __session', guarded = true, kind = 'live' as 'live' | 'test' } = {}) {
  return authFailure.judge(
    [
      { name: 'another', visit: signIn },
      { name, visit: made, ...(guarded && { plain: signIn }) },
    ],
    expectation({}, { publishableKeyKind: kind }),
  );
}
const dashboard = (answer: Answer): Exchange => exchange({ path: '/dashboard', ...answer });

describe('errors/auth-failure', () => {
  it('is not verified where the page is open without a credential', () => {
    const open = visit(dashboard({ body: '<h1>Dashboard</h1>' }));
    const judged = authFailure.judge([{ name: 'garbage __session', visit: open, plain: open }], expectation());
    assert.deepEqual(
      [judged.findings.length, judged.unverified?.includes('is open without any credential')],
      [0, true],
    );
  });
  for (const [name, made, guarded] of [
    ['a redirect to sign-in', signIn, true],
    ['401', visit(dashboard({ status: 401 })), true],
    ['404', visit(dashboard({ status: 404 })), true],
    ['a public page', visit(exchange({ body: '<h1>Home</h1>' })), false],
    [
      'a refusal that Next streams',
      visit(dashboard({ body: 'E{"digest":"NEXT_REDIRECT;replace;/sign-in;307;"}' })),
      true,
    ],
  ] as const) {
    it(`passes on ${name}`, () => assertClean(broken(made, { guarded })));
  }
  for (const [name, made, text] of [
    [
      '500',
      visit(dashboard({ status: 500 })),
      /throws on what it cannot parse.*getAuth\(\) runs where Clerk’s middleware/,
    ],
    [
      '500 after a redirect',
      visit(signIn.exchanges[0] ?? dashboard({}), exchange({ path: '/sign-in', status: 500 })),
      /throws/,
    ],
    ['a stack in a 400', visit(dashboard({ status: 400, body: 'at parse (/app/auth/token.js:3:3)' })), /throws/],
    ['a loop', { ...signIn, stopped: 'too-many-redirects' as const }, /each sends the visitor to the other/],
    [
      'a guard that only looks whether the cookie is there',
      visit(dashboard({ body: '<h1>Secret</h1>' })),
      /does not verify it.*signature/,
    ],
  ] as ReadonlyArray<readonly [string, Visit, RegExp]>) {
    it(`fails on ${name}`, () => {
      const finding = only(broken(made));
      assert.deepEqual([finding.level, finding.subject], ['error', 'garbage __session']);
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }
  it('warns on the 500 that Clerk itself gives a broken handshake on a development instance', () => {
    const made = visit(dashboard({ status: 500 }));
    assert.equal(only(broken(made, { name: 'garbage __clerk_handshake', kind: 'test' })).level, 'warning');
    assert.equal(only(broken(made, { name: 'garbage __clerk_handshake', kind: 'live' })).level, 'error');
    assert.equal(
      only(
        broken(visit(exchange({ path: 'https://clerk.example.com/v1/client/handshake', status: 500 })), {
          kind: 'test',
        }),
      ).level,
      'warning',
    );
  });
  it('over sockets: fails on a home page that breaks, where the protected one refuses', async () => {
    const { findings } = await verifySite(
      authFailure,
      (request, response) => {
        if (request.url?.startsWith('/dashboard') === true) response.writeHead(307, { location: '/sign-in' }).end();
        else if (request.url === '/' && request.headers.cookie?.includes('__session=garbage') === true)
          response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Broken</h1>');
        else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Home</h1>');
      },
      { routes: { protected: ['/dashboard'], signIn: '/sign-in' } },
    );
    assert.deepEqual(
      findings.map(({ subject }) => subject),
      ['garbage __session on /', 'garbage __session without __client_uat on /'],
    );
  });
  describe('where nothing fails but what older releases of Clerk’s SDKs fail on', () => {
    const sdk = (answer: Answer, others: ReadonlyArray<readonly [name: string, made: Visit]> = []) =>
      authFailure.judge(
        [
          { name: 'three parts', visit: visit(dashboard(answer)), plain: signIn, ...sdkFaultEvidence('a.b.c') },
          ...others.map(([name, made]) => ({ name, visit: made, plain: signIn })),
        ],
        expectation({}, { publishableKeyKind: 'test' }),
      );
    it('warns where a development instance fails on a handshake beside it', () =>
      assert.deepEqual(
        sdk({ status: 500 }, [['garbage __clerk_handshake', visit(dashboard({ status: 500 }))]]).findings.map(
          ({ level }) => level,
        ),
        ['warning', 'warning'],
      ));
    it('warns, and says which release to go to', () => {
      const judgement = sdk({ status: 500 }, [['garbage __session', signIn]]);
      const finding = only(judgement);
      assert.equal(finding.level, 'warning');
      assert.match(`${finding.cause} ${finding.fix}`, /three parts that are not JSON.*issues\/9263.*3\.15\.0 or later/);
      assert.match(judgement.summary, /^1 of 2 requests/);
    });
    it('warns where the home page, which the SDK may never see, bears it', () => {
      const { findings } = authFailure.judge(
        [
          { name: 'three parts', visit: visit(dashboard({ status: 500 })), ...sdkFaultEvidence('a.b.c') },
          { name: 'three parts on /', visit: HOME, home: true, ...sdkFaultEvidence('a.b.c') },
        ],
        expectation(),
      );
      assert.deepEqual(
        findings.map(({ level }) => level),
        ['warning'],
      );
    });
    it('fails where something else fails too', () => {
      const { findings } = sdk({ status: 500 }, [['garbage __session', visit(dashboard({ status: 500 }))]]);
      assert.deepEqual(
        findings.map(({ level }) => level),
        ['error', 'error'],
      );
    });
    it('fails where the same is refused as Bearer, which only code of the app does', () => {
      const { findings } = authFailure.judge(
        [
          { name: 'cookie', visit: visit(dashboard({ status: 500 })), ...sdkFaultEvidence('a.b.c') },
          { name: 'Bearer', visit: signIn, ...sdkFaultEvidence('a.b.c') },
        ],
        expectation(),
      );
      assert.deepEqual(
        findings.map(({ level, subject }) => [level, subject]),
        [['error', 'cookie']],
      );
    });
    it('fails where a stack is shown', () =>
      assert.equal(only(sdk({ status: 500, body: 'at parse (/app/auth/token.js:3:3)' })).level, 'error'));
    it('fails where such a credential is let in', () =>
      assert.equal(only(sdk({ body: '<h1>Secret</h1>' })).level, 'error'));
  });
});
