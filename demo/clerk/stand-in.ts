import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Certificate } from '../net/certificate.ts';
import { closeServer, listen } from '../net/listen.ts';
import { backendApi } from './backend-api.ts';
import { bothNames } from './client-cookies.ts';
import { frontendApi } from './frontend-api.ts';
import { clerkError, sendJson } from './http.ts';
import { publishableKey } from './keys.ts';
import type { InstanceKind } from './keys.ts';
import { ClerkState } from './state.ts';
import type {
  Disguise,
  FurtherKey,
  FurtherStep,
  LogEntry,
  NewUser,
  NewUserRules,
  Session,
  SessionTask,
  User,
} from './state.ts';
import { createTokenSigner, nowSeconds } from './tokens.ts';
import type { Claims } from './tokens.ts';

export interface StandInOptions {
  readonly kind: InstanceKind;
  readonly secretKey: string;
  /** The one user that exists from the start. */
  readonly user: {
    readonly email: string;
    readonly password: string;
    readonly firstName: string;
    readonly lastName: string;
  };
  /** Ports on 127.0.0.1; 0 takes a free one. */
  readonly frontendApiPort: number;
  readonly backendApiPort: number;
  readonly certificate: Certificate;
  /** The folder that holds the unpacked packages, such as `clerk-js@6.40.0` and `ui@1.34.0`. */
  readonly scripts: string;
}

/** What a test can do to the running stand-in. In the process only: there is no way in over the network. */
export interface ClerkControl {
  readonly user: { readonly id: string; readonly email: string };
  /** Everybody there is now. */
  users(): readonly User[];
  addUser(user: NewUser): User;
  /** What sign-ins from now on end at, instead of an active session. */
  setFurtherStep(step: FurtherStep | SessionTask | undefined): void;
  /** What the Backend API asks of new users from now on. */
  setNewUserRules(rules: NewUserRules): void;
  /** Answers the next requests with 429: `times` of them, or of those to one method and path. */
  limitRate(api: 'frontend' | 'backend', limit: { times: number; retryAfter: number; of?: string }): void;
  readonly log: readonly LogEntry[];
  clearLog(): void;
  /** Starts a session of the demo user, as if a browser had signed in at this origin. */
  startSession(origin: string): string;
  /** A token of the session, signed with the instance's key, with these claims over the usual ones. */
  sessionToken(sessionId: string, claims?: Claims): string;
  /** A `Cookie` header by which the app knows the session's user, without any handshake. */
  cookieHeader(sessionId: string, claims?: Claims): string;
  revokeSession(sessionId: string): void;
  /** The secret text of every sign-in token so far. */
  tickets(): readonly string[];
  /** Sessions that are not over. */
  openSessions(): readonly Session[];
  /** Life of session tokens minted from now on. */
  setTokenLifetime(seconds: number): void;
  /** An API that is down drops every connection. */
  setDown(api: 'frontend' | 'backend', down: boolean): void;
  /** Lets the instance say what is not so, until the function that comes back is called. */
  disguise(disguise: Disguise): () => void;
  /** Takes another secret key beside the instance's own, until the function that comes back is called. */
  acceptKey(key: FurtherKey): () => void;
  /** Shows another certificate at the Frontend API, until the function that comes back is called. */
  showCertificate(certificate: Certificate): () => void;
}

export interface ClerkStandIn {
  readonly kind: InstanceKind;
  /** The host and port in the publishable key. */
  readonly frontendApi: string;
  readonly backendApiUrl: string;
  readonly publishableKey: string;
  readonly control: ClerkControl;
  close(): Promise<void>;
}

