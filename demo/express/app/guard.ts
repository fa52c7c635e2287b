import { getAuth } from '@clerk/express';
import type { Request, RequestHandler } from 'express';
import { signInPath } from './paths.ts';

/** Sends visitors without a session to sign-in and back, and refuses programs. */
export const protectPage: RequestHandler = (req, res, next) => {
  if (getAuth(req).userId) return next();
  if (wantsPage(req)) return res.redirect(signInPath(req.originalUrl));
  res.status(401).json({ error: 'unauthenticated' });
};

export const protectApi: RequestHandler = (req, res, next) => {
  if (getAuth(req).userId) return next();
  res.set('WWW-Authenticate', 'Bearer').status(401).json({ error: 'unauthenticated' });
};

/** Whether a browser asks for a page to show, and not a script or a program. */
export function wantsPage(req: Request): boolean {
  return req.accepts(['json', 'html']) === 'html';
}
