import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const webhook = [
  {
    id: 'webhook/forged-signature',
    title: 'Forged webhook deliveries are rejected',
    row: 'Webhook signatures verified',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: ['webhook.path'],
    why: 'An endpoint that takes unsigned events lets anyone create, change or delete users in your database.',
    fix: 'Verify every delivery with verifyWebhook() and answer 400 when it throws; keep the endpoint out of the guard.',
    docs: `${CLERK_DOCS}/guides/development/webhooks/syncing`,
  },
] as const satisfies readonly CatalogEntry[];
