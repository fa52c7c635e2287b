import { clerkMiddleware } from '@clerk/astro/server';
import { defineMiddleware, sequence } from 'astro:middleware';
import { withCors } from '../shared/api.ts';
import { contentSecurityPolicy } from '../shared/policy.ts';
import { has, settings } from './settings.ts';

// Clerk's components for Astro write inline scripts, and know no nonce.
const POLICY = contentSecurityPolicy(settings, "'unsafe-inline'");

const browserHeaders = defineMiddleware(async ({ isPrerendered }, next) => {
  const response = await next();
  if (isPrerendered) return response;
  response.headers.set('Content-Security-Policy', POLICY);
  response.headers.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  response.headers.set('X-Content-Type-Options', 'nosniff');
  response.headers.set('Referrer-Policy', 'strict-origin-when-cross-origin');
  if (!response.headers.has('Cache-Control')) response.headers.set('Cache-Control', 'private, no-store');
  return response;
});

const cors = defineMiddleware(({ request, url }, next) =>
  url.pathname.startsWith('/api/') ? withCors(request, settings, has('cors-reflects'), next) : next(),
);

const clerk = clerkMiddleware(
  (auth, { url }) => {
    if (has('guard-by-path') && ['/dashboard', '/settings/billing'].includes(url.pathname) && !auth().userId)
      return auth().redirectToSignIn();
    return undefined;
  },
  { authorizedParties: [settings.origin, settings.allowedOrigin] },
);

export const onRequest = sequence(browserHeaders, cors, clerk);
