import { json, jsonObject } from '@/lib/api';
import { clientAddress, createRateLimiter } from '@/lib/rate-limit';

const MAX_MESSAGE_LENGTH = 2000;
const limit = createRateLimiter(20);

/** Anyone may write to us, but not all day. */
export async function POST(request: Request): Promise<Response> {
  const decision = limit(clientAddress(request));
  if (!decision.allowed) return json({ error: 'too_many_requests' }, 429, { 'Retry-After': String(decision.retryAfterSeconds) });
  const message = (await jsonObject(request))?.message;
  if (typeof message !== 'string' || message.trim() === '' || message.length > MAX_MESSAGE_LENGTH) return json({ error: 'invalid_message' }, 400);
  return json({ received: true }, 202);
}
