import type { Handle } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';
import { withClerkHandler } from 'svelte-clerk/server';
import { withCors } from '../shared/api.ts';
import { headersOf } from '../shared/policy.ts';
import { refusePage } from './guard.ts';
import { has, settings } from './settings.ts';

/** What browsers are told about every answer. */
const browserHeaders: Handle = async ({ event, resolve }) => {
  const response = await resolve(event);
  const nonce = /'nonce-([^']+)'/.exec(response.headers.get('Content-Security-Policy') ?? '')?.[1];
  for (const [name, value] of Object.entries(headersOf(settings, nonce ?? crypto.randomUUID())))
    response.headers.set(name, value);
  if (!response.headers.has('Cache-Control')) response.headers.set('Cache-Control', 'private, no-store');
  return response;
};

const cors: Handle = async ({ event, resolve }) => {
  if (!event.url.pathname.startsWith('/api/')) return resolve(event);
  return withCors(event.request, settings, has('cors-reflects'), async () => resolve(event));
};

const isGuardedElsewhere = has('guard-in-layout-load') || has('guard-in-component') || has('guard-in-each-load');

const guard: Handle = ({ event, resolve }) => (isGuardedElsewhere ? undefined : refusePage(event)) ?? resolve(event);

export const handle = sequence(
  browserHeaders,
  cors,
  withClerkHandler({
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    authorizedParties: [settings.origin, settings.allowedOrigin],
  }),
  guard,
);
