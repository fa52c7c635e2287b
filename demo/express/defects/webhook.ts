import { createHmac } from 'node:crypto';
import { verifyWebhook } from '@clerk/express/webhooks';
import express from 'express';
import type { RequestHandler } from 'express';
import { randomWebhookSecret } from '../../clerk/keys.ts';
import { webhook } from '../app/api.ts';
import { brokenBy } from './change.ts';

const received: RequestHandler = (_req, res) => void res.json({ received: true });

export const webhooks = [
  ...brokenBy('webhook/forged-signature', [
    {
      name: 'express-webhook-unverified',
      title: 'deliveries are parsed and believed',
      mayAlsoBreak: ['webhook/stale-timestamp'],
      parts: () => ({ webhook: [express.json(), received] }),
    },
    {
      name: 'express-webhook-json',
      title: 'express.json() stands before the handler, and nobody catches what verifyWebhook throws: 500',
      mayAlsoBreak: ['webhook/stale-timestamp'],
      parts: (_parts, { webhookSecret }) => ({
        webhook: [
          express.json(),
          async (req, res) => {
            await verifyWebhook(req, { signingSecret: webhookSecret });
            res.json({ received: true });
          },
        ],
      }),
    },
    {
      name: 'express-webhook-swallowed',
      title: 'the error of the verification is logged, and the answer is 200 all the same',
      mayAlsoBreak: ['webhook/stale-timestamp'],
      parts: (_parts, { webhookSecret }) => ({
        webhook: [
          express.raw({ type: () => true }),
          async (req, res) => {
            const event = await verifyWebhook(req, { signingSecret: webhookSecret }).catch(() => undefined);
            res.json({ received: event !== undefined });
          },
        ],
      }),
    },
  ]),
  ...brokenBy('webhook/stale-timestamp', [
    {
      name: 'express-webhook-own-hmac',
      title: 'the handler computes the HMAC itself and looks at no clock',
      parts: (_parts, { webhookSecret }) => ({
        webhook: [
          express.raw({ type: () => true }),
          (req, res) => {
            const [id, at, signatures] = ['svix-id', 'svix-timestamp', 'svix-signature'].map((name) => req.get(name));
            const key = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64');
            const body = Buffer.isBuffer(req.body) ? req.body.toString() : '';
            const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
            const genuine = signatures?.split(' ').includes(`v1,${expected}`) && /^\d+$/.test(at ?? '') && id;
            return genuine ? received(req, res, () => {}) : void res.status(400).json({ error: 'invalid_signature' });
          },
        ],
      }),
    },
  ]),
  ...brokenBy('webhook/valid-delivery', [
    {
      name: 'express-webhook-other-secret',
      title: 'the server was deployed with the secret of another endpoint',
      mayAlsoBreak: ['environment/webhook-secret'],
      parts: (_parts, settings) => ({ webhook: webhook({ ...settings, webhookSecret: randomWebhookSecret() }) }),
    },
  ]),
  ...brokenBy('webhook/replay', [
    {
      name: 'express-webhook-duplicate',
      title: 'the id of a delivery is unique in the database, and a duplicate throws: 500',
      parts: (parts) => {
        const ids = new Set<string>();
        const insert: RequestHandler = (req, res, next) => {
          const id = req.get('svix-id') ?? '';
          if (ids.has(id)) throw new Error('duplicate key value violates unique constraint');
          res.on('finish', () => void (res.statusCode === 200 && ids.add(id)));
          next();
        };
        return { webhook: [insert, ...parts.webhook] };
      },
    },
  ]),
];
