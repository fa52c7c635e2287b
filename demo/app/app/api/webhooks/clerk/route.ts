import { verifyWebhook } from '@clerk/nextjs/webhooks';
import type { NextRequest } from 'next/server';
import { json } from '@/lib/api';
import { audit } from '@/lib/audit-log';
import { isFirstDelivery } from '@/lib/deliveries';

type WebhookEvent = Awaited<ReturnType<typeof verifyWebhook>>;

/** Clerk's deliveries. Anything but 2xx makes Clerk send again, so events that we do not know are fine too. */
export async function POST(request: NextRequest): Promise<Response> {
  const event = await verifyWebhook(request).catch(() => undefined);
  if (!event) return json({ error: 'invalid_signature' }, 400);
  // verifyWebhook refuses deliveries without this header, and the signature covers it.
  const delivery = request.headers.get('svix-id') ?? '';
  if (isFirstDelivery(delivery)) {
    handle(event);
    await audit({ delivery, event: event.type });
  }
  return json({ received: true });
}

function handle(event: WebhookEvent): void {
  switch (event.type) {
    case 'user.created':
    case 'user.deleted':
      console.info(`webhook ${event.type} ${event.data.id}`);
      return;
    default:
      return;
  }
}
