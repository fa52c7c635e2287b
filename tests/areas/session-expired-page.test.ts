import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { expiredPage } from '../../src/areas/session.ts';
import { Tab } from '../../src/browser.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { Judgement } from '../../src/result.ts';
import { Target } from '../../src/target/target.ts';

const HOST = 'app.readiness.test';
const FORM = '<h1>Sign in</h1><form><input type="email" name="identifier"><button>Continue</button></form>';

type Guard = (request: IncomingMessage, response: ServerResponse) => void;

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(`<!doctype html><title>App</title>${body}`);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(307, { location }).end();
}

/** How an app treats a visitor of a protected page who is not signed in. */
const toSignIn: Guard = (_request, response) => redirect(response, '/sign-in?redirect_url=%2Fdashboard');

/** As Clerk does: the first `__client_uat` of the request counts, and the app's own stands on the shared domain. */
const clientOnSharedDomain: Guard = (request, response) => {
  const first = /(?:^|; )__client_uat=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
  if (first === undefined || first === '0') return toSignIn(request, response);
  response
    .writeHead(307, { location: '/dashboard', 'set-cookie': '__client_uat=0; Path=/; Domain=readiness.test' })
    .end();
};

describe('a real browser before a real server', () => {
  let server: Server;
  let browser: Browser;
  let guard: Guard = toSignIn;
  before(async () => {
    server = createServer((request, response) => {
      if (request.url?.split('?')[0] === '/dashboard') guard(request, response);
      else if (request.url?.startsWith('/sign-in') === true) send(response, 200, FORM);
      else send(response, 200, '<h1>Home</h1>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch(browserLaunchOptions(process.env, { [HOST]: '127.0.0.1' }));
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  async function verdict(apply: Guard): Promise<Judgement> {
    guard = apply;
    const readiness = resolveOptions(
      {
        baseURL: `http://${HOST}:${(server.address() as AddressInfo).port}`,
        profile: 'staging',
        routes: { protected: [{ path: '/dashboard', contains: 'Top secret' }], signIn: '/sign-in' },
        network: { resolve: { [HOST]: '127.0.0.1' } },
      },
      {},
    );
    const target = await Target.connect(readiness);
    const tab = await Tab.open(browser, readiness);
    try {
      const context = { readiness, target, identity: target.identity, tab };
      return expiredPage.judge(await expiredPage.collect(context), context);
    } finally {
      await tab.close();
      await target.close();
    }
  }

  const errors = ({ findings }: Judgement) => findings.map(({ message }) => message);

  test('finds nothing wrong with a redirect to sign-in, and says which tokens it could not make', async () => {
    const judgement = await verdict(toSignIn);
    assert.deepEqual(errors(judgement), []);
    assert.match(judgement.unverified ?? '', /set clerk\.publishableKey/);
  });
  test('plants __client_uat where the app keeps it, so that no loop of our own making is reported', async () => {
    assert.deepEqual(errors(await verdict(clientOnSharedDomain)), []);
  });

  const defects: ReadonlyArray<readonly [name: string, guard: Guard, message: RegExp]> = [
    [
      'an exception in a script',
      (_request, response) => send(response, 200, `${FORM}<script>null.user</script>`),
      /nothing catches it: TypeError/,
    ],
    [
      'the protected text',
      (_request, response) => send(response, 200, '<h1>Top secret</h1>'),
      /protected page is shown/,
    ],
    [
      'white text on white',
      (_request, response) =>
        send(
          response,
          200,
          '<style>*{color:#fff;background:#fff;border:0;outline:0;text-decoration:none}</style><a href="/sign-in">Sign in</a>',
        ),
      /every pixel has one colour/,
    ],
    [
      'scripts that send the visitor back and forth',
      (_request, response) => send(response, 200, '<script>location.replace("/dashboard?"+Math.random());</script>'),
      /redirected/,
    ],
  ];
  for (const [name, apply, message] of defects) {
    test(`finds ${name}`, async () => {
      const withCookies: Guard = (request, response) =>
        /__(session|client_uat)=/.test(request.headers.cookie ?? '')
          ? apply(request, response)
          : toSignIn(request, response);
      const found = errors(await verdict(withCookies));
      assert.ok(found.length > 0);
      for (const one of found) assert.match(one, message);
    });
  }
});
