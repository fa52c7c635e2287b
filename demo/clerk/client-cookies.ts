import type { IncomingMessage } from 'node:http';
import { readCookies } from './http.ts';
import { cookieSuffix } from './keys.ts';
import type { Client, ClerkState } from './state.ts';

export const FAR_FUTURE = `Expires=${new Date(Date.now() + 365 * 24 * 3600 * 1000).toUTCString()}`;

/** Clerk's cookies come under their plain name and under one with the instance's suffix. */
export function bothNames(state: ClerkState, name: string): [plain: string, suffixed: string] {
  return [name, `${name}_${cookieSuffix(state.settings.publishableKey)}`];
}

/** The value of `__client_uat`: when the user last signed in, and 0 when signed out. */
export function clientUat(state: ClerkState, client: Client): number {
  return state.activeSessions(client).length > 0 ? client.signedInAt : 0;
}

/**
 * What the Frontend API sets on its own host. `__client` is a signed token in Clerk and the client's id here.
 * A production Frontend API is a sibling of the app and sets `__client_uat` for both; cookies of an IP address
 * are shared by all its ports, so the same works here.
 */
export function clientCookies(state: ClerkState, client: Client): string[] {
  const own = `__client=${client.id}; Path=/; HttpOnly; Secure; SameSite=None; ${FAR_FUTURE}`;
  if (state.isDevelopment) return [own];
  const uat = clientUat(state, client);
  return [
    own,
    ...bothNames(state, '__client_uat').map((name) => `${name}=${uat}; Path=/; Secure; SameSite=None; ${FAR_FUTURE}`),
  ];
}

/** The client that a request belongs to: by dev browser token in development, else by cookie. */
export function findClient(state: ClerkState, request: IncomingMessage, url: URL): Client | undefined {
  const devBrowser = url.searchParams.get('__clerk_db_jwt');
  const id =
    state.isDevelopment && devBrowser !== null
      ? state.devBrowsers.get(devBrowser)
      : readCookies(request.headers.cookie).get('__client');
  return id === undefined ? undefined : state.clients.get(id);
}
