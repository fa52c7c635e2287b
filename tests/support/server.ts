import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { generate } from 'selfsigned';

/** A server on loopback; it does not keep the test file from ending. */
export interface Listening {
  readonly origin: string;
  readonly port: number;
  /** Requests as they arrived, in order. */
  readonly received: readonly Received[];
  /** Connections accepted so far. */
  readonly connections: () => number;
}

/** A request as it arrived. */
export interface Received {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly url: string;
  /** Names and values in turn, as on the wire. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A certificate with its key, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A real HTTP server. */
export async function serve(listener: RequestListener): Promise<Listening> {
  return record('http', createHttp(), listener);
}

/** A real HTTPS server. */
export async function serveTls(certificate: Certificate, listener: RequestListener): Promise<Listening> {
  return record('https', createHttps(certificate), listener);
}

/** A server that gets the bare connection; nothing is recorded. */
export async function serveTcp(onConnection: (socket: Socket) => void): Promise<Listening> {
  return listen('http', createTcp(onConnection), []);
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createTcp();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A self-signed certificate for host names and 127.0.0.1. */
export async function selfSigned(
  hosts: readonly string[],
  validity: { from?: Date; to?: Date; address?: boolean } = {},
): Promise<Certificate> {
  const pem = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...(validity.from && { notBeforeDate: validity.from }),
    ...(validity.to && { notAfterDate: validity.to }),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...hosts.map((value) => ({ type: 2 as const, value })),
          ...(validity.address === false ? [] : [{ type: 7 as const, ip: '127.0.0.1' }]),
        ],
      },
    ],
  });
  return { key: pem.private, cert: pem.cert };
}

function record(
  scheme: 'http' | 'https',
  server: ReturnType<typeof createHttp> | ReturnType<typeof createHttps>,
  listener: RequestListener,
): Promise<Listening> {
  const received: Received[] = [];
  server.on('request', (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders, headers } = request;
      received.push({ method, url, rawHeaders, headers, body: Buffer.concat(chunks).toString() });
      listener(request, response);
    });
  });
  return listen(scheme, server, received);
}

async function listen(scheme: string, server: Server, received: readonly Received[]): Promise<Listening> {
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    socket.unref();
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { origin: `${scheme}://127.0.0.1:${port}`, port, received, connections: () => connections };
}
