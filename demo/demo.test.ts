import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createClerkClient } from '@clerk/backend';
import { clerk } from '@clerk/testing/playwright';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { Webhook } from 'svix';
import { Agent, fetch } from 'undici';
import { waitForClerk, launchBrowser, watch } from './browser.ts';
import type { ClerkJs, Complaints } from './browser.ts';
import { startDemo } from './demo.ts';
import type { Demo, Instance } from './demo.ts';

const DOCUMENT = { accept: 'text/html', 'sec-fetch-dest': 'document' };
const ALLOWED_ORIGIN = 'https://app.demo.example';
const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });

let demo: Demo;
let browser: Browser;

before(async () => {
  demo = await startDemo({ kinds: ['live', 'test'], defects: false });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await demo?.close();
  await dispatcher.close();
});

function running(kind: 'live' | 'test'): Instance {
  const instance = demo.instances[kind];
  assert(instance, `the ${kind} instance runs`);
  return instance;
}

function ask(url: string, init: Parameters<typeof fetch>[1] = {}) {
  return fetch(url, { redirect: 'manual', dispatcher, ...init });
}

interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: Complaints;
}

/** Runs the steps in a fresh browser context, which must have nothing to complain about in the end, but what is expected. */
async function visit(instance: Instance, steps: (visit: Visit) => Promise<void>, expected = /^$/): Promise<void> {
  const context = await browser.newContext({ baseURL: instance.url, ignoreHTTPSErrors: true });
  context.setDefaultTimeout(15_000);
  const complaints = await watch(context);
  try {
    await steps({ context, page: await context.newPage(), complaints });
    assert.deepEqual(
      complaints.all.filter((complaint) => !expected.test(complaint)),
      [],
    );
  } finally {
    await context.close();
  }
}

