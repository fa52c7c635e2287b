import { getAuth, requireAuth } from '@clerk/express';
import { Router } from 'express';
import type { RequestHandler } from 'express';
import { partsOf } from '../app/app.ts';
import type { Parts } from '../app/app.ts';
import { protectPage } from '../app/guard.ts';
import { layout } from '../app/pages.ts';
import type { Show } from '../app/pages.ts';
import { brokenBy, first, GUARD_IS_OPEN, pass } from './change.ts';

const ROUTES = ['/dashboard', '/settings'];

/** Another guard before the same pages. */
const guarded = (guard: RequestHandler) => (parts: Parts) => ({
  privatePages: [guard, ...parts.privatePages.slice(1)],
});

export const routes = [
  ...brokenBy('routes/public-reachable', [
    {
      name: 'express-guard-on-pricing',
      title: 'the guard is mounted on /pricing too',
      parts: (parts) => ({ publicPages: [Router().use('/pricing', protectPage), ...parts.publicPages] }),
    },
  ]),
  ...brokenBy('routes/protected-redirect', [
    {
      name: 'express-guard-missing',
      title: 'the guard is mounted on /settings only, /dashboard was forgotten',
      mayAlsoBreak: GUARD_IS_OPEN,
      parts: guarded(Router().use('/settings', protectPage)),
    },
    {
      name: 'express-guard-after',
      title: 'the guard is mounted after the routes, which never get to it',
      mayAlsoBreak: GUARD_IS_OPEN,
      parts: (parts) => ({ privatePages: parts.privatePages.toReversed() }),
    },
    {
      name: 'express-require-auth-home',
      title: 'requireAuth() without CLERK_SIGN_IN_URL sends anonymous visitors to /',
      mayAlsoBreak: ['session/expired-return'],
      parts: guarded(Router().use(ROUTES, requireAuth())),
    },
  ]),
  ...brokenBy('routes/bypass', [
    {
      name: 'express-guard-prefix',
      title: 'the guard compares prefixes, and routes match in any case: /Dashboard renders',
      parts: guarded((req, res, next) =>
        ROUTES.some((path) => req.path.startsWith(path)) ? protectPage(req, res, next) : next(),
      ),
    },
    {
      name: 'express-guard-exact',
      title: 'the guard compares whole paths, and routes match with a slash at the end: /dashboard/ renders',
      parts: guarded((req, res, next) =>
        [...ROUTES, '/settings/billing'].includes(req.path.toLowerCase()) ? protectPage(req, res, next) : next(),
      ),
    },
    {
      name: 'express-original-url',
      title: 'X-Original-URL takes the place of the path after the guard has looked at it',
      parts: ({ publicPages, privatePages: [guard, ...pages] }) => ({
        publicPages: [pass],
        privatePages: [
          guard ?? protectPage,
          first((req) => void (req.url = req.get('x-original-url') ?? req.url)),
          ...publicPages,
          ...pages,
        ],
      }),
    },
  ]),
  ...brokenBy('routes/undeclared', [
    {
      name: 'express-admin-open',
      title: 'a page /admin is linked in the footer, and no guard is mounted on it',
      parts: (_parts, settings) => {
        const show = layout(settings);
        const linked: Show = (res, view) =>
          show(res, { ...view, main: `${view.main}<p><a href="/admin">Admin</a></p>` });
        const parts = partsOf(settings, linked);
        const admin = Router().get('/admin', (_req, res) =>
          linked(res, { title: 'Admin', main: '<h1>All customers</h1><p>3 accounts</p>' }),
        );
        return { ...parts, publicPages: [...parts.publicPages, admin] };
      },
    },
  ]),
  ...brokenBy('routes/not-cacheable', [
    {
      name: 'express-private-cached',
      title: 'pages of signed-in users may be kept by every cache for five minutes',
      parts: (parts) => ({
        privatePages: [
          ...parts.privatePages.slice(0, 1),
          first((_req, res) => res.set('Cache-Control', 'public, max-age=300')),
          ...parts.privatePages.slice(1),
        ],
      }),
    },
  ]),
  ...brokenBy('routes/open-redirect', [
    {
      name: 'express-login-next',
      title: '/login?next= leads wherever it says',
      parts: () => ({ login: [(req, res) => res.redirect(String(req.query['next'] ?? '/'))] }),
    },
    {
      name: 'express-login-slash',
      title: '/login?next= takes everything with a slash at the start for a path: //evil.example',
      parts: () => ({
        login: [
          (req, res) => res.redirect(String(req.query['next']).startsWith('/') ? String(req.query['next']) : '/'),
        ],
      }),
    },
  ]),
];

export const sessions = brokenBy('session/expired-return', [
  {
    name: 'express-return-lost',
    title: 'the guard redirects to /sign-in and forgets where the visitor was going',
    mayAlsoBreak: ['routes/protected-redirect'],
    parts: guarded(
      Router().use(ROUTES, (req, res, next) => {
        if (getAuth(req).userId || !/html/.test(req.get('accept') ?? '')) return protectPage(req, res, next);
        res.redirect('/sign-in');
      }),
    ),
  },
  {
    name: 'express-cookie-presence',
    title: 'the guard lets in whoever has a session cookie, whatever it holds',
    mayAlsoBreak: GUARD_IS_OPEN,
    parts: guarded(
      Router().use(ROUTES, (req, res, next) =>
        /(?:^|; )__session=/.test(req.get('cookie') ?? '') ? next() : protectPage(req, res, next),
      ),
    ),
  },
]);
