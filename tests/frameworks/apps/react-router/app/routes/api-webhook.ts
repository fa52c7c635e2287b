import { verifyWebhook } from '@clerk/react-router/webhooks';
import type { ActionFunctionArgs } from 'react-router';
import { answerDelivery } from '../../shared/api.ts';
import { Deliveries } from '../../shared/operations.ts';
import { has, settings } from '../settings.ts';

const deliveries = new Deliveries(settings.auditLog);

export const action = ({ request }: ActionFunctionArgs): Promise<Response> =>
  answerDelivery(
    request,
    deliveries,
    has('webhook-believed') ? request.json() : verifyWebhook(request, { signingSecret: settings.webhookSecret }),
  );
