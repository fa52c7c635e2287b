import type { IncomingMessage, ServerResponse } from 'node:http';
import { clerkError, readFields, sendJson, sendRateLimit, text } from './http.ts';
import type { Fields } from './http.ts';
import { randomId } from './keys.ts';
import { backendSessionJson, backendUserJson } from './resources.ts';
import { nowSeconds } from './tokens.ts';
import type { ClerkState, FurtherKey, Session } from './state.ts';

interface Call {
  readonly state: ClerkState;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly fields: Fields;
  /** The ids in the path, in order. */
  readonly ids: readonly string[];
  /** The key that was shown, when it is not the instance's own. */
  readonly key: FurtherKey | undefined;
}

type Handler = (call: Call) => void;

/** Life of a sign-in token when none is asked for: 30 days. Source: spec bapi/2026-05-12 */
const DEFAULT_TICKET_SECONDS = 30 * 24 * 3600;

/** By method and path; `:id` stands for one path segment. */
const ROUTES: Readonly<Record<string, Handler>> = {
  'GET /v1/jwks': ({ state, response, key }) => sendJson(response, 200, state.keySet(key?.keyId)),
  'GET /v1/instance': ({ state, response, key }) =>
    sendJson(response, 200, {
      object: 'instance',
      id: state.signer.keyId,
      environment_type: key?.environmentType ?? (state.isDevelopment ? 'development' : 'production'),
      allowed_origins: null,
    }),
  'POST /v1/testing_tokens': ({ response }) =>
    sendJson(response, 200, {
      object: 'testing_token',
      token: `${Date.now()}-${randomId('')}`,
      expires_at: nowSeconds() + 3600,
    }),
  'GET /v1/clients/handshake_payload': handshakePayload,
  'GET /v1/users': (call) => sendJson(call.response, 200, page(call, usersAskedFor(call)).map(backendUserJson)),
  'GET /v1/users/count': (call) =>
    sendJson(call.response, 200, { object: 'total_count', total_count: usersAskedFor(call).length }),
  'POST /v1/users': createUser,
  'GET /v1/users/:id': withUser((call, user) => sendJson(call.response, 200, backendUserJson(user))),
  'DELETE /v1/users/:id': withUser((call, user) => {
    call.state.deleteUser(user.id);
    sendJson(call.response, 200, { object: 'user', id: user.id, deleted: true });
  }),
  'POST /v1/sign_in_tokens': createSignInToken,
  'POST /v1/sign_in_tokens/:id/revoke': revokeSignInToken,
  'GET /v1/sessions': (call) => sendJson(call.response, 200, sessionsAskedFor(call).map(backendSessionJson)),
  'POST /v1/sessions': createSession,
  'GET /v1/sessions/:id': withSession((call, session) => sendJson(call.response, 200, backendSessionJson(session))),
  'POST /v1/sessions/:id/revoke': withSession((call, session) => {
    session.status = 'revoked';
    sendJson(call.response, 200, backendSessionJson(session));
  }),
  'POST /v1/sessions/:id/tokens': withSession((call, session) =>
    session.status === 'active'
      ? sendJson(call.response, 200, { object: 'token', jwt: call.state.sessionToken(session, undefined) })
      : notFound(call),
  ),
  // Without refresh tokens the SDK falls back to a handshake, as it does in Clerk for browsers that have none.
  'POST /v1/sessions/:id/refresh': ({ response }) =>
    sendJson(response, 401, clerkError('session_refresh_unsupported', 'The stand-in refreshes no sessions.')),
};

/**
 * Clerk's Backend API, as far as the SDKs and `@clerk/testing` need it.
 * @see https://clerk.com/docs/reference/backend-api
 */
export function backendApi(state: ClerkState): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://backend-api');
    const method = request.method ?? 'GET';
    const fields = method === 'GET' ? {} : await readFields(request);
    state.log.push({ api: 'backend', method, path: url.pathname, testingToken: false });
    const wait = state.limited('backend', method, url.pathname);
    if (wait !== undefined) return sendRateLimit(response, wait);
    const shown = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const further = state.furtherKeys.get(shown);
    if (shown !== state.settings.secretKey && !further) {
      return sendJson(response, 401, clerkError('clerk_key_invalid', 'The provided Clerk Secret Key is invalid.'));
    }
    const ids: string[] = [];
    const shape = url.pathname.replace(/(?<=\/)(?:user|sess|sit)_\w+/g, (id) => (ids.push(id), ':id'));
    const call: Call = { state, response, query: url.searchParams, fields, ids, key: further };
    (ROUTES[`${method} ${shape}`] ?? notFound)(call);
  };
}

function notFound({ response }: Call): void {
  sendJson(response, 404, clerkError('resource_not_found', 'Resource not found'));
}

function withUser(handle: (call: Call, user: Parameters<typeof backendUserJson>[0]) => void): Handler {
  return (call) => {
    const user = call.state.users.get(call.ids[0] ?? '');
    return user ? handle(call, user) : notFound(call);
  };
}

function withSession(handle: (call: Call, session: Session) => void): Handler {
  return (call) => {
    const session = call.state.sessions.get(call.ids[0] ?? '');
    return session ? handle(call, session) : notFound(call);
  };
}

