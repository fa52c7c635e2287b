import { clerkMiddleware, createClerkClient } from '@clerk/express';
import express, { Router } from 'express';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import { contact, health, userApi, webhook } from './api.ts';
import { assets } from './assets.ts';
import { searchFiles } from './files.ts';
import { protectApi, protectPage } from './guard.ts';
import { failure, layout, notFoundPage, privatePages, publicPages } from './pages.ts';
import type { Show } from './pages.ts';
import { cors, rateLimit, sameSite, securityHeaders } from './security.ts';
import type { Settings } from './settings.ts';
import { loginPath } from './paths.ts';

/** The pieces of the app, in the order in which a request meets them. */
export interface Parts {
  readonly configure: (app: Express) => unknown;
  readonly headers: RequestHandler[];
  readonly assets: RequestHandler[];
  readonly health: RequestHandler[];
  readonly webhook: RequestHandler[];
  readonly cors: RequestHandler[];
  readonly clerk: RequestHandler[];
  readonly contact: RequestHandler[];
  readonly userApi: RequestHandler[];
  readonly login: RequestHandler[];
  readonly publicPages: RequestHandler[];
  readonly privatePages: RequestHandler[];
  readonly notFound: RequestHandler[];
  readonly failure: ErrorRequestHandler[];
}

export function partsOf(settings: Settings, show: Show = layout(settings)): Parts {
  const { publishableKey, secretKey, apiUrl, origin, allowedOrigin } = settings;
  const clerkClient = createClerkClient({ publishableKey, secretKey, apiUrl, telemetry: { disabled: true } });
  return {
    configure: (app) => app.disable('x-powered-by'),
    headers: [securityHeaders(settings)],
    assets: [assets(), texts(settings)],
    health: [noStore, health(settings)],
    webhook: webhook(settings),
    cors: [cors(settings)],
    clerk: [
      noStore,
      readablePath,
      // Refuses session tokens that were issued to pages of any other origin.
      clerkMiddleware({ clerkClient, publishableKey, secretKey, apiUrl, authorizedParties: [origin, allowedOrigin] }),
    ],
    contact: [rateLimit(20), express.json(), contact],
    userApi: [Router().use(['/me', '/projects'], protectApi, sameSite(settings)), userApi()],
    login: [login(settings)],
    publicPages: [publicPages(show)],
    privatePages: [Router().use(['/dashboard', '/settings'], protectPage), privatePages(show)],
    notFound: [notFoundPage(show)],
    failure: [failure(show)],
  };
}

export function createApp(parts: Parts): Express {
  const app = express();
  parts.configure(app);
  // One proxy, which ends TLS and adds the client's address.
  app.set('trust proxy', 1);
  app.use(...parts.headers);
  app.use(...parts.assets);
  app.get('/api/health', ...parts.health);
  // Before Clerk and before any parser: deliveries carry no session, and their signature covers the raw body.
  app.post('/api/webhooks/clerk', ...parts.webhook);
  app.use('/api', ...parts.cors);
  app.use(...parts.clerk);
  app.post('/api/contact', ...parts.contact);
  app.use('/api', ...parts.userApi);
  app.use('/api', (_req, res) => void res.status(404).json({ error: 'not_found' }));
  app.get('/login', ...parts.login);
  app.use(...parts.publicPages);
  app.use(...parts.privatePages);
  app.get('/crash', () => {
    throw new Error('fire drill: this page always fails');
  });
  app.use(...parts.notFound);
  app.use(...parts.failure);
  return app;
}

/** What follows depends on who asks, so no cache may keep it. */
const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'private, no-store');
  next();
};

/** Malformed addresses get the error page; Clerk's SDK would answer some of them with an empty 400. */
const readablePath: RequestHandler = (req, _res, next) => {
  try {
    decodeURIComponent(req.path);
    next();
  } catch (error) {
    next(Object.assign(error as Error, { status: 400 }));
  }
};

/** Links of the old app: `/login?next=/dashboard`. */
function login({ origin }: Settings): RequestHandler {
  return (req, res) => res.redirect(loginPath(String(req.query['next']), origin));
}

function texts({ origin }: Settings): Router {
  const files = Router();
  for (const { path, type, text } of searchFiles(origin))
    files.get(path, (_req, res) => void res.type(type).send(text));
  return files;
}
