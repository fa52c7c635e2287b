import type { APIRoute } from 'astro';
import { isMessage } from '../../../shared/operations.ts';
import { MinuteLimit } from '../../../shared/policy.ts';
import { json } from '../../../shared/api.ts';

const limit = new MinuteLimit(20);

export const POST: APIRoute = async ({ request, clientAddress }) => {
  const wait = limit.secondsToWait(clientAddress);
  if (wait !== undefined) return json({ error: 'too_many_requests' }, 429, { 'Retry-After': String(wait) });
  if (!isMessage(await request.json().catch(() => undefined))) return json({ error: 'invalid_message' }, 400);
  return json({ received: true }, 202);
};
