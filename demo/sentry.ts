import { randomBytes } from 'node:crypto';
import { createServer } from 'node:https';
import type { Certificate } from './net/certificate.ts';
import { closeServer, HOST, listen } from './net/listen.ts';

/** A server that takes what browsers send to Sentry, and keeps nothing but the number. */
export interface SentryStandIn {
  /** The address in the form that Sentry's SDK takes: `https://<public key>@<host>/<project>`. */
  readonly dsn: string;
  /** Envelopes received. */
  readonly envelopes: number;
  close(): Promise<void>;
}

const PROJECT = 1;

/** Starts the stand-in; the paths are those of https://develop.sentry.dev/sdk/data-model/envelopes/. */
export async function startSentryStandIn(certificate: Certificate): Promise<SentryStandIn> {
  let envelopes = 0;
  const server = createServer({ key: certificate.key, cert: certificate.cert }, (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'https://sentry.example');
    const known = request.method === 'POST' && pathname === `/api/${PROJECT}/envelope/`;
    if (known) envelopes += 1;
    request.resume();
    response
      .writeHead(known ? 200 : 404, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
      .end('{}');
  });
  const port = await listen(server, 0);
  return {
    dsn: `https://${randomBytes(16).toString('hex')}@${HOST}:${port}/${PROJECT}`,
    get envelopes() {
      return envelopes;
    },
    close: () => closeServer(server),
  };
}
