import type { IncomingMessage, ServerResponse } from 'node:http';
import { bothNames, clientCookies, clientUat, FAR_FUTURE, findClient } from './client-cookies.ts';
import { clerkError, sendJson } from './http.ts';
import { randomId } from './keys.ts';
import type { ClerkState } from './state.ts';

const PAST = 'Expires=Thu, 01 Jan 1970 00:00:00 GMT';

/**
 * The handshake: the app's server sends a browser here when the app's cookies are missing or stale, and the browser
 * comes back with a nonce, by which the server fetches the cookies to set (`/v1/clients/handshake_payload`).
 * In production the nonce travels as a cookie of the shared domain, in development in the URL.
 * Source: clerk/javascript packages/backend/src/tokens/handshake.ts (the receiving side; this side is inferred).
 */
export function answerHandshake(state: ClerkState, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const back = parseUrl(url.searchParams.get('redirect_url'));
  if (!back) return sendJson(response, 400, clerkError('form_param_missing', 'redirect_url must be included.'));
  const secure = back.protocol === 'https:' ? '; Secure' : '';
  const cookies: string[] = [];
  const set = (name: string, value: string | number, expiry: string): void => {
    for (const each of bothNames(state, name))
      cookies.push(`${each}=${value}; Path=/; SameSite=Lax${secure}; ${expiry}`);
  };

  let client = findClient(state, request, url);
  const devBrowser = url.searchParams.get('__clerk_db_jwt');
  if (state.isDevelopment && (devBrowser === null || !state.devBrowsers.has(devBrowser))) {
    client ??= state.addClient();
    const id = randomId('dvb_');
    state.devBrowsers.set(id, client.id);
    set('__clerk_db_jwt', id, FAR_FUTURE);
  }
  const session = client && state.currentSession(client);
  set('__session', session ? state.sessionToken(session, back.origin) : '', session ? FAR_FUTURE : PAST);
  set('__client_uat', client ? clientUat(state, client) : 0, FAR_FUTURE);

  const nonce = randomId('');
  state.handshakes.set(nonce, cookies);
  const responseCookies = client ? clientCookies(state, client).slice(0, 1) : [];
  if (state.isDevelopment) back.searchParams.set('__clerk_handshake_nonce', nonce);
  else responseCookies.push(`__clerk_handshake_nonce=${nonce}; Path=/; Max-Age=10; HttpOnly; SameSite=Lax${secure}`);
  const reason = url.searchParams.get('__clerk_hs_reason') ?? 'unknown';
  state.log.push({ api: 'handshake', method: 'GET', path: reason, testingToken: false });
  response.writeHead(307, { location: back.href, 'cache-control': 'no-store', 'set-cookie': responseCookies }).end();
}

function parseUrl(value: string | null): URL | undefined {
  return value !== null && URL.canParse(value) ? new URL(value) : undefined;
}
