import { clerkMiddleware, getAuth } from '@clerk/hono';
import { verifyWebhook } from '@clerk/hono/webhooks';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';
import { accepts } from 'hono/accepts';
import { cors } from 'hono/cors';
import { csrf } from 'hono/csrf';
import { HTTPException } from 'hono/http-exception';
import { NONCE, secureHeaders } from 'hono/secure-headers';
import { trimTrailingSlash } from 'hono/trailing-slash';
import { validator } from 'hono/validator';
import { PUBLIC_FOLDER, searchFiles, withoutHash } from './shared/files.ts';
import { clerkStatus, Deliveries, isMessage, projectName } from './shared/operations.ts';
import { MinuteLimit } from './shared/policy.ts';
import { projects } from './shared/projects.ts';
import { frontendApi } from './shared/settings.ts';
import type { Settings } from './shared/settings.ts';
import { loginPath, signInPath } from './shared/paths.ts';
import * as views from './shared/views.ts';

/** What may be wrong with the app, or right and unusual. */
type Deviation =
  | 'guard-after-routes'
  | 'guard-of-get'
  | 'cors-reflects'
  | 'webhook-believed'
  | 'webhook-throws'
  | 'login-anywhere'
  | 'whole-api-guarded'
  | 'slashes-trimmed';

/** The app, correct unless it is told otherwise. */
export function createApp(settings: Settings, deviation: string | undefined): Hono {
  const has = (name: Deviation): boolean => name === deviation;
  const { publishableKey, secretKey, apiUrl, origin, allowedOrigin, webhookSecret } = settings;
  const app = new Hono();
  const show = (c: Context, view: views.View, status: 200 | 400 | 404 | 500 = 200) =>
    c.html(
      views.documentOf(settings, view, { nonce: c.get('secureHeadersNonce') ?? '', signedIn: isSignedIn(c) }),
      status,
    );

  app.use(browserHeaders(settings));
  if (has('slashes-trimmed')) app.use(trimTrailingSlash());
  app.use(
    '/assets/*',
    serveStatic({
      root: PUBLIC_FOLDER,
      rewriteRequestPath: (path) => withoutHash(path).slice('/assets'.length),
      onFound: (_path, c) => void c.header('Cache-Control', 'public, max-age=31536000, immutable'),
    }),
  );
  app.get('/favicon.ico', serveStatic({ root: PUBLIC_FOLDER }));
  for (const { path, type, text } of searchFiles(origin))
    app.get(path, (c) => c.body(text, 200, { 'Content-Type': type }));

  app.use(async (c, next) => {
    c.header('Cache-Control', 'private, no-store');
    await next();
  });

  app.get('/api/health', async (c) => {
    const status = await clerkStatus(settings);
    return c.json({ status, checks: { clerk: { status } } }, status === 'pass' ? 200 : 503);
  });

  const deliveries = new Deliveries(settings.auditLog);
  app.post('/api/webhooks/clerk', async (c) => {
    if (has('webhook-believed')) {
      const { type } = await c.req.json();
      await deliveries.handle(c.req.header('svix-id') ?? '', type);
      return c.json({ received: true });
    }
    const verified = verifyWebhook(c, { signingSecret: webhookSecret });
    const event = has('webhook-throws') ? await verified : await verified.catch(() => undefined);
    if (!event) return c.json({ error: 'invalid_signature' }, 400);
    await deliveries.handle(c.req.header('svix-id') ?? '', event.type);
    return c.json({ received: true });
  });

  app.use(
    '/api/*',
    has('cors-reflects')
      ? cors({ origin: (from) => from, credentials: true })
      : cors({
          origin: [allowedOrigin],
          allowMethods: ['GET', 'POST'],
          allowHeaders: ['Authorization', 'Content-Type'],
          maxAge: 600,
        }),
  );
  app.use(clerkMiddleware({ publishableKey, secretKey, apiUrl, authorizedParties: [origin, allowedOrigin] }));

  const limit = new MinuteLimit(20);
  app.post(
    '/api/contact',
    async (c, next) => {
      const wait = limit.secondsToWait(c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '');
      if (wait === undefined) return next();
      return c.json({ error: 'too_many_requests' }, 429, { 'Retry-After': String(wait) });
    },
    validator('json', (body, c) => (isMessage(body) ? body : c.json({ error: 'invalid_message' }, 400))),
    (c) => c.json({ received: true }, 202),
  );

  for (const path of has('whole-api-guarded') ? ['/api/*'] : ['/api/me', '/api/projects'])
    app.use(path, protectApi, csrf({ origin: [origin, allowedOrigin] }));
  app.get('/api/me', (c) => c.json({ userId: getAuth(c).userId }));
  app.get('/api/projects', (c) => c.json({ projects: projects.of(idOf(c)) }));
  app.post(
    '/api/projects',
    validator('json', (body, c) => projectName(body) ?? c.json({ error: 'invalid_name' }, 400)),
    (c) => c.json({ project: projects.add(idOf(c), c.req.valid('json')) }, 201),
  );

  app.get('/', (c) => show(c, views.HOME));
  app.get('/pricing', (c) => show(c, views.PRICING));
  app.get('/login', (c) => {
    const next = c.req.query('next') ?? '';
    return c.redirect(has('login-anywhere') ? next : loginPath(next, origin));
  });
  app.get('/sign-in/:step{.+}?', (c) => show(c, views.SIGN_IN));
  app.get('/sign-up/:step{.+}?', (c) => show(c, views.SIGN_UP));

  const guard = () => {
    if (has('guard-of-get')) app.get('/dashboard/*', protectPage);
    else app.use('/dashboard/*', protectPage);
    app.use('/settings/*', protectPage);
  };
  if (!has('guard-after-routes')) guard();
  app.on(has('guard-of-get') ? ['GET', 'POST'] : ['GET'], '/dashboard', (c) =>
    show(c, views.dashboard(projects.of(idOf(c)))),
  );
  app.get('/settings', (c) => c.redirect('/settings/billing'));
  app.get('/settings/billing', (c) => show(c, views.BILLING));
  if (has('guard-after-routes')) guard();

  app.get('/crash', () => {
    throw new Error('fire drill: this page always fails');
  });
  app.notFound((c) => (isApi(c) ? c.json({ error: 'not_found' }, 404) : show(c, views.NOT_FOUND, 404)));
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: 'bad_request' }, error.status);
    console.error(error);
    if (isApi(c)) return c.json({ error: 'internal_error' }, 500);
    return show(c, views.errorView(500, pathOf(c), isSignedIn(c)), 500);
  });
  return app;
}

