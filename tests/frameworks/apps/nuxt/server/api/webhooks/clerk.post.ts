import { verifyWebhook } from '@clerk/nuxt/webhooks';
import { answerDelivery } from '../../../shared/api.ts';
import { Deliveries } from '../../../shared/operations.ts';
import { has, settings } from '../../settings.ts';

const deliveries = new Deliveries(settings.auditLog);

export default defineEventHandler((event) =>
  answerDelivery(
    toWebRequest(event),
    deliveries,
    has('webhook-believed') ? readBody(event) : verifyWebhook(event, { signingSecret: settings.webhookSecret }),
  ),
);
