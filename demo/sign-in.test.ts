import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from '@playwright/test';
import { Tab } from '../src/browser.ts';
import type { Readiness } from '../src/config/options.ts';
import { resolveOptions } from '../src/config/resolve.ts';
import type { ReadinessOptions } from '../src/index.ts';
import { body } from '../src/target/exchange.ts';
import { Target } from '../src/target/target.ts';
import { TestUser } from '../src/test-user.ts';
import { launchBrowser } from './browser.ts';
import { startDemo } from './demo.ts';
import type { Demo, Instance } from './demo.ts';
import { demoReadiness } from './readiness.ts';

let demo: Demo;
let proxied: Demo;
let browser: Browser;
before(async () => {
  demo = await startDemo({ kinds: ['live', 'test'], defects: false });
  proxied = await startDemo({ kinds: ['live'], defects: false, proxied: true });
  browser = await launchBrowser();
});
after(() => Promise.all([browser.close(), demo.close(), proxied.close()]));

const INSTANCES: Readonly<Record<string, () => Instance | undefined>> = {
  'a live instance': () => demo.instances.live,
  'a test instance': () => demo.instances.test,
  'a live instance behind a proxy': () => proxied.instances.live,
};

/** The options that tell how to sign in. */
const WAYS: Readonly<Record<string, (instance: Instance) => Partial<ReadinessOptions>>> = {
  'a ticket': ({ user: { email } }) => ({ session: { user: { email } } }),
  'a password': ({ user }) => ({ session: { user } }),
  'a password, without the secret key': ({ user }) => ({ session: { user }, clerk: {} }),
  'an ephemeral user': () => ({ session: { user: 'ephemeral' } }),
};

for (const [where, find] of Object.entries(INSTANCES)) {
  for (const [way, options] of Object.entries(WAYS)) {
    describe(`signing in on ${where} by ${way}`, () => {
      let instance: Instance;
      let readiness: Readiness;
      let target: Target;
      let user: TestUser;
      before(async () => {
        const found = find();
        assert.ok(found);
        instance = found;
        readiness = resolveOptions({ ...demoReadiness(instance), ...options(instance) }, {});
        target = await Target.connect(readiness);
        assert.equal(target.identity.clerk.frontendApi, instance.proxyUrl ?? `https://${instance.frontendApi}`);
        user = await TestUser.find(readiness, target.identity);
      });
      after(async () => {
        if (readiness.session.user === 'ephemeral') await user.remove();
        await target.close();
        assert.deepEqual(instance.clerk.openSessions(), []);
        assert.deepEqual(
          instance.clerk.users().map(({ email }) => email),
          [instance.user.email],
        );
      });

      test('over HTTP', async () => {
        const client = await user.signInOverHttp(target);
        const page = await client.visit('/dashboard');
        assert.match(body(page.final), /Your projects/);
        assert.equal(page.exchanges.length, 1, 'no handshake is needed');
        assert.ok(await client.isActive());
        await user.signOutEverywhere();
        assert.ok(!(await client.isActive()));
      });

      test('on an open page, which reacts', async () => {
        const tab = await Tab.open(browser, readiness);
        try {
          const hosts = new Set<string>();
          tab.page.on('request', (request) => hosts.add(new URL(request.url()).host));
          await tab.page.goto('/sign-in');
          await tab.page.locator('input[name="identifier"]').waitFor();
          const { sessionId } = await user.signIn(tab);
          await tab.page.getByRole('button', { name: 'Open user menu' }).waitFor();
          // Clerk's form sends somebody who is signed in on, by the app's router.
          await tab.page.goto('/sign-in?redirect_url=%2Fdashboard');
          await tab.page.getByText('Your projects').first().waitFor();
          assert.equal(new URL(tab.page.url()).pathname, '/dashboard');
          assert.equal(hosts.has(instance.frontendApi), instance.proxyUrl === undefined, 'a proxy hides the host');
          assert.deepEqual(
            instance.clerk.openSessions().map(({ id }) => id),
            [sessionId],
          );
          await user.signOutEverywhere();
        } finally {
          await tab.close();
        }
      });

      test('with the cookies of a session over HTTP', async () => {
        const client = await user.signInOverHttp(target);
        const tab = await Tab.open(browser, readiness);
        try {
          await tab.context.addCookies(await client.browserCookies());
          await tab.page.goto('/dashboard');
          await tab.page.waitForFunction((id) => window.Clerk?.session?.id === id, client.sessionId);
          assert.deepEqual(
            tab.moves.map(({ status }) => status),
            [200],
            'no handshake is needed',
          );
          await tab.page.evaluate(() => window.Clerk.signOut());
          assert.ok(!(await client.isActive()), 'it is the same session');
        } finally {
          await tab.close();
          await user.signOutEverywhere();
        }
      });
    });
  }
}

describe('a page on which Clerk’s script does not arrive', () => {
  const signIn = async (held: number): Promise<void> => {
    const instance = demo.instances.live;
    assert.ok(instance);
    const readiness = resolveOptions(demoReadiness(instance), {});
    const target = await Target.connect(readiness);
    const user = await TestUser.find(readiness, target.identity);
    const tab = await Tab.open(browser, readiness);
    let asked = 0;
    await tab.context.route(/clerk\.browser\.js/, (route) => ((asked += 1) > held ? route.fallback() : undefined));
    try {
      await tab.page.goto('/sign-in', { waitUntil: 'commit' });
      await user.signIn(tab);
    } finally {
      await user.signOutEverywhere();
      await tab.close();
      await target.close();
    }
  };
  test('is opened once more', () => signIn(1));
  test('is given up where it never arrives, with what that means', () =>
    assert.rejects(
      signIn(Number.POSITIVE_INFINITY),
      /Clerk did not load on \/sign-in within 25 s, so nobody can sign in there/,
    ));
});
