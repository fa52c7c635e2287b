import { gzipSync } from 'node:zlib';
import { getAuth } from '@clerk/express';
import { Router } from 'express';
import type { RequestHandler } from 'express';
import { userApi } from '../app/api.ts';
import { protectApi, protectPage, wantsPage } from '../app/guard.ts';
import { layout } from '../app/pages.ts';
import { sameSite } from '../app/security.ts';
import { signInPath } from '../app/paths.ts';
import type { ReadinessOptions } from '../../../src/index.ts';
import { first, unusualBy } from './change.ts';

const ROUTES = ['/dashboard', '/settings'];

/** The options of a team whose protected pages refuse in one way. */
function refusing(unauthenticated: 'hidden' | 'unauthorized') {
  return (options: ReadinessOptions): ReadinessOptions => ({
    ...options,
    routes: {
      ...options.routes,
      protected: (options.routes?.protected || []).map((route) => ({
        ...(typeof route === 'string' ? { path: route } : route),
        unauthenticated,
      })),
    },
  });
}

/** Compresses what Express sends as one text, as the package `compression` does. */
const gzip: RequestHandler = (req, res, next) => {
  const send = res.send.bind(res);
  res.send = (body: unknown) => {
    res.vary('Accept-Encoding');
    if (typeof body !== 'string' || !req.acceptsEncodings('gzip')) return send(body);
    if (!res.get('Content-Type')) res.type('html');
    return (send(gzipSync(body)), res);
  };
  next();
};

/** Pages do not name their icon. */
const withoutIcon: RequestHandler = (_req, res, next) => {
  const send = res.send.bind(res);
  res.send = (body: unknown) => send(typeof body === 'string' ? body.replace(/<link rel="icon"[^>]*>/, '') : body);
  next();
};

/** Unusual and correct: nothing may fail, with the options that the title asks for. */
export const unusual = [
  ...unusualBy('routes/protected-redirect', [
    {
      name: 'express-absolute-303',
      title: 'the guard redirects with 303 to an absolute URL, and so does the return path',
      parts: ({ privatePages: [, ...pages] }, { origin }) => ({
        privatePages: [
          Router().use(ROUTES, (req, res, next) => {
            if (getAuth(req).userId || !wantsPage(req)) return protectPage(req, res, next);
            res.redirect(303, `${origin}/sign-in?redirect_url=${encodeURIComponent(origin + req.originalUrl)}`);
          }),
          ...pages,
        ],
      }),
    },
    {
      name: 'express-hidden-404',
      title: 'protected pages do not admit that they exist',
      options: refusing('hidden'),
      parts: ({ privatePages: [, ...pages] }) => ({
        privatePages: [
          Router().use(ROUTES, (req, _res, next) => (getAuth(req).userId ? next() : next('router'))),
          Router().use((req, _res, next) => (getAuth(req).userId ? next() : next('router')), ...pages),
        ],
      }),
    },
    {
      name: 'express-401-page',
      title: 'protected pages answer 401 with a page that leads to sign-in',
      options: refusing('unauthorized'),
      parts: ({ privatePages: [, ...pages] }, settings) => ({
        privatePages: [
          Router().use(ROUTES, (req, res, next) => {
            if (getAuth(req).userId || !wantsPage(req)) return protectPage(req, res, next);
            layout(settings)(res.status(401), {
              title: 'Please sign in',
              main: `<h1>Please sign in</h1><p><a href="${signInPath(req.originalUrl)}">Sign in</a></p>`,
            });
          }),
          ...pages,
        ],
      }),
    },
    {
      name: 'express-slash-301',
      title: 'pages have a slash at the end, and are redirected there',
      parts: (parts) => ({
        publicPages: [
          Router().get(['/pricing', '/dashboard', '/settings/billing'], (req, res, next) =>
            req.path.endsWith('/') ? next() : res.redirect(301, req.originalUrl.replace(req.path, `${req.path}/`)),
          ),
          ...parts.publicPages,
        ],
      }),
    },
  ]),
  ...unusualBy('routes/public-reachable', [
    {
      name: 'express-gzip',
      title: 'answers are compressed',
      parts: (parts) => ({ headers: [...parts.headers, gzip] }),
    },
  ]),
  ...unusualBy('api/unauthenticated-401', [
    {
      name: 'express-problem-json',
      title: 'the API refuses with problem+json',
      parts: (_parts, settings) => ({
        userApi: [
          Router().use(
            ['/me', '/projects'],
            (req, res, next) => {
              if (getAuth(req).userId) return next();
              res
                .status(401)
                .type('application/problem+json')
                .send(JSON.stringify({ title: 'Unauthorized', status: 401 }));
            },
            sameSite(settings),
          ),
          userApi(),
        ],
      }),
    },
  ]),
  ...unusualBy('api/csrf', [
    {
      name: 'express-json-only',
      title: 'nothing looks at origins, but the API reads JSON only, which no foreign page can send unasked',
      parts: () => ({ userApi: [Router().use(['/me', '/projects'], protectApi), userApi()] }),
    },
  ]),
  ...unusualBy('monitoring/health', [
    {
      name: 'express-health-text',
      title: 'the health endpoint says ok in plain text, as declared',
      options: (options) => ({ ...options, health: { path: '/api/health', contains: 'ok' } }),
      parts: (parts) => ({ health: [...parts.health.slice(0, 1), (_req, res) => void res.type('text').send('ok\n')] }),
    },
  ]),
  ...unusualBy('performance/static-bypass', [
    {
      name: 'express-no-favicon',
      title: 'there is no /favicon.ico, and no page links one',
      parts: ({ assets: [files, ...others] }) => ({
        assets: [
          withoutIcon,
          (req, res, next) => (req.path === '/favicon.ico' || !files ? next() : files(req, res, next)),
          ...others,
        ],
      }),
    },
  ]),
  ...unusualBy('errors/not-found-page', [
    {
      name: 'express-guard-everything',
      title: 'every path but the public ones asks for a session first, also those that do not exist',
      mayAlsoBreak: ['errors/not-found-page', 'errors/error-page'],
      parts: ({ privatePages }) => ({ privatePages: [protectPage, ...privatePages.slice(1)] }),
    },
  ]),
  ...unusualBy('headers/cookies', [
    {
      name: 'express-plain-cookie',
      title: 'a language cookie that scripts read, on pages only',
      parts: (parts) => ({
        publicPages: [
          first((_req, res) => res.cookie('lang', 'en', { secure: true, sameSite: 'lax' })),
          ...parts.publicPages,
        ],
      }),
    },
  ]),
];
