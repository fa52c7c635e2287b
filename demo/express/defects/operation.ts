import { assets } from '../app/assets.ts';
import { protectApi } from '../app/guard.ts';
import { brokenBy, first, pass } from './change.ts';
import { decode } from './token.ts';

export const operation = [
  ...brokenBy('monitoring/health', [
    {
      name: 'express-health-static',
      title: 'the health endpoint looks at nothing',
      parts: (parts) => ({ health: [...parts.health.slice(0, 1), (_req, res) => void res.json({ status: 'ok' })] }),
    },
    {
      name: 'express-health-send',
      title: "res.send('OK') makes the health endpoint an HTML page",
      parts: (parts) => ({ health: [...parts.health.slice(0, 1), (_req, res) => void res.send('OK')] }),
    },
    {
      name: 'express-health-guarded',
      title: 'the guard of the API covers the health endpoint',
      parts: (parts) => ({ health: [...parts.clerk, protectApi, ...parts.health] }),
    },
  ]),
  ...brokenBy('errors/not-found-page', [
    {
      name: 'express-cannot-get',
      title: "Express's own 404 page: Cannot GET",
      parts: () => ({ notFound: [pass] }),
    },
  ]),
  ...brokenBy('errors/error-page', [
    {
      name: 'express-default-error',
      title: "Express's own error page, with the stack because NODE_ENV is not production",
      mayAlsoBreak: ['api/error-shape'],
      parts: (parts) => ({
        configure: (app) => parts.configure(app.set('env', 'development')),
        failure: [(error, _req, _res, next) => next(error)],
      }),
    },
  ]),
  ...brokenBy('errors/auth-failure', [
    {
      name: 'express-cookie-throws',
      title: 'a logger decodes the session cookie, and throws on one that is no token',
      mayAlsoBreak: ['session/expired-return'],
      parts: (parts) => ({
        clerk: [
          first((req) => {
            const [, token] = /(?:^|; )__session=([^;]+)/.exec(req.get('cookie') ?? '') ?? [];
            if (token) decode(token);
          }),
          ...parts.clerk,
        ],
      }),
    },
  ]),
  ...brokenBy('performance/static-bypass', [
    {
      name: 'express-static-after-clerk',
      title: 'express.static is mounted after clerkMiddleware',
      parts: (parts) => ({ assets: parts.assets.slice(1), clerk: [...parts.clerk, assets()] }),
    },
    {
      name: 'express-static-uncached',
      title: 'express.static with its defaults: hashed files are asked for again on every visit',
      parts: (parts) => ({ assets: [assets({ immutable: false, maxAge: '0' }), ...parts.assets.slice(1)] }),
    },
  ]),
];