const isApi = (c: Context): boolean => c.req.path.startsWith('/api/');

const idOf = (c: Context): string => getAuth(c).userId ?? '';

/** False too where a request failed before Clerk looked at it. */
const isSignedIn = (c: Context): boolean => c.get('clerkAuth') !== undefined && getAuth(c).userId !== null;

/** The path asked for, with its query. */
function pathOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}

const protectApi: MiddlewareHandler = async (c, next) => {
  if (getAuth(c).userId) return next();
  return c.json({ error: 'unauthenticated' }, 401, { 'WWW-Authenticate': 'Bearer' });
};

/** Sends visitors without a session to sign-in and back, and refuses programs. */
const protectPage: MiddlewareHandler = async (c, next) => {
  if (getAuth(c).userId) return next();
  const wanted = accepts(c, {
    header: 'Accept',
    supports: ['application/json', 'text/html'],
    default: 'application/json',
  });
  if (wanted === 'text/html') return c.redirect(signInPath(pathOf(c)));
  return c.json({ error: 'unauthenticated' }, 401);
};

/** The middleware's defaults, and the policy that Clerk needs. */
function browserHeaders(settings: Settings): MiddlewareHandler {
  const clerk = frontendApi(settings);
  return secureHeaders({
    strictTransportSecurity: 'max-age=31536000; includeSubDomains',
    xFrameOptions: 'DENY',
    referrerPolicy: 'strict-origin-when-cross-origin',
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      scriptSrc: [
        "'self'",
        NONCE,
        "'strict-dynamic'",
        clerk,
        'https://challenges.cloudflare.com',
        'https://*.protect.clerk.com',
      ],
      connectSrc: ["'self'", clerk, 'https://*.protect.clerk.com:*'],
      imgSrc: ["'self'", 'https://img.clerk.com'],
      frameSrc: ['https://challenges.cloudflare.com', 'https://*.protect.clerk.com'],
      workerSrc: ["'self'", 'blob:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
    },
  });
}
