import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { clientCookies, findClient } from './client-cookies.ts';
import { environmentJson } from './environment.ts';
import { answerHandshake } from './handshake.ts';
import { clerkError, readFields, sendJson, sendRateLimit } from './http.ts';
import type { Fields } from './http.ts';
import { randomId } from './keys.ts';
import { clientJson, sessionJson, signInJson } from './resources.ts';
import { serveScript } from './script-host.ts';
import { attemptFirstFactor, prepareFirstFactor, startSignIn } from './sign-in.ts';
import type { SignInResult } from './sign-in.ts';
import type { Client, ClerkState, Session } from './state.ts';

/** One request to the Frontend API, with what every answer needs. */
interface Call {
  readonly state: ClerkState;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly origin: string | undefined;
  readonly fields: Fields;
  client: Client | undefined;
}

/**
 * Clerk's Frontend API, as far as clerk-js 6.40.0 needs it for sign-in, sessions and sign-out.
 * @see https://clerk.com/docs/reference/frontend-api
 */
export function frontendApi(
  state: ClerkState,
  scripts: string,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', state.issuer);
    const path = url.pathname;
    // clerk-js sends everything but GET as POST with the real method in the query, to spare itself preflights.
    const method = url.searchParams.get('_method') ?? request.method ?? 'GET';
    state.log.push({ api: 'frontend', method, path, testingToken: url.searchParams.has('__clerk_testing_token') });
    if (serveScript(scripts, path, response)) return;

    const origin = originOf(request);
    for (const [name, value] of Object.entries(corsHeaders(request.headers.origin))) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return answerPreflight(request, response);
    const wait = state.limited('frontend', method, path);
    if (wait !== undefined) return sendRateLimit(response, wait);
    if (path === '/v1/client/handshake') return answerHandshake(state, request, response, url);
    const fields = method === 'GET' ? {} : await readFields(request);
    answer({ state, response, method, path, origin, fields, client: findClient(state, request, url) });
  };
}

function answer(call: Call): void {
  const { state, method, path, origin } = call;
  switch (`${method} ${path}`) {
    case 'GET /.well-known/jwks.json':
      return sendJson(call.response, 200, state.keySet(state.disguise.keyId));
    case 'GET /v1/health':
      return sendJson(call.response, 200, { status: 'ok' });
    case 'GET /v1/environment':
    // In development clerk-js reports the app's origin with it.
    case 'PATCH /v1/environment':
      return sendJson(call.response, 200, environmentJson(state, origin));
    case 'POST /v1/dev_browser':
      return createDevBrowser(call);
    case 'GET /v1/client':
      return sendClient(call);
    case 'POST /v1/client':
    case 'PUT /v1/client':
      call.client ??= state.addClient();
      return sendClient(call);
    case 'DELETE /v1/client':
    case 'DELETE /v1/client/sessions':
      if (call.client) for (const session of state.activeSessions(call.client)) session.status = 'removed';
      return sendClient(call);
    case 'POST /v1/client/sign_ins':
      call.client ??= state.addClient();
      return sendSignIn(call, startSignIn(state, call.client, call.fields, origin));
    case 'POST /v1/client/sign_ups':
      return sendJson(
        call.response,
        403,
        clerkError('sign_up_mode_restricted', 'The stand-in takes no sign-ups: sign in as the demo user.'),
      );
  }
  const [, signInId, step] = /^\/v1\/client\/sign_ins\/(\w+)\/(prepare|attempt)_first_factor$/.exec(path) ?? [];
  if (signInId !== undefined && method === 'POST') return continueSignIn(call, signInId, step === 'attempt');
  const [, sessionId, action] =
    /^\/v1\/client\/sessions\/(\w+)\/(touch|tokens|remove|end)(?:\/[\w-]+)?$/.exec(path) ?? [];
  if (sessionId !== undefined && action !== undefined && method === 'POST') return useSession(call, sessionId, action);
  sendJson(call.response, 404, clerkError('resource_not_found', `The stand-in has no ${method} ${path}.`));
}

/** Development instances: the token by which a browser is known, in place of third-party cookies. */
function createDevBrowser(call: Call): void {
  const id = randomId('dvb_');
  call.state.devBrowsers.set(id, call.state.addClient().id);
  sendJson(call.response, 200, { object: 'dev_browser', id });
}

function sendClient(call: Call): void {
  const { client, state, origin } = call;
  sendJson(
    call.response,
    200,
    { response: client ? clientJson(state, client, origin) : null, client: null },
    cookieHeaders(call),
  );
}

/** Changes answer with the changed resource and, beside it, the client as it now is. */
function sendWithClient(call: Call, resource: object): void {
  const { client, state, origin } = call;
  sendJson(
    call.response,
    200,
    { response: resource, client: client ? clientJson(state, client, origin) : null },
    cookieHeaders(call),
  );
}

function sendSignIn(call: Call, result: SignInResult): void {
  if ('error' in result) return sendJson(call.response, result.status, result.error, cookieHeaders(call));
  sendWithClient(call, signInJson(result.signIn));
}

function continueSignIn(call: Call, id: string, attempt: boolean): void {
  const { client, state } = call;
  const signIn = state.signIns.get(id);
  if (!client || !signIn)
    return sendJson(
      call.response,
      404,
      clerkError('resource_not_found', 'No such sign-in (was the __client cookie blocked?).'),
    );
  sendSignIn(
    call,
    attempt
      ? attemptFirstFactor(state, client, signIn, call.fields, call.origin)
      : prepareFirstFactor(signIn, call.fields),
  );
}

function useSession(call: Call, id: string, action: string): void {
  const { client, state, origin } = call;
  const session = state.sessions.get(id);
  // A session that waits for a task can be ended, and gives no tokens here; what it may do in Clerk is a guess.
  const usable = session?.status === 'active' || (session?.status === 'pending' && ['end', 'remove'].includes(action));
  if (!client || session?.clientId !== client.id || !usable) {
    return sendJson(call.response, 401, clerkError('authentication_invalid', 'Invalid authentication'));
  }
  session.lastActiveAt = Date.now();
  if (action === 'tokens')
    return sendJson(call.response, 200, { object: 'token', jwt: state.sessionToken(session, origin) });
  if (action === 'touch') client.lastActiveSessionId = session.id;
  else endSession(session, action);
  sendWithClient(call, sessionJson(state, session, origin));
}

function endSession(session: Session, action: string): void {
  session.status = action === 'end' ? 'ended' : 'removed';
}

function cookieHeaders(call: Call): OutgoingHttpHeaders {
  return call.client ? { 'set-cookie': clientCookies(call.state, call.client) } : {};
}

/** The app's origin. Behind a proxy a browser names none when it reads, but the proxy says where it stands. */
function originOf({ headers }: IncomingMessage): string | undefined {
  const proxy = headers['clerk-proxy-url'];
  return headers.origin ?? (typeof proxy === 'string' && URL.canParse(proxy) ? new URL(proxy).origin : undefined);
}

/** Any origin is allowed. Clerk allows the instance's own origins only; which answer others get is not known. */
function corsHeaders(origin: string | undefined): Record<string, string> {
  if (origin === undefined) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Authorization, Clerk-Db-Jwt',
  };
}

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, DELETE, OPTIONS');
  response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '*');
  response.writeHead(204).end();
}
