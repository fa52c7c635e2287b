import { askBackendApi } from '../../target/backend-api.ts';
import { header, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { jsonOf, member } from '../../target/json.ts';
import { sessionToken } from '../../target/session-token.ts';
import type { Target } from '../../target/target.ts';
import { issuerOf } from '../../target/identity.ts';
import { verificationKey } from '../../target/verification-key.ts';
import type { CheckContext } from '../../verify.ts';

/**
 * Two tokens that no server accepts, sent to one route behind Clerk's middleware. What `x-clerk-auth-reason` says of
 * them tells which keys the server verifies with: an unknown key id makes it ask the Backend API there and then.
 * @see https://github.com/clerk/javascript `packages/backend/src/tokens/keys.ts`
 */
export interface KidProbe {
  /** The key id of the Frontend API, with a foreign signature; undefined when that id is not known. */
  readonly own?: Exchange;
  /** A key id that no instance has. */
  readonly foreign?: Exchange;
  /** Routes whose answers carried no reason. */
  readonly mute: readonly Exchange[];
}

/** What the three checks of the keys look at. */
export interface KeyEvidence {
  /** The key id that the Frontend API publishes, or why it is not known and what to do about it. */
  readonly frontend: { readonly kid: string } | { readonly unknown: string };
  readonly probe: KidProbe;
  /** Answers to `clerk.secretKey`; undefined when it is not given. */
  readonly backend?: { readonly jwks: Exchange; readonly instance: Exchange };
}

/** What became of a token's key id on the server. */
export type Lookup = 'found' | 'not found' | 'key refused' | 'unreachable' | 'no key';

/** Routes tried, at most, until one gives a reason. */
const MAX_ROUTES = 3;

/** A key id that no instance has; ids of instances begin with `ins_`. */
const FOREIGN_KID = 'ins_readinessDoesNotExist';

const gathered = new WeakMap<Target, Promise<KeyEvidence>>();

/** Sends the probe once for each target, for all checks of the keys. */
export function keyEvidence(context: CheckContext): Promise<KeyEvidence> {
  const known = gathered.get(context.target);
  if (known) return known;
  const gathering = gather(context);
  gathered.set(context.target, gathering);
  return gathering;
}

/** What an answer says of the lookup; undefined without a reason, and for one that says nothing about keys. */
export function lookupOf(exchange: Exchange | undefined): Lookup | undefined {
  const reasons = exchange === undefined ? [] : reasonsOf(exchange);
  return reasons.map((reason) => LOOKUPS[reason]).find((lookup) => lookup !== undefined);
}

/** Key ids that the Backend API gave for the secret key of the options; undefined when it gave none. */
export function givenKids({ backend }: KeyEvidence): readonly string[] | undefined {
  if (!backend || status(backend.jwks) !== 200) return undefined;
  const keys = member(jsonOf(backend.jwks), 'keys');
  const kids = (Array.isArray(keys) ? keys : [])
    .map((key: unknown) => member(key, 'kid'))
    .filter((kid) => typeof kid === 'string');
  return kids.length > 0 ? kids : undefined;
}

/** Type of the instance by the Backend API, as `production`; undefined when it was not said. */
export function givenInstanceType({ backend }: KeyEvidence): string | undefined {
  if (!backend || status(backend.instance) !== 200) return undefined;
  const type = member(jsonOf(backend.instance), 'environment_type');
  return typeof type === 'string' ? type : undefined;
}

/** Why the server’s own key was not seen. */
export function unseen({ probe }: KeyEvidence): string {
  const routes = probe.mute.map(({ request }) => new URL(request.url).pathname);
  return routes.length === 0
    ? 'there is no route behind Clerk’s middleware to ask (name some in api or routes.protected)'
    : `no x-clerk-auth-reason on ${routes.join(', ')} (a CDN strips it, or the SDK of this framework does not send it), so the server’s own key was not seen`;
}

/** The same with the next step. */
export function muteReason(evidence: KeyEvidence): string {
  return `${unseen(evidence)}: set clerk.secretKey (or CLERK_SECRET_KEY) to have the key itself verified`;
}

/** Reasons of `@clerk/backend` (`errors.ts`, `authStatus.ts`) by what they say of the key; all claims are judged after the lookup. */
const LOOKUPS: Readonly<Record<string, Lookup>> = {
  'token-invalid-signature': 'found',
  'token-invalid-authorized-parties': 'found',
  'token-verification-failed': 'found',
  'token-expired': 'found',
  'token-not-active-yet': 'found',
  'token-iat-in-the-future': 'found',
  'jwk-kid-mismatch': 'not found',
  'secret-key-invalid': 'key refused',
  'unexpected-error': 'unreachable',
  'jwk-remote-failed-to-load': 'unreachable',
  'jwk-remote-invalid': 'unreachable',
  'jwk-remote-missing': 'unreachable',
  'jwk-failed-to-resolve': 'no key',
  'jwk-local-missing': 'no key',
};

/** Clerk joins reasons, as in `protect-rewrite, token-invalid-signature`. */
function reasonsOf(exchange: Exchange): string[] {
  return (header(exchange, 'x-clerk-auth-reason') ?? '').split(',').map((reason) => reason.trim());
}

async function gather(context: CheckContext): Promise<KeyEvidence> {
  const { target, readiness } = context;
  const { secretKey, apiUrl } = readiness.clerk;
  const frontend = await verificationKey(context);
  const [probe, backend] = await Promise.all([
    sendProbe(context, 'kid' in frontend ? frontend.kid : undefined),
    secretKey === undefined
      ? undefined
      : Promise.all([
          askBackendApi(target, { secretKey, apiUrl }, '/v1/jwks'),
          askBackendApi(target, { secretKey, apiUrl }, '/v1/instance'),
        ]),
  ]);
  return { frontend, probe, ...(backend && { backend: { jwks: backend[0], instance: backend[1] } }) };
}

async function sendProbe(context: CheckContext, kid: string | undefined): Promise<KidProbe> {
  const mute: Exchange[] = [];
  for (const path of routes(context)) {
    const first = await send(context, path, kid ?? FOREIGN_KID);
    if (header(first, 'x-clerk-auth-reason') === undefined) mute.push(first);
    else if (kid === undefined) return { foreign: first, mute };
    // One after the other: the first token may make the server fetch its keys, and the second is to do so for certain.
    else return { own: first, foreign: await send(context, path, FOREIGN_KID), mute };
  }
  return { mute };
}

/** An API route, a guarded page, and the home page, because most matchers cover that too. */
function routes({ readiness, target }: CheckContext): string[] {
  const api = (readiness.api || []).find(({ methods }) => methods.includes('GET'));
  const page = (readiness.routes.protected || []).find(({ guard }) => guard === 'server');
  return [api?.path, page?.path, target.home].filter((path) => path !== undefined).slice(0, MAX_ROUTES);
}

function send({ target, identity }: CheckContext, path: string, kid: string): Promise<Exchange> {
  const token = sessionToken({
    kid,
    issuedAt: Math.floor(Date.now() / 1000),
    claims: {
      azp: identity.origin,
      iss: issuerOf(identity),
      sid: 'sess_readiness_does_not_exist',
      sub: 'user_readiness_does_not_exist',
      sts: 'active',
    },
  });
  return target.anonymous.get(path, {
    as: 'api',
    headers: { authorization: `Bearer ${token}` },
    forged: ['authorization'],
  });
}
