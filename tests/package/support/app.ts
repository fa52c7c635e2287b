import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { randomBytes } from 'node:crypto';
import { generate } from 'selfsigned';
import { Webhook } from 'svix';

/** What is wrong with the app, if anything. */
export type Defect = 'takes-forgeries';

/** A small app that answers as one with Clerk does on the paths that the tests check. */
export interface App {
  readonly url: string;
  /** Requests received so far. */
  readonly requests: () => number;
  close(): Promise<void>;
}

/** Starts the app on a free port of the loopback interface. */
export async function startApp({ defect, tls = false }: { defect?: Defect; tls?: boolean } = {}): Promise<App> {
  const verifier = new Webhook(`whsec_${randomBytes(24).toString('base64')}`);
  let received = 0;
  const listener: RequestListener = (request, response) => {
    received += 1;
    void answer(request, response, verifier, defect);
  };
  const server = tls ? await tlsServer(listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests: () => received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function tlsServer(listener: RequestListener): Promise<Server> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], { keySize: 2048 });
  return createTlsServer({ key, cert }, listener);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  verifier: Webhook,
  defect: Defect | undefined,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://app');
  const page = (status: number, body: string) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="en"><title>Acme</title><body>${body}<a href="/">Home</a></body></html>`);
  };
  const json = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  if (pathname === '/') return page(200, '<h1>Acme</h1>');
  if (pathname === '/sign-in') return page(200, '<h1>Sign in to Acme</h1><form><input name="identifier"></form>');
  if (pathname === '/dashboard') {
    response.writeHead(307, { location: `/sign-in?redirect_url=${encodeURIComponent('/dashboard')}` });
    response.end();
    return undefined;
  }
  if (pathname === '/api/me') return json(401, { error: 'unauthenticated' });
  if (pathname !== '/api/webhooks/clerk') return page(404, '<h1>Acme has no such page</h1>');
  if (defect === 'takes-forgeries') return json(200, { received: true });
  try {
    verifier.verify(await text(request), request.headers as Record<string, string>);
    return json(200, { received: true });
  } catch {
    return json(400, { error: 'Webhook verification failed' });
  }
}
