import { ALLOWED_BY_CORS } from '../../shared/policy.ts';
import { has, settings } from '../settings.ts';

/** Lets pages of the allowed origin read the API, and tells them what they may send. */
export default defineEventHandler((event) => {
  if (!event.path.startsWith('/api/')) return;
  const from = getRequestHeader(event, 'origin');
  // Also without an Origin: a cache must not hand this answer to another origin.
  appendResponseHeader(event, 'Vary', 'Origin');
  if (from === undefined || (from !== settings.allowedOrigin && !has('cors-reflects'))) return;
  setResponseHeaders(event, { 'Access-Control-Allow-Origin': from, ...ALLOWED_BY_CORS });
  if (has('cors-reflects')) setResponseHeader(event, 'Access-Control-Allow-Credentials', 'true');
  if (event.method === 'OPTIONS') return sendNoContent(event);
});
