import { getAuth, requireAuth } from '@clerk/express';
import express, { Router } from 'express';
import type { ErrorRequestHandler } from 'express';
import { userApi } from '../app/api.ts';
import { protectApi } from '../app/guard.ts';
import { sameSite } from '../app/security.ts';
import { brokenBy, GUARD_IS_OPEN } from './change.ts';
import { decode } from './token.ts';

const API = ['/me', '/projects'];

export const api = [
  ...brokenBy('api/unauthenticated-401', [
    {
      name: 'express-api-open',
      title: 'no guard is mounted on the API: anonymous gets the empty list of nobody',
      mayAlsoBreak: GUARD_IS_OPEN,
      parts: (_parts, settings) => ({ userApi: [sameSite(settings), userApi()] }),
    },
    {
      name: 'express-api-302',
      title: 'the guard of pages stands before the API: 302 to sign-in',
      parts: (_parts, settings) => ({
        userApi: [Router().use(API, requireAuth({ signInUrl: '/sign-in' }), sameSite(settings)), userApi()],
      }),
    },
  ]),
  ...brokenBy('api/forged-token', [
    {
      name: 'express-api-decodes',
      title: 'the API decodes the bearer token and verifies nothing',
      parts: (parts) => ({
        userApi: [
          Router().get(API, (req, res, next) => {
            const [, token] = /^Bearer (.+)$/.exec(req.get('authorization') ?? '') ?? [];
            try {
              const { sub } = decode(token);
              return sub ? void res.json({ userId: sub, projects: [] }) : next();
            } catch {
              next();
            }
          }),
          ...parts.userApi,
        ],
      }),
    },
  ]),
  ...brokenBy('api/authenticated', [
    {
      name: 'express-api-role',
      title: 'the API asks for a role that nobody has: 403 to every user',
      parts: (parts) => ({
        userApi: [
          Router().use(API, protectApi, (req, res, next) =>
            getAuth(req).has({ role: 'org:admin' }) ? next() : void res.status(403).json({ error: 'forbidden' }),
          ),
          ...parts.userApi,
        ],
      }),
    },
  ]),
  ...brokenBy('api/error-shape', [
    {
      name: 'express-api-stack',
      title: 'the API reads the body before it looks at the session, and shows the stack of the parser',
      mayAlsoBreak: ['errors/error-page'],
      parts: (parts) => ({
        userApi: [
          Router().use(
            express.json(),
            ((error: Error, _req, res, _next) =>
              void res.status(400).json({ error: error.message, stack: error.stack })) as ErrorRequestHandler,
          ),
          ...parts.userApi,
        ],
      }),
    },
  ]),
  ...brokenBy('api/csrf', [
    {
      name: 'express-csrf',
      title:
        'express.urlencoded() is there for forms, and nothing looks at the origin of what a signed-in browser sends',
      parts: () => ({ userApi: [Router().use(API, protectApi, express.urlencoded()), userApi()] }),
    },
  ]),
];
