import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { responseHeaders } from './forward.ts';
import type { Upstream } from './forward.ts';
import { withHeader } from './message.ts';
import type { DemoRequest, DemoResponse } from './message.ts';

/** Sends a whole request to the app and reads the whole answer, uncompressed: for defects, which change both. */
export function exchange(upstream: Upstream, request: DemoRequest): Promise<DemoResponse> {
  const identity = withHeader(request, 'Accept-Encoding', 'identity');
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      host: 'localhost',
      port: upstream.port,
      agent: upstream.agent,
      method: request.method,
      path: request.target,
      headers: identity.headers.flat(),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      readBody(incoming).then(
        (body) => resolve({ status: incoming.statusCode ?? 502, headers: responseHeaders(incoming), body }),
        reject,
      );
    });
    outgoing.end(request.body);
  });
}

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
