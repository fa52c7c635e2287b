import { verifyWebhook } from '@clerk/tanstack-react-start/webhooks';
import { createFileRoute } from '@tanstack/react-router';
import { answerDelivery } from '../../../../shared/api.ts';
import { Deliveries } from '../../../../shared/operations.ts';
import { has, settings } from '../../../settings.ts';

const deliveries = new Deliveries(settings.auditLog);

export const Route = createFileRoute('/api/webhooks/clerk')({
  server: {
    handlers: {
      POST: ({ request }) =>
        answerDelivery(
          request,
          deliveries,
          has('webhook-believed') ? request.json() : verifyWebhook(request, { signingSecret: settings.webhookSecret }),
        ),
    },
  },
});
