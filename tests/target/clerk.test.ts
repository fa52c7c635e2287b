import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { bundledPublishableKeys, clerkTraces, parsePublishableKey } from '../../src/target/clerk.ts';
import { identify, issuerOf } from '../../src/target/identity.ts';
import { exchange, ORIGIN } from '../support/exchange.ts';

const key = (kind: string, text: string) => `pk_${kind}_${Buffer.from(text).toString('base64')}`;
const LIVE = key('live', 'clerk.example.com$');
const OTHER = key('test', 'happy-cat-12.clerk.accounts.dev$');
const stripe = () => `pk_live_51${randomBytes(60).toString('hex')}`;

describe('parsePublishableKey', () => {
  it('takes both kinds apart', () => {
    assert.deepEqual(parsePublishableKey(LIVE), { key: LIVE, kind: 'live', frontendApi: 'clerk.example.com' });
    assert.deepEqual(parsePublishableKey(OTHER), {
      key: OTHER,
      kind: 'test',
      frontendApi: 'happy-cat-12.clerk.accounts.dev',
    });
  });
  it('accepts a key without padding', () =>
    assert.equal(parsePublishableKey(LIVE.replace(/=+$/, ''))?.frontendApi, 'clerk.example.com'));
  it('accepts a host with a port', () =>
    assert.equal(parsePublishableKey(key('test', '127.0.0.1:4311$'))?.frontendApi, '127.0.0.1:4311'));
  for (const [name, malformed] of [
    ['nothing', ''],
    ['no host', 'pk_live_'],
    ['no dollar at the end', key('live', 'clerk.example.com')],
    ['two dollars', key('live', 'clerk.example.com$$')],
    ['a host without a dot', key('live', 'localhost$')],
    ['cut off', LIVE.slice(0, -6)],
    ['quoted', `"${LIVE}"`],
    ['another kind', LIVE.replace('live', 'prod')],
    ['a secret key', LIVE.replace('pk_', 'sk_')],
    ["Stripe's", stripe()],
  ] as const) {
    it(`refuses ${name}`, () => assert.equal(parsePublishableKey(malformed), undefined));
  }
});

describe('clerkTraces', () => {
  const pages: Record<string, string> = {
    Next: `<script data-clerk-js-script="true" data-clerk-publishable-key="${LIVE}" src="https://clerk.example.com/npm/@clerk/clerk-js@6/dist/clerk.browser.js"></script>`,
    'Next RSC rows': `<script>self.__next_f.push([1,"5:[\\"$\\",\\"$L6\\",null,{\\"publishableKey\\":\\"${LIVE}\\"}]"])</script>`,
    Astro: `<script async data-clerk-js-script data-clerk-publishable-key="${LIVE}" src="https://clerk.example.com/npm/@clerk/clerk-js@6/dist/clerk.browser.js"></script>`,
    'React Router': `<script>window.__reactRouterContext.streamController.enqueue("[{\\"_1\\":2},\\"clerkState\\",{\\"_3\\":4},\\"__publishableKey\\",\\"${LIVE}\\",\\"__proxyUrl\\",\\"\\"]")</script>`,
    Remix: `<script>window.__remixContext={"state":{"loaderData":{"root":{"clerkState":{"__internal_clerk_state":{"__publishableKey":"${LIVE}"}}}}}}</script>`,
    TanStack: `<script>window.__clerk_init_state={"__internal_clerk_state":{"__publishableKey":"${LIVE}"}}</script>`,
    Nuxt: `<script>window.__NUXT__={config:{public:{clerk:{publishableKey:"${LIVE}"}}}}</script>`,
    'an environment script': `<script>window.ENV={"VITE_CLERK_PUBLISHABLE_KEY":'${LIVE}'}</script>`,
  };
  for (const [stack, html] of Object.entries(pages)) {
    it(`finds the key of ${stack}`, () =>
      assert.deepEqual(clerkTraces(exchange({ body: `<html>${html}` })).publishableKeys, [LIVE]));
  }

  it('does not count an example in the text of a documentation page', () => {
    const body = `<pre>NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY="${OTHER}"</pre><code>publishableKey="${OTHER}"</code>`;
    assert.deepEqual(clerkTraces(exchange({ body })).publishableKeys, []);
  });
  it('does not count an example in the payload of a documentation page that runs Clerk', () => {
    const payload = `<script>self.__next_f.push([1,"<ClerkProvider publishableKey=\\"${OTHER}\\">"])</script>`;
    assert.deepEqual(clerkTraces(exchange({ body: pages['Next'] + payload })).publishableKeys, [LIVE]);
  });
  it("does not count Stripe's publishable key", () => {
    const body = `<script>window.ENV={"STRIPE_PUBLISHABLE_KEY":"${stripe()}","stripePublishableKey":"${stripe()}"}</script>`;
    assert.deepEqual(clerkTraces(exchange({ body })).publishableKeys, []);
  });
  it('gives a malformed key as it is', () => {
    const cut = LIVE.slice(0, -5);
    assert.deepEqual(
      clerkTraces(exchange({ body: `<script data-clerk-publishable-key="${cut}"></script>` })).publishableKeys,
      [cut],
    );
    assert.deepEqual(clerkTraces(exchange({ body: `<script>x={publishableKey:"${cut}"}</script>` })).publishableKeys, [
      cut,
    ]);
  });
  it('finds the proxy in the state of other frameworks', () => {
    const state = (list: string) => clerkTraces(exchange({ body: `<script>enqueue("[${list}]")</script>` })).proxyUrl;
    const proxy = 'https://app.example.com/__clerk';
    assert.equal(state(`\\"__proxyUrl\\",\\"${proxy}\\"`), proxy);
    assert.equal(state(`{\\"__proxyUrl\\":\\"/__clerk\\"}`), '/__clerk');
    assert.equal(state(`\\"__proxyUrl\\",\\"\\",\\"__domain\\"`), undefined);
    assert.equal(state(`{\\"proxyUrl\\":\\"${proxy}\\"}`), undefined, 'another library’s');
  });
  it('finds the proxy and the scripts', () => {
    const traces = clerkTraces(
      exchange({
        body: `<script data-clerk-proxy-url="/__clerk" src="/__clerk/npm/@clerk/clerk-js@6/dist/clerk.browser.js"></script><script src="/app.js"></script>`,
      }),
    );
    assert.equal(traces.proxyUrl, '/__clerk');
    assert.deepEqual(traces.scripts, ['/__clerk/npm/@clerk/clerk-js@6/dist/clerk.browser.js']);
  });
});

