import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { it } from 'node:test';
import { judgeTarget } from '../faults/judge.ts';
import { everyOption } from '../faults/options.ts';
import { serve } from '../support/server.ts';

const BYPASS = `bypass-${randomBytes(12).toString('hex')}`;
const HTML = { 'content-type': 'text/html; charset=utf-8' };

it('the extra headers reach no origin but the target’s, whatever it redirects to or loads', async () => {
  const other = await serve((request, response) => {
    if (request.url?.startsWith('/v1/client/handshake') === true)
      response.writeHead(307, { location: `${target.origin}/back`, 'set-cookie': '__clerk_handshake=x' }).end();
    else response.writeHead(200, { 'content-type': 'text/javascript' }).end('import("/_next/static/chunks/b.js")');
  });
  const target = await serve((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://target');
    if (pathname === '/pricing') response.writeHead(307, { location: `${other.origin}/v1/client/handshake` }).end();
    else if (pathname === '/dashboard') response.writeHead(302, { location: `${other.origin}/sign-in` }).end();
    else if (pathname === '/api/me') response.writeHead(308, { location: `${other.origin}/api/me` }).end();
    else
      response
        .writeHead(200, HTML)
        .end(`<h1>Home</h1><script src="${other.origin}/_next/static/chunks/a.js"></script>`);
  });
  await judgeTarget({ ...(await everyOption(target.origin)), headers: { 'x-vercel-protection-bypass': BYPASS } });
  const carriesIt = ({ rawHeaders, url, body }: (typeof target.received)[number]): boolean =>
    JSON.stringify([rawHeaders, url, body]).includes(BYPASS);
  assert.ok(target.received.length > 100 && target.received.every(carriesIt), 'every request to the target carries it');
  const paths = new Set(other.received.map(({ url }) => new URL(url, other.origin).pathname));
  assert.ok(paths.has('/v1/client/handshake') && paths.has('/_next/static/chunks/a.js'), [...paths].join());
  assert.deepEqual(other.received.filter(carriesIt), []);
});
