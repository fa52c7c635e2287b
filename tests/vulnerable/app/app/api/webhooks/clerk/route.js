import { verifyWebhook } from '@clerk/nextjs/webhooks';

export async function POST(request) {
  try {
    await verifyWebhook(request);
    return Response.json({ received: true });
  } catch {
    return Response.json({ error: 'invalid_signature' }, { status: 400 });
  }
}