describe('bundledPublishableKeys', () => {
  it("finds Clerk's keys in a bundle and leaves Stripe's", () => {
    const body = `const a="${LIVE}",b='${stripe()}',c="pk_live_";startsWith("pk_test_")`;
    assert.deepEqual(bundledPublishableKeys(exchange({ headers: { 'content-type': 'text/javascript' }, body })), [
      LIVE,
    ]);
  });
});

describe('identify', () => {
  it('learns framework, key, Frontend API and version from the pages', () => {
    const page = exchange({
      body: `<script src="/_next/static/chunks/a.js"></script><script data-clerk-publishable-key="${LIVE}" src="https://clerk.example.com/npm/@clerk/clerk-js@6/dist/clerk.browser.js"></script>`,
    });
    assert.deepEqual(identify(ORIGIN, [page], undefined), {
      origin: ORIGIN,
      framework: 'next',
      clerk: {
        publishableKey: LIVE,
        publishableKeyKind: 'live',
        frontendApi: 'https://clerk.example.com',
        clerkJsVersion: '6',
      },
    });
  });
  it('takes the proxy for the Frontend API', () => {
    const page = exchange({
      body: `<script data-clerk-publishable-key="${LIVE}" data-clerk-proxy-url="/__clerk/"></script>`,
    });
    assert.equal(identify(ORIGIN, [page], undefined).clerk.frontendApi, `${ORIGIN}/__clerk`);
    assert.notEqual(new URL(issuerOf(identify(ORIGIN, [page], undefined))).origin, ORIGIN);
  });
  it('prefers the given key and knows nothing of a bare page', () => {
    assert.equal(identify(ORIGIN, [], OTHER).clerk.publishableKeyKind, 'test');
    assert.deepEqual(identify(ORIGIN, [exchange({ body: '<h1>Hello</h1>' })], undefined), {
      origin: ORIGIN,
      clerk: {},
    });
  });
  for (const [framework, answer] of Object.entries({
    nuxt: { body: '<script src="/_nuxt/entry.js"></script>' },
    astro: { body: '<meta name="generator" content="Astro v5">' },
    sveltekit: { body: '<link href="/_app/immutable/a.js">' },
    'react-router': { body: '<script>window.__reactRouterContext = {"basename":"/"}</script>' },
    'tanstack-start': { body: '<script class="$tsr">self.$_TSR={h(){this.hydrated=!0}}</script>' },
    remix: { body: '<script>window.__remixContext={}</script>' },
    express: { headers: { 'x-powered-by': 'Express' } },
  })) {
    it(`knows ${framework}`, () => assert.equal(identify(ORIGIN, [exchange(answer)], undefined).framework, framework));
  }
});
