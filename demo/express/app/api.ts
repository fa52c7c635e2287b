import { appendFile } from 'node:fs/promises';
import { getAuth } from '@clerk/express';
import { verifyWebhook } from '@clerk/express/webhooks';
import express, { Router } from 'express';
import type { RequestHandler } from 'express';
import { projects } from './projects.ts';
import type { Settings } from './settings.ts';

/** A health check must answer well before its caller gives up. */
const HEALTH_TIMEOUT_MS = 1500;

const MAX_NAME_LENGTH = 100;

const idOf = (req: Parameters<RequestHandler>[0]): string => getAuth(req).userId ?? '';

/** The API of the signed-in user; its guard stands before it. */
export function userApi(): Router {
  const api = Router();
  api.get('/me', (req, res) => void res.json({ userId: idOf(req) }));
  api.get('/projects', (req, res) => void res.json({ projects: projects.of(idOf(req)) }));
  api.post('/projects', express.json(), (req, res) => {
    const name: unknown = req.body?.name;
    if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME_LENGTH)
      return void res.status(400).json({ error: 'invalid_name' });
    res.status(201).json({ project: projects.add(idOf(req), name.trim()) });
  });
  return api;
}

/** Anyone may write to us. */
export const contact: RequestHandler = (req, res) => {
  const message: unknown = req.body?.message;
  if (typeof message !== 'string' || message.trim() === '')
    return void res.status(400).json({ error: 'invalid_message' });
  res.status(202).json({ received: true });
};

/** Says whether Clerk's Backend API answers our secret key, and nothing else about the server. */
export function health({ apiUrl, secretKey }: Settings): RequestHandler {
  return async (_req, res) => {
    const answer = await fetch(new URL('/v1/jwks', apiUrl), {
      headers: { Authorization: `Bearer ${secretKey}` },
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    }).catch(() => undefined);
    await answer?.body?.cancel();
    const status = answer?.ok ? 'pass' : 'fail';
    res.status(answer?.ok ? 200 : 503).json({ status, checks: { clerk: { status } } });
  };
}

/** Clerk's deliveries. The signature covers the bytes as they were sent, so the body must not be parsed before. */
export function webhook({ webhookSecret, auditLog }: Settings): RequestHandler[] {
  const seen = new Set<string>();
  return [
    express.raw({ type: () => true }),
    async (req, res) => {
      const event = await verifyWebhook(req, { signingSecret: webhookSecret }).catch(() => undefined);
      if (!event) return void res.status(400).json({ error: 'invalid_signature' });
      const id = req.get('svix-id') ?? '';
      // Deliveries are retried, and their effect must happen once.
      if (!seen.has(id)) await appendFile(auditLog, `${JSON.stringify({ delivery: id, event: event.type })}\n`);
      seen.add(id);
      res.json({ received: true });
    },
  ];
}
