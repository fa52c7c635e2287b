import { getAuth } from '@clerk/express';
import { Router } from 'express';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { projects } from './projects.ts';
import type { Settings } from './settings.ts';
import { BILLING, dashboard, documentOf, errorView, HOME, NOT_FOUND, PRICING, SIGN_IN, SIGN_UP } from './views.ts';
import type { View } from './views.ts';

/** Answers with a page. */
export type Show = (res: Response, view: View) => void;

/** The layout of all pages. */
export function layout(settings: Settings): Show {
  return (res, view) => {
    const nonce: string = res.locals['nonce'];
    res.send(documentOf(settings, view, { nonce, signedIn: userOf(res) !== undefined }));
  };
}

export function publicPages(show: Show): Router {
  const pages = Router();
  pages.get('/', (_req, res) => show(res, HOME));
  pages.get('/pricing', (_req, res) => show(res, PRICING));
  pages.get('/sign-in{/*step}', (_req, res) => show(res, SIGN_IN));
  pages.get('/sign-up{/*step}', (_req, res) => show(res, SIGN_UP));
  return pages;
}

/** Pages of the signed-in user; their guard stands before them. */
export function privatePages(show: Show): Router {
  const pages = Router();
  pages.get('/dashboard', (req, res) => show(res, dashboard(projects.of(getAuth(req).userId ?? ''))));
  pages.get('/settings', (_req, res) => res.redirect('/settings/billing'));
  pages.get('/settings/billing', (_req, res) => show(res, BILLING));
  return pages;
}

export function notFoundPage(show: Show): RequestHandler {
  return (_req, res) => show(res.status(404), NOT_FOUND);
}

/** Says nothing of the error but whose fault it was: the log has the rest. */
export function failure(show: Show): ErrorRequestHandler {
  return (error: { status?: number }, req, res, next) => {
    if (res.headersSent) return next(error);
    const code = error.status !== undefined && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (code === 500) console.error(error);
    res.status(code);
    if (req.path.startsWith('/api/')) return void res.json({ error: code === 500 ? 'internal_error' : 'bad_request' });
    show(res, errorView(code, req.originalUrl, userOf(res) !== undefined));
  };
}

/** The user's id; undefined too where a request failed before Clerk looked at it. */
function userOf(res: Response): string | undefined {
  return 'auth' in res.req ? (getAuth(res.req).userId ?? undefined) : undefined;
}
