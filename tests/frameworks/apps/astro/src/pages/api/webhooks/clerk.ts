import { verifyWebhook } from '@clerk/astro/webhooks';
import type { APIRoute } from 'astro';
import { Deliveries } from '../../../../shared/operations.ts';
import { answerDelivery } from '../../../../shared/api.ts';
import { has, settings } from '../../../settings.ts';

const deliveries = new Deliveries(settings.auditLog);

export const POST: APIRoute = ({ request }) =>
  answerDelivery(
    request,
    deliveries,
    has('webhook-believed') ? request.json() : verifyWebhook(request, { signingSecret: settings.webhookSecret }),
  );
