import { verifyWebhook } from 'svelte-clerk/webhooks';
import { Deliveries } from '../../../../../shared/operations.ts';
import { answerDelivery } from '../../../../../shared/api.ts';
import { has, settings } from '../../../../settings.ts';
import type { RequestHandler } from './$types';

const deliveries = new Deliveries(settings.auditLog);

export const POST: RequestHandler = ({ request }) =>
  answerDelivery(
    request,
    deliveries,
    has('webhook-believed') ? request.json() : verifyWebhook(request, { signingSecret: settings.webhookSecret }),
  );
