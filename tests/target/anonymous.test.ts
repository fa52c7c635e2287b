import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Anonymous } from '../../src/target/anonymous.ts';
import { body, status } from '../../src/target/exchange.ts';
import { connection } from '../support/connect.ts';
import { serve } from '../support/server.ts';
import type { Listening } from '../support/server.ts';

const HANDSHAKE = '/v1/client/handshake';

function visitor(server: Listening, headers: Record<string, string> = {}, maxRedirects = 10): Anonymous {
  return new Anonymous(connection(server.origin, { headers }), server.origin, maxRedirects);
}

/** An app on a development instance: whoever lacks the browser's cookie goes through the Frontend API first. */
async function developmentApp(): Promise<{ app: Listening; clerk: Listening; token: string }> {
  const token = `dvb_${randomBytes(8).toString('hex')}`;
  const clerk = await serve((request, response) => {
    const back = new URL(new URL(request.url ?? '', 'http://clerk').searchParams.get('redirect_url') ?? '');
    back.searchParams.set('__clerk_handshake', 'payload');
    response.writeHead(307, { location: back.href, 'set-cookie': '__client=of-clerk; Path=/; HttpOnly' }).end();
  });
  const app = await serve((request, response) => {
    const url = new URL(request.url ?? '', app.origin);
    if (url.searchParams.has('__clerk_handshake')) {
      response
        .writeHead(307, {
          location: url.pathname,
          'set-cookie': [`__clerk_db_jwt=${token}; Path=/`, '__client_uat=0; Path=/', 'theme=dark'],
        })
        .end();
    } else if (request.headers.cookie?.includes(token) !== true) {
      response
        .writeHead(307, { location: `${clerk.origin}${HANDSHAKE}?redirect_url=${encodeURIComponent(url.href)}` })
        .end();
    } else {
      response.end(`page of ${url.pathname}`);
    }
  });
  return { app, clerk, token };
}

describe('visit', () => {
  it('follows redirects on the target with the cookies set on the way', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/old?x=1')
        response.writeHead(302, { location: './new', 'set-cookie': ['seen=yes; Path=/', 'gone=1; Max-Age=0'] }).end();
      else response.end(`cookie: ${request.headers.cookie}`);
    });
    const visit = await visitor(server).visit('/old?x=1');
    assert.equal(visit.exchanges.length, 2);
    assert.equal(body(visit.final), 'cookie: seen=yes');
    assert.equal(visit.stopped, undefined);
  });

  it("goes through Clerk's handshake on another origin and keeps cookies by origin", async () => {
    const { app, clerk, token } = await developmentApp();
    const visit = await visitor(app).visit('/dashboard', { cookies: { mine: 'only-here' } });
    assert.equal(body(visit.final), 'page of /dashboard');
    assert.equal(visit.exchanges.length, 4);
    assert.equal(clerk.received[0]?.headers.cookie, undefined);
    const last = app.received.at(-1)?.headers.cookie ?? '';
    assert.ok(last.includes(`__clerk_db_jwt=${token}`) && last.includes('mine=only-here'));
    assert.ok(!last.includes('of-clerk'), 'a cookie of Clerk went to the app');
    assert.ok(!JSON.stringify(visit).includes(token), 'the development browser token is in the recording');
  });

  it('keeps the development cookies and sends them with later requests, so that each is asked once', async () => {
    const { app, clerk } = await developmentApp();
    const anonymous = visitor(app);
    await anonymous.visit('/');
    assert.equal(status(await anonymous.get('/api/me', { as: 'api' })), 200);
    await anonymous.visit('/other');
    assert.equal(clerk.received.length, 1);
    const later = app.received.at(-1)?.headers.cookie ?? '';
    assert.ok(!later.includes('theme'), 'a cookie that is not of the development instance was kept');
  });

  it('does not keep a development cookie that one visitor brought along', async () => {
    const server = await serve((_, response) => response.end('page'));
    const anonymous = visitor(server);
    await anonymous.visit('/', { cookies: { __clerk_db_jwt: 'garbage' } });
    await anonymous.get('/later');
    assert.equal(server.received.at(-1)?.headers.cookie, undefined);
  });

  it('lets a request bring its own cookies instead', async () => {
    const { app } = await developmentApp();
    const anonymous = visitor(app);
    await anonymous.visit('/');
    await anonymous.get('/', { headers: { Cookie: 'own=1' } });
    assert.equal(app.received.at(-1)?.headers.cookie, 'own=1');
  });

  it('stops where the chain leaves the target, without asking the other origin', async () => {
    const other = await serve((_, response) => response.end());
    const server = await serve((_, response) => response.writeHead(302, { location: `${other.origin}/sign-in` }).end());
    const visit = await visitor(server).visit('/');
    assert.equal(visit.stopped, 'left-target');
    assert.equal(other.received.length, 0);
  });

  it('stops a loop at the bound', async () => {
    const server = await serve((request, response) => response.writeHead(302, { location: `${request.url}x` }).end());
    const visit = await visitor(server, {}, 4).visit('/');
    assert.equal(visit.stopped, 'too-many-redirects');
    assert.equal(server.received.length, 5);
  });

  it('ends at a Location that is no http URL', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: 'mailto:a@example.com' }).end());
    const visit = await visitor(server).visit('/');
    assert.equal(status(visit.final), 302);
    assert.equal(visit.stopped, undefined);
  });

  it('never takes the extra headers to another origin, not even into the handshake', async () => {
    const { app, clerk } = await developmentApp();
    const value = randomBytes(9).toString('hex');
    await visitor(app, { 'x-bypass': value, authorization: `Basic ${value}` }).visit('/');
    assert.ok(app.received.length > 0 && clerk.received.length > 0);
    assert.ok(app.received.every(({ headers }) => headers['x-bypass'] === value));
    assert.ok(
      clerk.received.every(({ headers }) => headers['x-bypass'] === undefined && headers.authorization === undefined),
    );
  });
});

