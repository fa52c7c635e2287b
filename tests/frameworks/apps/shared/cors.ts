import { ALLOWED_BY_CORS } from './policy.ts';
import type { Settings } from './settings.ts';

/**
 * Answers a call of the API so that pages of the allowed origin may read it, and tells them what they may send.
 * @param reflects what is wrong with some apps: any origin may, with the user's cookies
 */
export async function withCors(
  { headers, method }: Request,
  { allowedOrigin }: Settings,
  reflects: boolean,
  answer: () => Promise<Response>,
): Promise<Response> {
  const from = headers.get('origin');
  const isAllowed = from !== null && (from === allowedOrigin || reflects);
  const response = isAllowed && method === 'OPTIONS' ? new Response(null, { status: 204 }) : await answer();
  // Also without an Origin: a cache must not hand this answer to another origin.
  response.headers.append('Vary', 'Origin');
  if (!isAllowed) return response;
  response.headers.set('Access-Control-Allow-Origin', from);
  for (const [name, value] of Object.entries(ALLOWED_BY_CORS)) response.headers.set(name, value);
  if (reflects) response.headers.set('Access-Control-Allow-Credentials', 'true');
  return response;
}
