import { getAuth } from '@clerk/express';
import { verifyWebhook } from '@clerk/express/webhooks';
import express, { Router } from 'express';
import type { RequestHandler } from 'express';
import { clerkStatus, Deliveries, isMessage, projectName } from './operations.ts';
import { projects } from './projects.ts';
import type { Settings } from './settings.ts';

const idOf = (req: Parameters<RequestHandler>[0]): string => getAuth(req).userId ?? '';

/** The API of the signed-in user; its guard stands before it. */
export function userApi(): Router {
  const api = Router();
  api.get('/me', (req, res) => void res.json({ userId: idOf(req) }));
  api.get('/projects', (req, res) => void res.json({ projects: projects.of(idOf(req)) }));
  api.post('/projects', express.json(), (req, res) => {
    const name = projectName(req.body);
    if (name === undefined) return void res.status(400).json({ error: 'invalid_name' });
    res.status(201).json({ project: projects.add(idOf(req), name) });
  });
  return api;
}

/** Anyone may write to us. */
export const contact: RequestHandler = (req, res) => {
  if (!isMessage(req.body)) return void res.status(400).json({ error: 'invalid_message' });
  res.status(202).json({ received: true });
};

/** Says whether Clerk's Backend API answers our secret key, and nothing else about the server. */
export function health(settings: Settings): RequestHandler {
  return async (_req, res) => {
    const status = await clerkStatus(settings);
    res.status(status === 'pass' ? 200 : 503).json({ status, checks: { clerk: { status } } });
  };
}

/** Clerk's deliveries. The signature covers the bytes as they were sent, so the body must not be parsed before. */
export function webhook({ webhookSecret, auditLog }: Settings): RequestHandler[] {
  const deliveries = new Deliveries(auditLog);
  return [
    express.raw({ type: () => true }),
    async (req, res) => {
      const event = await verifyWebhook(req, { signingSecret: webhookSecret }).catch(() => undefined);
      if (!event) return void res.status(400).json({ error: 'invalid_signature' });
      await deliveries.handle(req.get('svix-id') ?? '', event.type);
      res.json({ received: true });
    },
  ];
}
