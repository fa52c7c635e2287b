import type { Deliveries } from './operations.ts';
import { ALLOWED_BY_CORS } from './policy.ts';
import type { Settings } from './settings.ts';

/**
 * Answers a call of the API so that pages of the allowed origin may read it, and tells them what they may send.
 * @param reflects what is wrong with some apps: any origin may, with the user's cookies
 */
export async function withCors(
  { headers, method }: Request,
  { allowedOrigin }: Settings,
  reflects: boolean,
  answer: () => Promise<Response>,
): Promise<Response> {
  const from = headers.get('origin');
  const isAllowed = from !== null && (from === allowedOrigin || reflects);
  const response = isAllowed && method === 'OPTIONS' ? new Response(null, { status: 204 }) : await answer();
  // Also without an Origin: a cache must not hand this answer to another origin.
  response.headers.append('Vary', 'Origin');
  if (!isAllowed) return response;
  response.headers.set('Access-Control-Allow-Origin', from);
  for (const [name, value] of Object.entries(ALLOWED_BY_CORS)) response.headers.set(name, value);
  if (reflects) response.headers.set('Access-Control-Allow-Credentials', 'true');
  return response;
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

/** The user who calls the API, or the answer to somebody else: to nobody, and to a page of a foreign origin. */
export function callerOf(
  userId: string | null,
  { headers }: Request,
  { origin, allowedOrigin }: Settings,
): string | Response {
  if (!userId) return json({ error: 'unauthenticated' }, 401, { 'WWW-Authenticate': 'Bearer' });
  const from = headers.get('origin');
  if (from !== null && from !== origin && from !== allowedOrigin) return json({ error: 'foreign_origin' }, 403);
  return userId;
}

/** Answers a delivery of a webhook; `event` fails where its signature does. */
export async function answerDelivery(
  { headers }: Request,
  deliveries: Deliveries,
  event: Promise<{ type: string }>,
): Promise<Response> {
  const verified = await event.catch(() => undefined);
  if (!verified) return json({ error: 'invalid_signature' }, 400);
  await deliveries.handle(headers.get('svix-id') ?? '', verified.type);
  return json({ received: true });
}
