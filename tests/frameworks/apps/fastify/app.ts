import { randomBytes } from 'node:crypto';
import { clerkPlugin, getAuth } from '@clerk/fastify';
import { verifyWebhook } from '@clerk/fastify/webhooks';
import accepts from '@fastify/accepts';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import serveStatic from '@fastify/static';
import Fastify from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PUBLIC_FOLDER, searchFiles, withoutHash } from './shared/files.ts';
import { clerkStatus, Deliveries, isMessage, projectName } from './shared/operations.ts';
import { headersOf } from './shared/policy.ts';
import { projects } from './shared/projects.ts';
import type { Settings } from './shared/settings.ts';
import { loginPath, signInPath } from './shared/paths.ts';
import * as views from './shared/views.ts';

/** What may be wrong with the app, or right and unusual. */
type Deviation =
  | 'guard-in-other-scope'
  | 'guard-sends-nothing'
  | 'guard-by-address'
  | 'clerk-in-other-scope'
  | 'cors-reflects'
  | 'webhook-believed'
  | 'errors-with-stack'
  | 'router-forgiving'
  | 'clerk-before-body';

/** The app, correct unless it is told otherwise. */
export function createApp(settings: Settings, deviation: string | undefined): FastifyInstance {
  const has = (name: Deviation): boolean => name === deviation;
  const { publishableKey, secretKey, apiUrl, origin, allowedOrigin } = settings;
  const nonces = new WeakMap<FastifyRequest, string>();

  function setHeaders(request: FastifyRequest, reply: FastifyReply): string {
    const nonce = randomBytes(16).toString('base64');
    nonces.set(request, nonce);
    reply.headers(headersOf(settings, nonce));
    return nonce;
  }

  function show(request: FastifyRequest, reply: FastifyReply, view: views.View): FastifyReply {
    const nonce = nonces.get(request) ?? setHeaders(request, reply);
    const page = views.documentOf(settings, view, { nonce, signedIn: isSignedIn(request) });
    return reply.type('text/html; charset=utf-8').send(page);
  }

  function fail(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const isOurs = error.statusCode === undefined || error.statusCode < 400 || error.statusCode >= 500;
    const code = isOurs ? 500 : (error.statusCode ?? 500);
    if (isOurs) console.error(error);
    reply.code(code).header('Cache-Control', 'no-store');
    if (has('errors-with-stack')) return reply.send({ message: error.message, stack: error.stack });
    if (request.url.startsWith('/api/')) return reply.send({ error: isOurs ? 'internal_error' : 'bad_request' });
    return show(request, reply, views.errorView(code, request.url, isSignedIn(request)));
  }

  const forgiving = has('router-forgiving');
  const app = Fastify({
    trustProxy: '127.0.0.1',
    frameworkErrors: fail,
    routerOptions: { ignoreTrailingSlash: forgiving, ignoreDuplicateSlashes: forgiving, caseSensitive: !forgiving },
  });
  app.setErrorHandler(fail);
  app.setNotFoundHandler((request, reply) => {
    reply.code(404);
    if (request.url.startsWith('/api/')) return reply.send({ error: 'not_found' });
    return show(request, reply, views.NOT_FOUND);
  });
  app.addHook('onRequest', async (request, reply) => void setHeaders(request, reply));
  app.register(accepts);

  app.register(serveStatic, { root: PUBLIC_FOLDER, serve: false, immutable: true, maxAge: '1y' });
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) =>
    reply.sendFile(withoutHash(request.params.name)),
  );
  app.get('/favicon.ico', (_request, reply) => reply.sendFile('favicon.ico', { maxAge: '1d', immutable: false }));
  for (const { path, type, text } of searchFiles(origin))
    app.get(path, (_request, reply) => reply.type(type).send(text));

  app.get('/api/health', async (_request, reply) => {
    const status = await clerkStatus(settings);
    reply.code(status === 'pass' ? 200 : 503).header('Cache-Control', 'no-store');
    return { status, checks: { clerk: { status } } };
  });

  const deliveries = new Deliveries(settings.auditLog);
  app.post<{ Body: { type: string } }>('/api/webhooks/clerk', async (request, reply) => {
    const event = has('webhook-believed')
      ? request.body
      : await verifyWebhook(request, { signingSecret: settings.webhookSecret }).catch(() => undefined);
    if (!event) return reply.code(400).send({ error: 'invalid_signature' });
    await deliveries.handle(String(request.headers['svix-id']), event.type);
    return { received: true };
  });

  const hookName: 'onRequest' | 'preHandler' = has('clerk-before-body') ? 'onRequest' : 'preHandler';
  const clerk = { hookName, publishableKey, secretKey, apiUrl, authorizedParties: [origin, allowedOrigin] };
  if (has('clerk-in-other-scope')) app.register(async (scope) => void scope.register(clerkPlugin, clerk));

  // What follows depends on who asks.
  app.register(async (own) => {
    own.addHook('onRequest', async (_request, reply) => void reply.header('Cache-Control', 'private, no-store'));
    if (!has('clerk-in-other-scope')) own.register(clerkPlugin, clerk);

    own.register(
      async (api) => {
        await api.register(cors, {
          origin: has('cors-reflects') ? true : [allowedOrigin],
          credentials: has('cors-reflects'),
          methods: ['GET', 'POST'],
          allowedHeaders: ['Authorization', 'Content-Type'],
          maxAge: 600,
          strictPreflight: false,
        });
        await api.register(rateLimit, { global: false });
        api.post('/contact', { config: { rateLimit: { max: 20 } } }, async (request, reply) => {
          if (!isMessage(request.body)) return reply.code(400).send({ error: 'invalid_message' });
          return reply.code(202).send({ received: true });
        });
        api.register(async (user) => {
          user.addHook('preHandler', protectApi);
          user.addHook('preHandler', async (request, reply) => {
            const from = request.headers.origin;
            if (from === undefined || from === origin || from === allowedOrigin) return;
            return reply.code(403).send({ error: 'foreign_origin' });
          });
          user.get('/me', (request, reply) => reply.send({ userId: getAuth(request).userId }));
          user.get('/projects', (request, reply) => reply.send({ projects: projects.of(idOf(request)) }));
          user.post('/projects', async (request, reply) => {
            const name = projectName(request.body);
            if (name === undefined) return reply.code(400).send({ error: 'invalid_name' });
            return reply.code(201).send({ project: projects.add(idOf(request), name) });
          });
        });
      },
      { prefix: '/api' },
    );

    own.get('/', (request, reply) => show(request, reply, views.HOME));
    own.get('/pricing', (request, reply) => show(request, reply, views.PRICING));
    own.get<{ Querystring: { next?: string } }>('/login', (request, reply) =>
      reply.redirect(loginPath(request.query.next ?? '', origin)),
    );
    for (const path of ['/sign-in', '/sign-in/*'])
      own.get(path, (request, reply) => show(request, reply, views.SIGN_IN));
    for (const path of ['/sign-up', '/sign-up/*'])
      own.get(path, (request, reply) => show(request, reply, views.SIGN_UP));
    own.get('/crash', () => {
      throw new Error('fire drill: this page always fails');
    });

    own.register(async (pages) => {
      if (has('guard-in-other-scope')) pages.register(async (guard) => void guard.addHook('preHandler', protectPage));
      else if (has('guard-by-address'))
        pages.addHook('preHandler', async (request, reply) => {
          if (/^\/(?:dashboard|settings)/.test(request.url)) return protectPage(request, reply);
        });
      else if (has('guard-sends-nothing'))
        pages.addHook('preHandler', async (request, reply) => {
          if (!getAuth(request).userId) reply.code(401);
        });
      else pages.addHook('preHandler', protectPage);
      pages.get('/dashboard', (request, reply) => show(request, reply, views.dashboard(projects.of(idOf(request)))));
      pages.get('/settings', (_request, reply) => reply.redirect('/settings/billing'));
      pages.get('/settings/billing', (request, reply) => show(request, reply, views.BILLING));
    });
  });
  return app;
}

const idOf = (request: FastifyRequest): string => getAuth(request).userId ?? '';

/** False too where Clerk has not looked at the request. */
const isSignedIn = (request: FastifyRequest): boolean =>
  'auth' in request && request.auth !== null && getAuth(request).userId !== null;

async function protectApi(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (getAuth(request).userId) return undefined;
  return reply.code(401).header('WWW-Authenticate', 'Bearer').send({ error: 'unauthenticated' });
}

/** Sends visitors without a session to sign-in and back, and refuses programs. */
async function protectPage(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  if (getAuth(request).userId) return undefined;
  if (request.accepts().type(['json', 'html']) === 'html') return reply.redirect(signInPath(request.url));
  return reply.code(401).send({ error: 'unauthenticated' });
}
