import { randomBytes } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** A request's fields, whether it came as JSON or as a form. */
export type Fields = Readonly<Record<string, unknown>>;

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(JSON.stringify(body));
}

/** An error in the shape of Clerk's APIs. */
export function clerkError(code: string, message: string, meta: object = {}): object {
  return { errors: [{ code, message, long_message: message, meta }], clerk_trace_id: randomBytes(16).toString('hex') };
}

/** A rate limit, as Clerk's APIs answer it: with the seconds to wait. */
export function sendRateLimit(response: ServerResponse, retryAfter: number): void {
  sendJson(response, 429, clerkError('too_many_requests', 'Too many requests. Please try again in a bit.'), {
    'retry-after': String(retryAfter),
  });
}

export async function readFields(request: IncomingMessage): Promise<Fields> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (!request.headers['content-type']?.includes('json')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text || '{}');
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

/** A field's text; empty when the field is missing or something else. */
export function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function readCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? '').split(/;\s*/)) {
    const equals = pair.indexOf('=');
    if (equals > 0) cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return cookies;
}
