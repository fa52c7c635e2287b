import { json } from '../../shared/api.ts';
import { isMessage } from '../../shared/operations.ts';
import { MinuteLimit } from '../../shared/policy.ts';

const limit = new MinuteLimit(20);

export default defineEventHandler(async (event) => {
  const wait = limit.secondsToWait(getRequestHeader(event, 'x-forwarded-for')?.split(',').at(-1)?.trim() ?? '');
  if (wait !== undefined) return json({ error: 'too_many_requests' }, 429, { 'Retry-After': String(wait) });
  if (!isMessage(await readBody(event).catch(() => undefined))) return json({ error: 'invalid_message' }, 400);
  return json({ received: true }, 202);
});
