import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { resolveOptions } from '../src/config/resolve.ts';
import { body, status } from '../src/target/exchange.ts';
import { Target } from '../src/target/target.ts';
import { TestUser } from '../src/test-user.ts';
import { startDemo } from './demo.ts';
import type { Demo } from './demo.ts';
import { demoReadiness } from './readiness.ts';

let demo: Demo;
before(async () => {
  demo = await startDemo({ kinds: ['live', 'test'], defects: false });
});
after(() => demo.close());

for (const kind of ['live', 'test'] as const) {
  describe(`a session over HTTP on a ${kind} instance`, () => {
    test('is the test user’s on pages and APIs, is renewed, and ends', async () => {
      const instance = demo.instances[kind];
      assert.ok(instance);
      const readiness = resolveOptions(demoReadiness(instance), {});
      const target = await Target.connect(readiness);
      try {
        const user = await TestUser.find(readiness, target.identity);
        const client = await user.signInOverHttp(target);
        const page = await client.visit('/dashboard');
        assert.match(body(page.final), /Your projects/);
        assert.equal(page.exchanges.length, 1, 'no handshake is needed');
        assert.equal(status(await client.get('/api/me')), 200);
        assert.equal(
          status(
            await target.anonymous.get('/api/me', { headers: { authorization: `Bearer ${await client.token()}` } }),
          ),
          200,
        );
        assert.equal(status(await target.anonymous.get('/api/me')), 401, 'the session stays with its client');
        assert.ok(!JSON.stringify(page).includes(await client.token()), 'no token is recorded');

        instance.clerk.setTokenLifetime(10);
        const brief = await user.signInOverHttp(target);
        instance.clerk.setTokenLifetime(60);
        const minted = () => instance.clerk.log.filter(({ path }) => path.endsWith('/tokens')).length;
        const before = minted();
        await brief.token();
        assert.equal(minted(), before + 1, 'a token about to end is renewed');
        await brief.token();
        assert.equal(minted(), before + 1, 'a fresh one is kept');
        await user.signOutEverywhere();
        const sessions = instance.clerk.log.filter(({ path }) => /\/sessions\/\w+\/revoke$/.test(path));
        assert.equal(sessions.length, 2);
      } finally {
        await target.close();
      }
    });
  });
}
