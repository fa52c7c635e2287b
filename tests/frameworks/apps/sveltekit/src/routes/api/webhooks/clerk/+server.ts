import { verifyWebhook } from 'svelte-clerk/webhooks';
import { Deliveries } from '../../../../../shared/operations.ts';
import { json } from '../../../../guard.ts';
import { has, settings } from '../../../../settings.ts';
import type { RequestHandler } from './$types';

const deliveries = new Deliveries(settings.auditLog);

export const POST: RequestHandler = async ({ request }) => {
  const event = await (
    has('webhook-believed') ? request.json() : verifyWebhook(request, { signingSecret: settings.webhookSecret })
  ).catch(() => undefined);
  if (!event) return json({ error: 'invalid_signature' }, 400);
  await deliveries.handle(request.headers.get('svix-id') ?? '', event.type);
  return json({ received: true });
};