/** What the SDK fetches after a handshake. Each payload is handed out once. */
function handshakePayload(call: Call): void {
  const nonce = call.query.get('nonce') ?? '';
  const directives = call.state.handshakes.get(nonce);
  call.state.handshakes.delete(nonce);
  return directives ? sendJson(call.response, 200, { directives }) : notFound(call);
}

function usersAskedFor({ state, query }: Call) {
  const emails = query.getAll('email_address').flatMap((value) => value.split(','));
  const part = query.get('query') ?? '';
  const users = [...state.users.values()].filter(
    (user) =>
      (emails.length === 0 || emails.includes(user.email)) &&
      [user.id, user.email].some((text_) => text_.includes(part)),
  );
  return query.get('order_by') === '+created_at' ? users : users.reverse();
}

/** Ten at a time unless more are asked for. Source: spec bapi/2026-05-12 */
function page<T>({ query }: Call, all: readonly T[]): T[] {
  const offset = Number(query.get('offset') ?? 0);
  return all.slice(offset, offset + Number(query.get('limit') ?? 10));
}

function createUser({ state, response, fields }: Call): void {
  const { required, unknown } = state.newUserRules;
  const strange = unknown.find((name) => name in fields);
  if (strange !== undefined) {
    const message = `${strange} is not a valid parameter for this request.`;
    return sendJson(response, 422, clerkError('form_param_unknown', message, { param_name: strange }));
  }
  const absent = required.filter((name) => !(name in fields));
  if (absent.length > 0) {
    const message = `${JSON.stringify(absent)} data doesn't match user requirements set for this instance`;
    return sendJson(response, 422, clerkError('form_data_missing', message, { param_names: absent }));
  }
  const [email] = Array.isArray(fields.email_address) ? (fields.email_address as unknown[]) : [];
  if (typeof email !== 'string') {
    return sendJson(
      response,
      422,
      clerkError('form_data_missing', 'email_address is required', { param_names: ['email_address'] }),
    );
  }
  if (state.userByEmail(email)) {
    return sendJson(
      response,
      422,
      clerkError('form_identifier_exists', 'That email address is taken. Please try another.', {
        param_name: 'email_address',
      }),
    );
  }
  const user = state.addUser({
    email,
    firstName: text(fields, 'first_name'),
    lastName: text(fields, 'last_name'),
    password: text(fields, 'password') || undefined,
    externalId: text(fields, 'external_id') || null,
    privateMetadata: isObject(fields.private_metadata) ? fields.private_metadata : {},
  });
  sendJson(response, 200, backendUserJson(user));
}

function createSignInToken(call: Call): void {
  const { state, response, fields } = call;
  const userId = text(fields, 'user_id');
  if (!state.users.has(userId)) return notFound(call);
  const id = randomId('sit_');
  const seconds = Number(text(fields, 'expires_in_seconds')) || DEFAULT_TICKET_SECONDS;
  // A signed token, as in Clerk; which claims it has is a guess.
  const secret = state.signer.sign({
    exp: nowSeconds() + seconds,
    iid: state.signer.keyId,
    sid: id,
    st: 'sign_in_token',
  });
  state.tickets.set(secret, { id, userId, status: 'pending', expiresAt: nowSeconds() + seconds });
  sendJson(response, 200, signInTokenJson(id, userId, 'pending', secret));
}

function revokeSignInToken(call: Call): void {
  const ticket = [...call.state.tickets.values()].find(({ id }) => id === call.ids[0]);
  if (!ticket) return notFound(call);
  // Spec bapi/2026-05-12: 400 for one that was used; the error's code is a guess.
  if (ticket.status === 'accepted')
    return sendJson(
      call.response,
      400,
      clerkError('sign_in_token_cannot_be_revoked_code', 'Only pending sign-in tokens can be revoked.'),
    );
  ticket.status = 'revoked';
  sendJson(call.response, 200, signInTokenJson(ticket.id, ticket.userId, 'revoked'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function signInTokenJson(id: string, userId: string, status: string, token?: string): object {
  const now = Date.now();
  return {
    object: 'sign_in_token',
    id,
    user_id: userId,
    status,
    ...(token === undefined ? {} : { token, url: '' }),
    created_at: now,
    updated_at: now,
  };
}

function sessionsAskedFor({ state, query }: Call): Session[] {
  const fits = (name: string, value: string): boolean => !query.get(name) || query.get(name) === value;
  return [...state.sessions.values()].filter(
    (session) =>
      fits('user_id', session.userId) && fits('client_id', session.clientId) && fits('status', session.status),
  );
}

/** Clerk allows this in development only. Source: spec bapi/2026-05-12. The error's code is a guess. */
function createSession(call: Call): void {
  const { state, response, fields } = call;
  if (!state.isDevelopment)
    return sendJson(
      response,
      400,
      clerkError(
        'operation_not_allowed_on_production_instance',
        'Sessions cannot be created on a production instance.',
      ),
    );
  const userId = text(fields, 'user_id');
  if (!state.users.has(userId)) return notFound(call);
  sendJson(response, 200, backendSessionJson(state.addSession(state.addClient(), userId)));
}
