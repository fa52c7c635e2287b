import type { MiddlewareFunction } from 'react-router';
import { has, settings } from '../settings.ts';

const cors: MiddlewareFunction<Response> = async ({ request }, next) => {
  const from = request.headers.get('origin');
  const isAllowed = from !== null && (from === settings.allowedOrigin || has('cors-reflects'));
  const response = isAllowed && request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await next();
  // Also without an Origin: a cache must not hand this answer to another origin.
  response.headers.append('Vary', 'Origin');
  if (!isAllowed) return response;
  response.headers.set('Access-Control-Allow-Origin', from);
  response.headers.set('Access-Control-Allow-Methods', 'GET, POST');
  response.headers.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
  if (has('cors-reflects')) response.headers.set('Access-Control-Allow-Credentials', 'true');
  return response;
};

export const middleware = [cors];
