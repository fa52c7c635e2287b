import type { Handle } from '@sveltejs/kit';
import { sequence } from '@sveltejs/kit/hooks';
import { withClerkHandler } from 'svelte-clerk/server';
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
  const from = event.request.headers.get('origin');
  const isAllowed = from !== null && (from === settings.allowedOrigin || has('cors-reflects'));
  const isPreflight = isAllowed && event.request.method === 'OPTIONS';
  const response = isPreflight ? new Response(null, { status: 204 }) : await resolve(event);
  // Also without an Origin: a cache must not hand this answer to another origin.
  response.headers.append('Vary', 'Origin');
  if (!isAllowed) return response;
  response.headers.set('Access-Control-Allow-Origin', from);
  response.headers.set('Access-Control-Allow-Methods', 'GET, POST');
  response.headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
  if (has('cors-reflects')) response.headers.set('Access-Control-Allow-Credentials', 'true');
  return response;
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
