import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderLines } from './message.ts';
import { headerLines } from './message.ts';

/** Headers that belong to one connection and must not be passed on. Source: RFC 9110 section 7.6.1 */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/** What only the front may say. A client's own values are dropped, else it could choose its address or the app's. */
const FORWARDED = /^(?:forwarded|x-forwarded-.*|x-real-ip)$/;

export interface Upstream {
  readonly port: number;
  readonly agent: Agent;
}

export function createUpstream(port: number): Upstream {
  // Shorter than the app's own keep-alive time (see next-server.ts), so that no request meets a closing connection.
  return { port, agent: new Agent({ keepAlive: true, timeout: 30_000 }) };
}

/** The request's headers as the app gets them: with the public address, as a hosting platform's edge sends them. */
export function requestHeaders(request: IncomingMessage, publicHost: string): HeaderLines {
  const kept = headerLines(request.rawHeaders).filter(
    ([name]) => !HOP_BY_HOP.has(name.toLowerCase()) && !FORWARDED.test(name.toLowerCase()),
  );
  const body: HeaderLines =
    request.headers['transfer-encoding'] === undefined ? [] : [['Transfer-Encoding', 'chunked']];
  return [
    ...kept,
    ...body,
    ['X-Forwarded-For', request.socket.remoteAddress ?? ''],
    ['X-Forwarded-Host', publicHost],
    ['X-Forwarded-Proto', 'https'],
  ];
}

export function responseHeaders(response: IncomingMessage): HeaderLines {
  return headerLines(response.rawHeaders).filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()));
}

/** Passes request and response through as they are: raw path, repeated headers, early hints, streams. */
export function forward(
  upstream: Upstream,
  request: IncomingMessage,
  response: ServerResponse,
  publicHost: string,
): void {
  const outgoing = httpRequest({
    host: 'localhost',
    port: upstream.port,
    agent: upstream.agent,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: requestHeaders(request, publicHost).flat(),
  });
  outgoing.on('information', ({ statusCode, headers }) => {
    if (statusCode === 103 && headers.link !== undefined) response.writeEarlyHints({ link: headers.link });
  });
  outgoing.on('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage ?? '', responseHeaders(incoming).flat());
    incoming.pipe(response);
    incoming.on('error', () => response.destroy());
  });
  outgoing.on('error', () => badGateway(response));
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

export function badGateway(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(502, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('Bad Gateway\n');
}
