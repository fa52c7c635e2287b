import type { RequestHandler } from 'express';
import type { Parts } from '../app/app.ts';
import { cors } from '../app/security.ts';
import { brokenBy, first } from './change.ts';

/** Changes or drops headers that the app's own middleware has set. */
const afterHeaders = (change: RequestHandler) => (parts: Parts) => ({ headers: [...parts.headers, change] });

const policy = (change: (policy: string) => string) =>
  afterHeaders(
    first((_req, res) => res.set('Content-Security-Policy', change(String(res.get('Content-Security-Policy'))))),
  );

export const browsers = [
  ...brokenBy('cors/untrusted-origin', [
    {
      name: 'express-cors-reflect',
      title: 'cors({ origin: true, credentials: true }): every origin is reflected',
      parts: (parts, settings) => ({
        cors: [
          (req, res, next) => {
            const origin = req.get('origin');
            if (origin) res.set('Access-Control-Allow-Credentials', 'true');
            cors({ ...settings, allowedOrigin: origin ?? '' })(req, res, next);
          },
          ...parts.cors.slice(1),
        ],
      }),
    },
    {
      name: 'express-cors-suffix',
      title: 'every origin that ends as the allowed one is allowed',
      parts: (parts, settings) => ({
        cors: [
          (req, res, next) => {
            const origin = req.get('origin') ?? '';
            const fits = origin.endsWith(new URL(settings.allowedOrigin).host);
            cors({ ...settings, allowedOrigin: fits ? origin : settings.allowedOrigin })(req, res, next);
          },
          ...parts.cors.slice(1),
        ],
      }),
    },
    {
      name: 'express-cors-behind-guard',
      title: 'the routes reflect every origin themselves, behind the guard: its refusals have no permission',
      parts: (parts) => ({
        userApi: [
          ...parts.userApi.slice(0, 1),
          first((req, res) => {
            const origin = req.get('origin');
            if (origin === undefined) return;
            res
              .vary('Origin')
              .set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' });
          }),
          ...parts.userApi.slice(1),
        ],
      }),
    },
  ]),
  ...brokenBy('cors/allowed-origin', [
    {
      name: 'express-preflight-guarded',
      title: 'the guard of the API stands before CORS and refuses preflights',
      parts: (parts) => ({
        cors: [(req, res, next) => (req.method === 'OPTIONS' ? void res.status(401).end() : next()), ...parts.cors],
      }),
    },
  ]),
  ...brokenBy('headers/security', [
    {
      name: 'express-powered-by',
      title: 'X-Powered-By: Express is on, as by default',
      parts: () => ({ configure: () => {} }),
    },
    {
      name: 'express-no-hsts',
      title: 'HSTS is left to a load balancer that does not send it',
      parts: afterHeaders(first((_req, res) => res.removeHeader('Strict-Transport-Security'))),
    },
  ]),
  ...brokenBy('headers/csp', [
    {
      name: 'express-no-csp',
      title: 'helmet({ contentSecurityPolicy: false }): no policy at all',
      mayAlsoBreak: ['headers/csp-clerk'],
      parts: afterHeaders(first((_req, res) => res.removeHeader('Content-Security-Policy'))),
    },
    {
      name: 'express-nonce-once',
      title: 'the nonce is made once, when the server starts',
      parts: (parts) => {
        const nonce = 'c3RhcnRlZC1vbmNlLW9ubHk=';
        const fixed = first((_req, res) => {
          const now = String(res.get('Content-Security-Policy'));
          res.set('Content-Security-Policy', now.replace(String(res.locals['nonce']), nonce));
          res.locals['nonce'] = nonce;
        });
        return { headers: [...parts.headers, fixed] };
      },
    },
  ]),
  ...brokenBy('headers/csp-clerk', [
    {
      name: 'express-csp-helmet',
      title: "helmet's default-src is left in charge of workers: worker-src does not allow blob:",
      parts: policy((text) => text.replace("worker-src 'self' blob:", "worker-src 'self'")),
    },
  ]),
  ...brokenBy('headers/cookies', [
    {
      name: 'express-session-cookie',
      title: 'express-session with its defaults: connect.sid without Secure and SameSite',
      parts: (parts) => ({
        publicPages: [
          first((_req, res) => res.cookie('connect.sid', 's%3Aabcdefghijkl', { httpOnly: true })),
          ...parts.publicPages,
        ],
      }),
    },
  ]),
];
