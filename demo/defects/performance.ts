import { addHeader, pathOf, withHeader } from '../front/message.ts';
import type { DemoRequest } from '../front/message.ts';
import { defectsOf } from './defect.ts';
import { all, anonymous, at, changing, isStatic, redirect, signInUrl } from './tools.ts';

const isStylesheet = (request: DemoRequest): boolean =>
  pathOf(request).endsWith('.css') && pathOf(request).startsWith('/_next/static/');

export const staticBypass = defectsOf('performance/static-bypass', [
  {
    name: 'matcher-all',
    title: 'the matcher /(.*) sends static files through the middleware',
    apply: changing(isStatic, (response) =>
      addHeader(
        addHeader(response, 'x-clerk-auth-status', 'signed-out'),
        'x-clerk-auth-reason',
        'session-token-and-uat-missing',
      ),
    ),
  },
  {
    name: 'favicon-guarded',
    title: '/favicon.ico is redirected to sign-in',
    apply: changing(all(at('/favicon.ico'), anonymous), (response, request, site) =>
      redirect(response, signInUrl(request, site)),
    ),
  },
  {
    name: 'stylesheet-guarded',
    title: 'stylesheets are redirected to sign-in',
    apply: changing(all(isStylesheet, anonymous), (response, request, site) =>
      redirect(response, signInUrl(request, site)),
    ),
  },
  {
    name: 'static-cookies',
    title: 'static files set a cookie',
    apply: changing(isStatic, (response) =>
      addHeader(response, 'Set-Cookie', 'visitor=1; Path=/; Secure; HttpOnly; SameSite=Lax'),
    ),
  },
  {
    name: 'static-uncached',
    title: 'scripts and stylesheets with a hash in their name may not be cached',
    apply: changing(
      (request) => pathOf(request).startsWith('/_next/static/'),
      (response) => withHeader(response, 'Cache-Control', 'no-cache, no-store'),
    ),
  },
]);