/** Starts one Clerk instance on this machine: Frontend API over https, Backend API over http. */
export async function startClerkStandIn(options: StandInOptions): Promise<ClerkStandIn> {
  const down = { frontend: false, backend: false };
  const answerFrontend = { current: unavailable };
  const answerBackend = { current: unavailable };
  const { key, cert } = options.certificate;
  const frontend = createHttpsServer({ key, cert }, (request, response) =>
    down.frontend ? request.socket.destroy() : answerFrontend.current(request, response),
  );
  const backend = createHttpServer((request, response) =>
    down.backend ? request.socket.destroy() : answerBackend.current(request, response),
  );
  const frontendPort = await listen(frontend, options.frontendApiPort);
  const backendPort = await listen(backend, options.backendApiPort).catch(async (error: unknown) => {
    await closeServer(frontend);
    throw error;
  });

  // The key names the port, and a free port is known only now.
  const frontendApiHost = `127.0.0.1:${frontendPort}`;
  const key_ = publishableKey(options.kind, frontendApiHost);
  const state = new ClerkState(
    { kind: options.kind, frontendApiHost, publishableKey: key_, secretKey: options.secretKey },
    createTokenSigner(),
  );
  const user = state.addUser(options.user);
  answerFrontend.current = guarded(frontendApi(state, options.scripts));
  answerBackend.current = guarded(backendApi(state));

  return {
    kind: options.kind,
    frontendApi: frontendApiHost,
    backendApiUrl: `http://127.0.0.1:${backendPort}`,
    publishableKey: key_,
    control: {
      ...sessionControl(state, user.id),
      user: { id: user.id, email: user.email },
      users: () => [...state.users.values()],
      addUser: (added) => state.addUser(added),
      setFurtherStep: (step) => void (state.furtherStep = step),
      setNewUserRules: (rules) => void (state.newUserRules = rules),
      limitRate: (api, { times, ...limit }) => void state.rateLimits.set(api, { left: times, ...limit }),
      tickets: () => [...state.tickets.keys()],
      openSessions: () => [...state.sessions.values()].filter(({ status }) => ['active', 'pending'].includes(status)),
      log: state.log,
      clearLog: () => void (state.log.length = 0),
      setTokenLifetime: (seconds) => void (state.tokenLifetimeSeconds = seconds),
      setDown: (api, isDown) => {
        down[api] = isDown;
        if (isDown) (api === 'frontend' ? frontend : backend).closeAllConnections();
      },
      disguise: (disguise) => {
        state.disguise = disguise;
        return () => void (state.disguise = {});
      },
      acceptKey: (further) => {
        state.furtherKeys.set(further.secretKey, further);
        return () => void state.furtherKeys.delete(further.secretKey);
      },
      showCertificate: (certificate) => {
        frontend.setSecureContext(certificate);
        return () => frontend.setSecureContext({ key, cert });
      },
    },
    close: async () => void (await Promise.all([closeServer(frontend), closeServer(backend)])),
  };
}

function sessionControl(
  state: ClerkState,
  userId: string,
): Pick<ClerkControl, 'startSession' | 'sessionToken' | 'cookieHeader' | 'revokeSession'> {
  const find = (id: string): Session => {
    const session = state.sessions.get(id);
    if (!session) throw new Error(`no session ${id} in the Clerk stand-in`);
    return session;
  };
  const sessionToken = (id: string, claims?: Claims): string => state.sessionToken(find(id), find(id).origin, claims);
  return {
    startSession: (origin) => state.addSession(state.addClient(), userId, origin).id,
    sessionToken,
    revokeSession: (id) => void (find(id).status = 'revoked'),
    cookieHeader: (id, claims) => {
      const token = sessionToken(id, claims);
      // Signed in a little before the token was issued; the other order would ask for a handshake.
      const uat = Math.min(nowSeconds(), Math.floor(find(id).createdAt / 1000)) - 1;
      const devBrowser =
        [...state.devBrowsers].find(([, clientId]) => clientId === find(id).clientId)?.[0] ??
        addDevBrowser(state, find(id));
      const pairs = [
        ...bothNames(state, '__session').map((name) => `${name}=${token}`),
        ...bothNames(state, '__client_uat').map((name) => `${name}=${uat}`),
        ...(state.isDevelopment ? bothNames(state, '__clerk_db_jwt').map((name) => `${name}=${devBrowser}`) : []),
      ];
      return pairs.join('; ');
    },
  };
}

function addDevBrowser(state: ClerkState, session: Session): string {
  const id = `dvb_${session.id.slice(5)}`;
  state.devBrowsers.set(id, session.clientId);
  return id;
}

/** An exception in the stand-in is a fault of the stand-in: it says so, in Clerk's shape. */
function guarded(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): RequestListener {
  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error('Clerk stand-in failed:', error);
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, clerkError('internal_clerk_error', 'The Clerk stand-in failed: see its output.'));
    });
  };
}

function unavailable(_request: IncomingMessage, response: ServerResponse): void {
  sendJson(response, 503, clerkError('service_unavailable', 'The Clerk stand-in is starting.'));
}