async function signInByPassword(page: Page, instance: Instance): Promise<void> {
  await page.locator('input[name=identifier]').fill(instance.user.email);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  // Clerk's first form holds a password field too, for password managers.
  await page.waitForURL(/factor-one/);
  await page.locator('input[name=password]').fill(instance.user.password);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

async function signInByTicket(page: Page, instance: Instance): Promise<void> {
  const { secretKey, backendApiUrl, frontendApi } = instance;
  const backend = createClerkClient({ secretKey, apiUrl: backendApiUrl });
  const { token: ticket } = await backend.signInTokens.createSignInToken({
    userId: instance.clerk.user.id,
    expiresInSeconds: 60,
  });
  await page.goto('/');
  await clerk.signIn({
    page,
    signInParams: { strategy: 'ticket', ticket },
    setupClerkTestingTokenOptions: { frontendApiUrl: frontendApi },
  });
}

for (const kind of ['live', 'test'] as const) {
  describe(`${kind} instance, in a browser`, () => {
    test('public pages load Clerk and break no policy', () =>
      visit(
        running(kind),
        async ({ page }) => {
          for (const path of ['/', '/pricing', '/no-such-page']) {
            await page.goto(path);
            await waitForClerk(page);
            await page.getByRole('link', { name: 'Sign in' }).waitFor();
          }
          // The browser itself reports the status of the missing page.
        },
        /status of 404/,
      ));

    test('sign-up mounts', () =>
      visit(running(kind), async ({ page }) => {
        await page.goto('/sign-up');
        await page.locator('input[name=emailAddress]').waitFor();
      }));

    test('a protected page comes back after sign-in by password, and sign-out ends it', () =>
      visit(running(kind), async ({ page }) => {
        const instance = running(kind);
        await page.goto('/settings/billing');
        assert.equal(new URL(page.url()).pathname, '/sign-in');
        await signInByPassword(page, instance);
        await page.getByRole('heading', { name: 'Billing' }).waitFor();
        assert.equal(page.url(), `${instance.url}/settings/billing`);
        await page.goto('/dashboard');
        await page.getByText('Your projects').waitFor();
        await page.getByText(`Welcome, Jane (${instance.user.email})`).waitFor();
        await page.getByRole('button', { name: 'Open user menu' }).waitFor();
        assert.equal((await page.request.get('/api/me')).status(), 200);
        await clerk.signOut({ page });
        await page.goto('/dashboard');
        assert.equal(new URL(page.url()).pathname, '/sign-in');
        await page.locator('input[name=identifier]').waitFor();
      }));

    test('sign-in by ticket through @clerk/testing', () =>
      visit(running(kind), async ({ page }) => {
        await signInByTicket(page, running(kind));
        await page.goto('/dashboard');
        await page.getByText('Your projects').waitFor();
      }));

    test('a revoked session ends at sign-in or at the prompt, with the way back', async () => {
      const instance = running(kind);
      await visit(
        instance,
        async ({ page }) => {
          await signInByTicket(page, instance);
          await page.goto('/dashboard');
          await waitForClerk(page);
          instance.clerk.revokeSession(
            await page.evaluate(() => (window as { Clerk?: ClerkJs }).Clerk?.session?.id ?? ''),
          );
          await page.evaluate(() =>
            (window as { Clerk?: ClerkJs }).Clerk?.session?.getToken({ skipCache: true }).catch(() => null),
          );
          await page.getByText('Your session has expired').or(page.locator('input[name=identifier]')).first().waitFor();
          assert.equal(await page.getByText('Your projects').count(), 0);
        },
        /status of 401/,
      );
    });
  });
}

describe('live instance, over HTTP', () => {
  const get = (path: string, headers: Record<string, string> = DOCUMENT) =>
    ask(running('live').url + path, { headers });

  test('protected pages lead to sign-in and back', async () => {
    const { url } = running('live');
    for (const path of ['/dashboard', '/settings', '/settings/billing?a=b']) {
      const response = await get(path);
      assert.equal(response.status, 307);
      assert.equal(response.headers.get('location'), `${url}/sign-in?redirect_url=${encodeURIComponent(url + path)}`);
    }
  });

  test('a forwarded host of the client is not believed', async () => {
    const response = await get('/dashboard', { ...DOCUMENT, 'x-forwarded-host': 'evil.example' });
    assert.ok(response.headers.get('location')?.startsWith(running('live').url));
  });

  test('the API refuses anonymous requests in JSON', async () => {
    for (const [method, path] of [
      ['GET', '/api/me'],
      ['GET', '/api/projects'],
      ['POST', '/api/projects'],
      ['HEAD', '/api/me'],
    ] as const) {
      const response = await ask(running('live').url + path, { method });
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('cache-control'), 'no-store');
      if (method !== 'HEAD') assert.deepEqual(await response.json(), { error: 'unauthenticated' });
    }
    assert.equal((await ask(`${running('live').url}/api/projects`, { method: 'DELETE' })).status, 405);
  });

  test('every answer carries the security headers, every page a policy with its own nonce', async () => {
    const nonces = new Set<string>();
    for (const path of [
      '/',
      '/',
      '/sign-in',
      '/no-such-page',
      '/no-such-file.css',
      '/favicon.ico',
      '/robots.txt',
      '/api/me',
      '/dashboard',
    ]) {
      const { headers } = await get(path);
      for (const name of [
        'strict-transport-security',
        'x-content-type-options',
        'referrer-policy',
        'x-frame-options',
        'permissions-policy',
      ]) {
        assert.ok(headers.get(name), `${name} on ${path}`);
      }
      assert.equal(headers.get('x-powered-by'), null);
      if (!headers.get('content-type')?.startsWith('text/html')) continue;
      nonces.add(
        /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? assert.fail(`no nonce on ${path}`),
      );
    }
    assert.equal(nonces.size, 5);
    for (const nonce of nonces) assert.ok(Buffer.from(nonce, 'base64').length >= 16);
  });

  test('CORS permits one origin', async () => {
    const { url } = running('live');
    const preflight = (origin: string) =>
      ask(`${url}/api/projects`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const allowed = await preflight(ALLOWED_ORIGIN);
    assert.equal(allowed.status, 204);
    assert.equal(allowed.headers.get('access-control-allow-origin'), ALLOWED_ORIGIN);
    assert.match(allowed.headers.get('access-control-allow-methods') ?? '', /POST/);
    for (const origin of [
      'https://evil.example',
      'null',
      `${ALLOWED_ORIGIN}.evil.example`,
      ALLOWED_ORIGIN.replace('https', 'http'),
    ]) {
      for (const response of [await preflight(origin), await get('/api/me', { origin })]) {
        assert.equal(response.headers.get('access-control-allow-origin'), null);
        assert.match(response.headers.get('vary') ?? '', /\borigin\b/i);
      }
    }
  });

  test('webhooks: a signed delivery is taken twice, a forged one never', async () => {
    const { url, webhookSecret } = running('live');
    const send = (signature: string, id = 'msg_demo_1') =>
      ask(`${url}/api/webhooks/clerk`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'svix-id': id,
          'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
          'svix-signature': signature,
        },
      });
    const body = JSON.stringify({ type: 'probe.noop', object: 'event', data: { id: 'user_none' } });
    const at = new Date();
    const signature = new Webhook(webhookSecret).sign('msg_demo_1', at, body);
    assert.equal((await send(signature)).status, 200);
    assert.equal((await send(signature)).status, 200);
    assert.equal((await send(signature, 'msg_demo_2')).status, 400);
    assert.equal((await send('v1,AAAA')).status, 400);
    assert.equal((await ask(`${url}/api/webhooks/clerk`, { method: 'POST', body })).status, 400);
  });

  test('health follows the Backend API', async () => {
    const instance = running('live');
    const health = async () => {
      const response = await get('/api/health');
      return [response.status, response.headers.get('cache-control'), await response.json()];
    };
    assert.deepEqual(await health(), [200, 'no-store', { status: 'pass', checks: { clerk: { status: 'pass' } } }]);
    instance.clerk.setDown('backend', true);
    assert.deepEqual(await health(), [503, 'no-store', { status: 'fail', checks: { clerk: { status: 'fail' } } }]);
    instance.clerk.setDown('backend', false);
    assert.equal((await ask(`${instance.url}/api/health`, { method: 'HEAD' })).status, 200);
  });

  test('session tokens: genuine ones pass, expired and foreign ones do not', async () => {
    const { clerk: control, url } = running('live');
    const session = control.startSession(url);
    const me = async (token: string) => (await get('/api/me', { authorization: `Bearer ${token}` })).status;
    const now = Math.floor(Date.now() / 1000);
    assert.equal(await me(control.sessionToken(session)), 200);
    assert.equal((await get('/api/me', { cookie: control.cookieHeader(session) })).status, 200);
    assert.equal(await me(control.sessionToken(session, { iat: now - 120, nbf: now - 120, exp: now - 60 })), 401);
    assert.equal(await me(control.sessionToken(session, { azp: 'https://evil.example' })), 401);
    assert.equal(await me(`${control.sessionToken(session).slice(0, -8)}AAAAAAAA`), 401);
  });

  test('a cookie alone does not authorise a request of a foreign page', async () => {
    const { clerk: control, url } = running('live');
    const cookie = control.cookieHeader(control.startSession(url));
    const post = async (headers: Record<string, string>) =>
      (
        await ask(`${url}/api/projects`, {
          method: 'POST',
          headers: { cookie, 'content-type': 'application/json', ...headers },
          body: '{"name":"Test"}',
        })
      ).status;
    assert.equal(await post({ origin: 'https://evil.example' }), 403);
    assert.equal(await post({ origin: url }), 201);
  });

  test('contact is limited to twenty messages a minute', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 22; i++) {
      const response = await ask(`${running('live').url}/api/contact`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"message":"Hello"}',
      });
      statuses.push(response.status);
      if (response.status === 429) assert.ok(Number(response.headers.get('retry-after')) > 0);
    }
    assert.deepEqual([...new Set(statuses)], [202, 429]);
  });

  test('static files pass by the middleware', async () => {
    const script =
      /\/_next\/static\/[^"]+\.js/.exec(await (await get('/')).text())?.[0] ??
      assert.fail('no script on the home page');
    for (const path of ['/favicon.ico', '/images/fern.svg', '/robots.txt', script]) {
      const { status, headers } = await get(path);
      assert.equal(status, 200);
      assert.equal(headers.get('x-clerk-auth-status'), null);
      assert.equal(headers.get('set-cookie'), null);
    }
    assert.match((await get(script)).headers.get('cache-control') ?? '', /immutable/);
  });

  test('without leave, the defect header does nothing', async () => {
    assert.equal((await get('/', { ...DOCUMENT, 'x-demo-defect': 'no-such-defect' })).status, 200);
  });
});
