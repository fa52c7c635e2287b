import { getAuth } from '@clerk/express';
import { Router } from 'express';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { asset } from './assets.ts';
import { signInPath } from './guard.ts';
import { projects } from './projects.ts';
import { frontendApi } from './settings.ts';
import type { Settings } from './settings.ts';

/** Shows a page: its title and what stands in `<main>`; `mount` names Clerk's component to show there. */
export type Show = (res: Response, title: string, main: string, mount?: 'sign-in' | 'sign-up') => void;

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** The layout of all pages. */
export function layout(settings: Settings): Show {
  const clerk = frontendApi(settings);
  return (res, title, main, mount) => {
    const script = `<script defer crossorigin="anonymous" nonce="${res.locals['nonce']}"`;
    const signedIn = userOf(res) !== undefined;
    res.send(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)} · Fernwork</title>
<link rel="icon" href="/favicon.ico">
<link rel="stylesheet" href="${asset('style.css')}">
${script} data-clerk-publishable-key="${settings.publishableKey}" src="${clerk}/npm/@clerk/clerk-js@6/dist/clerk.browser.js"></script>
${mount ? `${script} src="${clerk}/npm/@clerk/ui@1/dist/ui.browser.js"></script>` : ''}
${script} src="${asset('client.js')}"></script>
</head>
<body>
<header><a href="/">Fernwork</a> <a href="/pricing">Pricing</a> ${
      signedIn
        ? '<a href="/dashboard">Dashboard</a> <a href="/settings/billing">Billing</a> <button type="button" id="sign-out">Sign out</button>'
        : '<a href="/sign-in">Sign in</a> <a href="/sign-up">Sign up</a>'
    }</header>
<main${mount ? ` data-mount="${mount}"` : ''}>${main}</main>
</body>
</html>
`);
  };
}

export function publicPages(show: Show): Router {
  const pages = Router();
  pages.get('/', (_req, res) =>
    show(
      res,
      'Home',
      `<h1>Small projects, done.</h1><img src="${asset('fern.svg')}" alt="A fern leaf" width="240" height="240"><p><a href="/sign-up">Start for free</a></p>`,
    ),
  );
  pages.get('/pricing', (_req, res) =>
    show(res, 'Pricing', '<h1>Pricing</h1><ul><li>Solo: free</li><li>Team: € 8 a seat</li></ul>'),
  );
  const waiting = '<p role="status">Loading…</p><noscript>Signing in needs JavaScript.</noscript>';
  pages.get('/sign-in{/*step}', (_req, res) => show(res, 'Sign in', waiting, 'sign-in'));
  pages.get('/sign-up{/*step}', (_req, res) => show(res, 'Sign up', waiting, 'sign-up'));
  return pages;
}

/** Pages of the signed-in user; their guard stands before them. `data-private` tells the client to watch the session. */
export function privatePages(show: Show): Router {
  const pages = Router();
  pages.get('/dashboard', (req, res) => {
    const own = projects.of(getAuth(req).userId ?? '').map(({ name }) => `<li>${escape(name)}</li>`);
    show(
      res,
      'Dashboard',
      `<div data-private><h1>Your projects</h1><ul id="projects">${own.join('')}</ul><form id="new-project"><input name="name" aria-label="Name of the project" required maxlength="100"> <button>Add</button></form></div>`,
    );
  });
  pages.get('/settings', (_req, res) => res.redirect('/settings/billing'));
  pages.get('/settings/billing', (_req, res) =>
    show(res, 'Billing', '<div data-private><h1>Billing</h1><p>Team plan: 5 seats, renewed every month.</p></div>'),
  );
  return pages;
}

export function notFoundPage(show: Show): RequestHandler {
  return (_req, res) =>
    show(
      res.status(404),
      'Page not found',
      '<h1>We could not find that page</h1><p>The link may be old. <a href="/">Back to Fernwork</a></p>',
    );
}

/** Says nothing of the error but whose fault it was: the log has the rest. */
export function failure(show: Show): ErrorRequestHandler {
  return (error: { status?: number }, req, res, next) => {
    if (res.headersSent) return next(error);
    const code = error.status !== undefined && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (code === 500) console.error(error);
    res.status(code);
    if (req.path.startsWith('/api/')) return void res.json({ error: code === 500 ? 'internal_error' : 'bad_request' });
    const signIn =
      userOf(res) === undefined ? ` You are signed out: <a href="${escape(signInPath(req))}">sign in</a>.` : '';
    show(
      res,
      'Error',
      `<h1>${code === 500 ? 'Something went wrong' : 'We could not read that address'}</h1><p><a href="${escape(req.originalUrl)}">Try again</a> or go <a href="/">home</a>.${signIn}</p>`,
    );
  };
}

/** The user's id; undefined too where a request failed before Clerk looked at it. */
function userOf(res: Response): string | undefined {
  return 'auth' in res.req ? (getAuth(res.req).userId ?? undefined) : undefined;
}
