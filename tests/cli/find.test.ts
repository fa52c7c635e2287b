import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import test from 'node:test';
import { find } from '../../src/cli/check/find.ts';
import { renderFound } from '../../src/cli/check/found.ts';
import type { Found, FoundItem } from '../../src/cli/check/found.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';
import { serve } from '../support/server.ts';
import { app, USUAL } from './support/app.ts';

async function found(listener: RequestListener): Promise<Found> {
  const { origin } = await serve(listener);
  const readiness = resolveOptions({ baseURL: origin, profile: 'staging' }, {});
  const target = await Target.connect(readiness);
  try {
    return await find(target, readiness, { webhook: false, health: false });
  } finally {
    await target.close();
  }
}

const paths = (items: readonly FoundItem[]) => items.map(({ path }) => path).sort();

test('everything in its usual place is found, and how', async () => {
  const result = await found(app(USUAL));
  assert.deepEqual(paths(result.public), ['/', '/pricing']);
  assert.deepEqual(paths(result.protected), ['/dashboard', '/team/board']);
  assert.deepEqual(paths(result.api), ['/api/invoices/open', '/api/me']);
  assert.equal(result.signIn?.path, '/sign-in');
  assert.equal(result.signUp?.path, '/sign-up');
  assert.equal(result.webhook?.path, '/api/webhooks/clerk');
  assert.equal(result.health?.path, '/api/health');
  const text = renderFound(result);
  assert.match(text, /Clerk +development instance \(pk_test\), https:\/\/\w+\.clerk\.accounts\.dev/);
  assert.match(text, /\/team\/board \(linked from \/\)/);
  assert.match(
    text,
    /\/api\/webhooks\/clerk \(usual path; answers an unsigned delivery with 400, a path beside it with 404\)/,
  );
});

test('an app under a base path is found from the 404 page that the root of the site shows', async () => {
  const script = '<script src="/portal/_next/static/a.js"></script>';
  const under = (text: string) =>
    text.replaceAll(/(["'])\/(?=[\w"'])/g, '$1/portal/').replaceAll('/portal/"', '/portal"');
  const inner = app(
    Object.fromEntries(
      Object.entries(USUAL).map(([key, answer]) => [
        key.replace(/\/.*/, (path) => (path === '/' ? '/portal' : `/portal${path}`)),
        'page' in answer
          ? { page: under(answer.page) + script }
          : 'to' in answer
            ? { to: `/portal${answer.to}` }
            : answer,
      ]),
    ),
  );
  const result = await found((request, response) => {
    if (request.url?.startsWith('/portal') === true) return inner(request, response);
    return response.writeHead(404, { 'content-type': 'text/html' }).end(`<!doctype html><h1>404</h1>${script}`);
  });
  assert.deepEqual(paths(result.public), ['/portal', '/portal/pricing']);
  assert.deepEqual(paths(result.protected), ['/portal/dashboard', '/portal/team/board']);
  assert.deepEqual(paths(result.api), ['/portal/api/invoices/open', '/portal/api/me']);
  assert.equal(result.signIn?.path, '/portal/sign-in');
  assert.equal(result.signUp?.path, '/portal/sign-up');
  assert.equal(result.webhook?.path, '/portal/api/webhooks/clerk');
  assert.equal(result.health?.path, '/portal/api/health');
});

test('a site that answers every path with one page has nothing but that page', async () => {
  const result = await found(app({}, { page: '<div id="root"></div>' }));
  assert.deepEqual(paths(result.public), ['/']);
  assert.deepEqual([result.protected, result.api, result.open], [[], [], []]);
  assert.deepEqual(
    [result.signIn, result.signUp, result.webhook, result.health],
    [undefined, undefined, undefined, undefined],
  );
});

test('where every path leads to sign-in, only pages that the app itself names are protected', async () => {
  const { '/': home = { status: 404 }, '/sign-in': signIn = { status: 404 } } = USUAL;
  const result = await found(app({ '/': home, '/sign-in': signIn }, { to: '/sign-in' }));
  assert.deepEqual(paths(result.protected), ['/pricing', '/team/board']);
  assert.deepEqual([result.webhook, result.health], [undefined, undefined]);
});

test('where everything refuses, no guess counts as an API route, a webhook or a health endpoint', async () => {
  const result = await found(app({ '/': { page: 'home' } }, { status: 401, json: { error: 'unauthenticated' } }));
  assert.deepEqual([result.api, result.protected], [[], []]);
  assert.deepEqual([result.webhook, result.health], [undefined, undefined]);
});

test('health: a page, a redirect and a path that is not there are none', async () => {
  const result = await found(
    app({ '/': { page: 'home' }, '/health': { page: 'Our health plans' }, '/healthz': { to: '/' } }),
  );
  assert.equal(result.health, undefined);
});

test('a webhook of Clerk that takes what is not signed is found; another service’s that does so is not', async () => {
  const takes = (path: string) =>
    app({ '/': { page: 'home' }, [`POST ${path}`]: { status: 200, json: { received: true } } });
  assert.equal((await found(takes('/api/webhooks/clerk'))).webhook?.path, '/api/webhooks/clerk');
  assert.equal((await found(takes('/api/webhook'))).webhook, undefined);
});

test('an endpoint without POST is no webhook', async () => {
  const result = await found(app({ '/': { page: 'home' }, 'POST /api/webhooks/clerk': { status: 405 } }));
  assert.equal(result.webhook, undefined);
});

test('a page that redirects elsewhere or answers an error is neither public nor protected', async () => {
  const result = await found(
    app({
      '/': { page: '<a href="/old">x</a><a href="/broken">y</a>' },
      '/old': { to: '/' },
      '/broken': { status: 500 },
    }),
  );
  assert.deepEqual([paths(result.public), result.protected], [['/'], []]);
});

test('a page by whose name only few should see it is not taken for public because it is open', async () => {
  const result = await found(app({ '/': { page: '<a href="/admin">x</a>' }, '/admin': { page: 'All users' } }));
  assert.deepEqual(paths(result.public), ['/']);
});

test('an API route that a page names and that answers anybody is named', async () => {
  const result = await found(
    app({
      '/': { page: "<script>fetch('/api/plans')</script>" },
      '/api/plans': { status: 200, json: [] },
    }),
  );
  assert.deepEqual([paths(result.open), result.api], [['/api/plans'], []]);
  assert.match(
    renderFound(result),
    /These API routes answer anybody: \/api\/plans\. Name those that need sign-in with --api\./,
  );
});

test('no endpoint that acts is asked, whatever names it', async () => {
  const { origin, received } = await serve(
    app({ '/': { page: "<a href='/sign-out'>x</a><script>fetch('/api/cron/clean'); fetch('/api/logout')</script>" } }),
  );
  const readiness = resolveOptions({ baseURL: origin, profile: 'staging' }, {});
  const target = await Target.connect(readiness);
  await find(target, readiness, { webhook: false, health: false });
  await target.close();
  assert.deepEqual(
    received.map(({ url }) => url).filter((url) => /out|cron/.test(url)),
    [],
  );
});
