import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';
import { verify } from '../../src/verify.ts';
import { CHECKS, methodsOf, missingFor } from '../support/checks.ts';
import { serve } from '../support/server.ts';

/** Requests that a check may send whatever the app has; routes/bypass, which tries three pages and three routes, sends most. */
const MOST = 600;

/** Requests that a check may send for each page and API route that is declared beyond that. */
const MOST_EACH = 15;

const PAGE = '<!doctype html><html lang="en"><title>App</title><body><h1>App</h1><a href="/">Home</a></body></html>';

/** Declares as many protected pages and API routes, and counts what each anonymous check sends and says that it sent. */
async function count(routes: number): Promise<ReadonlyMap<string, { reported: number; received: number }>> {
  const server = await serve((request, response) => {
    const path = request.url ?? '/';
    if (path.startsWith('/api/')) response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
    else if (path.startsWith('/private/')) response.writeHead(307, { location: '/sign-in' }).end();
    else response.writeHead(/^\/($|sign-in)/.test(path) ? 200 : 404, { 'content-type': 'text/html' }).end(PAGE);
  });
  const paths = (folder: string) => Array.from({ length: routes }, (_, index) => `${folder}/${index}`);
  const readiness = resolveOptions(
    {
      baseURL: server.origin,
      profile: 'staging',
      routes: { protected: paths('/private'), signIn: '/sign-in' },
      api: paths('/api/private'),
      webhook: { path: '/api/webhooks/clerk' },
      health: { path: '/api/health' },
      network: { requestsPerSecond: 10_000 },
    },
    {},
  );
  const counts = new Map<string, { reported: number; received: number }>();
  for (const check of CHECKS.filter((each) => methodsOf(each).every((method) => method === 'http'))) {
    if (missingFor(check, readiness)) continue;
    // A worker of its own for each: nothing that another check fetched is there.
    const target = await Target.connect(readiness);
    try {
      const before = server.received.length;
      const { requests } = await verify(check, { target, readiness, identity: target.identity });
      counts.set(check.id, { reported: requests, received: server.received.length - before });
    } finally {
      await target.close();
    }
  }
  return counts;
}

describe('the requests of a check', async () => {
  const [few, many] = [await count(4), await count(40)];

  it('are counted for every anonymous check', () => assert.ok(few.size >= 15, `${few.size} checks`));

  for (const [id, { reported, received }] of few) {
    const more = many.get(id);
    it(`are reported as the target receives them: ${id}`, () => {
      assert.equal(reported, received);
      assert.deepEqual(more?.reported, more?.received);
    });
    it(`are bounded, and grow by no more than the declared routes: ${id}`, () => {
      assert.ok(reported <= MOST, `${reported} requests`);
      const growth = (more?.reported ?? Infinity) - reported;
      assert.ok(growth <= 36 * MOST_EACH, `${growth} more requests for 36 more pages and API routes`);
    });
  }
});