for (const [what, answerOf] of [
  ['page', async (anonymous: Anonymous) => (await anonymous.page('/')).final],
  ['api', (anonymous: Anonymous) => anonymous.api('/')],
] as const) {
  describe(what, () => {
    it('is fetched once for everybody, also at the same time', async () => {
      const server = await serve((_, response) => response.end('answer'));
      const anonymous = visitor(server);
      const [first, second] = await Promise.all([answerOf(anonymous), answerOf(anonymous)]);
      assert.equal(await answerOf(anonymous), first);
      assert.equal(second, first);
      assert.equal(server.received.length, 1);
    });

    it('is asked for again after a wall or a failure, so that the next check meets it or gets past it', async () => {
      // A connection that breaks once is tried once more at once.
      const answers = [429, 'break', 'break', 200] as const;
      let asked = 0;
      const server = await serve((_, response) => {
        const answer = answers[asked++] ?? 200;
        if (answer === 'break') response.destroy();
        else response.writeHead(answer).end();
      });
      const anonymous = visitor(server);
      assert.equal(status(await answerOf(anonymous)), 429);
      assert.equal(status(await answerOf(anonymous)), 0);
      assert.equal(status(await answerOf(anonymous)), 200);
      assert.equal(status(await answerOf(anonymous)), 200);
      assert.equal(server.received.length, 4);
    });
  });
}

describe('request', () => {
  it('sends the headers of its shape, own ones on top, and a made-up credential as it is', async () => {
    const server = await serve((_, response) => response.end());
    const exchange = await visitor(server).post('/api', {
      as: 'api',
      headers: { Accept: 'text/plain', authorization: 'Bearer made-up' },
      forged: ['authorization'],
      body: '{}',
    });
    const { headers, method, body: sent } = server.received[0] ?? assert.fail();
    assert.deepEqual([method, sent, headers.accept, headers['sec-fetch-dest']], ['POST', '{}', 'text/plain', 'empty']);
    assert.ok(exchange.request.headers.some(([name, value]) => name === 'authorization' && value === 'Bearer made-up'));
  });
});
