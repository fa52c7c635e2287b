import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { CATALOG } from '../src/catalog.ts';
import type { ReadinessOptions } from '../src/config/options.ts';
import { resolveOptions } from '../src/config/resolve.ts';
import { missingNeed } from '../src/needs.ts';

const ask = (
  needs: readonly string[],
  options: ReadinessOptions = {},
  methods: readonly ('http' | 'writes')[] = ['http'],
) => missingNeed({ needs, methods }, resolveOptions({ baseURL: 'https://app.example.com', ...options }, {}));

describe('a check', () => {
  it('runs when it needs nothing', () => assert.equal(ask([]), undefined));
  it('runs when everything is given', () => {
    assert.equal(
      ask(['routes.protected', 'api', 'webhook.path'], {
        routes: { protected: ['/a'] },
        api: ['/api'],
        webhook: { path: '/hook' },
      }),
      undefined,
    );
  });
  for (const [need, options, status, reason] of [
    ['routes.protected', {}, 'not-verified', /set routes\.protected .*routes\.protected: false/],
    ['routes.protected', { routes: { protected: [] } }, 'not-verified', /set routes\.protected/],
    ['routes.protected', { routes: { protected: false } }, 'not-applicable', /routes\.protected is false/],
    ['api', {}, 'not-verified', /set api .*api: false/],
    ['api', { api: false }, 'not-applicable', /api is false/],
    ['webhook.path', {}, 'not-verified', /set webhook\.path .*webhook: false/],
    ['webhook.path', { webhook: false }, 'not-applicable', /webhook is false/],
    ['webhook.secret', { webhook: { path: '/hook' } }, 'not-verified', /set webhook\.secret/],
    ['health.path', { health: false }, 'not-applicable', /health is false/],
    // The options take no false for this one.
    ['routes.signIn', {}, 'not-verified', /^set routes\.signIn to have it verified$/],
    ['cors.allowedOrigins', { cors: { allowedOrigins: [] } }, 'not-verified', /set cors\.allowedOrigins/],
  ] as const) {
    it(`that needs ${need} is ${status} with ${JSON.stringify(options)}`, () => {
      const missing = ask([need], options as ReadinessOptions);
      assert.equal(missing?.status, status);
      assert.match(missing.reason, reason);
    });
  }
  it('goes by an option that may be left out only where that is false', () => {
    assert.equal(ask(['errorTracking?']), undefined);
    assert.equal(ask(['errorTracking?'], { errorTracking: {} }), undefined);
    assert.equal(ask(['errorTracking?'], { errorTracking: false })?.status, 'not-applicable');
  });
  it('that writes needs mode full', () => {
    assert.match(ask([], {}, ['http', 'writes'])?.reason ?? '', /mode: 'full'/);
    assert.equal(ask([], { mode: 'full' }, ['http', 'writes']), undefined);
  });
  it('needs only options that exist', () => {
    const everything = resolveOptions(
      {
        baseURL: 'https://app.example.com',
        mode: 'full',
        routes: { protected: ['/a'] },
        api: ['/api'],
        webhook: { path: '/hook', secret: `whsec_${randomBytes(24).toString('base64')}` },
        health: { path: '/health' },
        cors: { allowedOrigins: ['https://a.example.com'] },
        session: { user: { email: 'a@example.com' } },
        clerk: { secretKey: ['sk', 'live', 'x'].join('_') },
        project: { root: '.' },
        rateLimit: { path: '/login' },
      },
      {},
    );
    for (const entry of CATALOG) assert.equal(missingNeed(entry, everything), undefined, entry.id);
  });
});
