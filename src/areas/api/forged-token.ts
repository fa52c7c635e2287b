import type { ApiRoute } from '../../config/options.ts';
import type { Judgement } from '../../result.ts';
import { withSuffix } from '../../target/clerk.ts';
import { status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { SignedIn } from '../../target/signed-in.ts';
import { issuerOf } from '../../target/identity.ts';
import { sdkFaultEvidence } from '../../target/sdk-fault.ts';
import type { SdkFaultEvidence } from '../../target/sdk-fault.ts';
import { verificationKey } from '../../target/verification-key.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { listed } from '../../text.ts';
import { bentTokens } from './bent-tokens.ts';
import { forgeries } from './forgeries.ts';
import type { Forgery } from './forgeries.ts';
import { judgeTrial } from './forged-token-findings.ts';
import { getRoutes } from './routes.ts';
import { judgeSibling, siblingToken } from './sibling-token.ts';
import type { SiblingToken } from './sibling-token.ts';

/** Routes that get every forgery, in the order of the options; the others get the shortest list. More would be a burst. */
const THOROUGH_ROUTES = 3;

/** Least number of forgeries; fewer would be a mistake in forgeries.ts. */
const MIN_FORGERIES = 20;

/** Seconds before the token at which the made-up client signed in; the other order would ask for a handshake. */
const SIGNED_IN_BEFORE = 60;

/** How a token travels. */
export type Carrier = 'Bearer' | 'cookie';

/** A forged token and what a route answered. */
export interface ForgedAnswer extends Pick<Forgery, 'name' | 'mistake' | 'essential'>, SdkFaultEvidence {
  readonly carrier: Carrier;
  readonly exchange: Exchange;
}

/** One route under trial. */
export interface Trial {
  readonly route: ApiRoute;
  /** Without any token. */
  readonly plain: Exchange;
  /** Positive control, where there is a test user: the genuine token by cookie. */
  readonly genuine?: Exchange;
  readonly answers: readonly ForgedAnswer[];
}

export interface ForgedTokenEvidence {
  readonly trials: readonly Trial[];
  /** Where there is a test user, and Clerk issues tokens to other origins of the domain. */
  readonly sibling?: SiblingToken;
  /** Why no forgery names the key that the server verifies with. */
  readonly keyUnknown?: string;
}

/** A forgery with the headers that carry it. */
interface Attempt extends Forgery {
  readonly headers: Readonly<Record<Carrier, Readonly<Record<string, string>>>>;
  /** Made of a genuine token, so it is never recorded. */
  readonly bent: boolean;
}

/** api/forged-token. */
export const forgedToken = defineCheck<ForgedTokenEvidence>({
  id: 'api/forged-token',
  async collect(context) {
    const { target, readiness, signedIn } = context;
    const key = await verificationKey(context);
    const attempts = [
      ...(await foreignAttempts(context, key)),
      ...(signedIn ? await bentAttempts(signedIn, 'jwk' in key ? key.jwk : undefined) : []),
    ];
    const tryRoute = async (route: ApiRoute, index: number): Promise<Trial> => {
      const due = attempts.filter(
        ({ essential, costly }) => (costly !== true || index === 0) && (index < THOROUGH_ROUTES || essential === true),
      );
      const [plain, genuine, answers] = await Promise.all([
        target.anonymous.get(route.path, { as: 'api' }),
        signedIn?.get(route.path, { as: 'api' }),
        Promise.all(
          due.flatMap(({ name, mistake, token, essential, costly, bent, headers }) =>
            (costly === true ? (['Bearer'] as const) : (['Bearer', 'cookie'] as const)).map(async (carrier) => ({
              name,
              mistake,
              ...(essential && { essential }),
              ...sdkFaultEvidence(token),
              carrier,
              exchange: await target.anonymous.get(route.path, {
                as: 'api',
                headers: headers[carrier],
                forged: bent ? [] : ['authorization', 'cookie'],
              }),
            })),
          ),
        ),
      ]);
      return { route, plain, ...(genuine && { genuine }), answers };
    };
    const routes = getRoutes(readiness);
    const [sibling, trials] = await Promise.all([siblingToken(context, routes[0]), Promise.all(routes.map(tryRoute))]);
    return { trials, ...(sibling && { sibling }), ...('unknown' in key && { keyUnknown: key.unknown }) };
  },
  judge: ({ trials, sibling, keyUnknown }): Judgement => {
    const [first] = trials;
    if (!first)
      return {
        findings: [],
        summary: '',
        unverified: 'no route of api takes GET, and forged tokens are sent with GET only: declare one that does',
      };
    const names = new Set(first.answers.map(({ name }) => name));
    if (names.size < MIN_FORGERIES) throw new Error(`only ${names.size} forgeries were built`);
    const open = trials.filter(({ plain }) => !isTestable(plain));
    const opened = listed(open.map(({ route, plain }) => `GET ${route.path} (${status(plain)})`));
    const doubts = [
      ...(open.length > 0
        ? [
            `answered without any token, so a forged one proves nothing: ${opened}; make api/unauthenticated-401 pass first`,
          ]
        : []),
      ...(keyUnknown === undefined ? [] : [`no forgery got as far as its signature: ${keyUnknown}`]),
    ];
    return {
      findings: [
        ...trials.filter(({ plain }) => isTestable(plain)).flatMap(judgeTrial),
        ...(sibling && isTestable(first.plain) ? judgeSibling(sibling, first.plain) : []),
      ],
      summary: summarize(trials, names.size),
      ...(doubts.length > 0 && { unverified: doubts.join('; ') }),
    };
  },
});

/** Only where nothing is refused can it be seen that a token is. */
function isTestable(plain: Exchange): boolean {
  return status(plain) === 0 || (status(plain) >= 300 && status(plain) < 500);
}

async function foreignAttempts(
  { identity }: CheckContext,
  key: Awaited<ReturnType<typeof verificationKey>>,
): Promise<Attempt[]> {
  const { origin, clerk } = identity;
  const now = new Date();
  const all = await forgeries({
    origin,
    issuer: issuerOf(identity),
    ...('kid' in key && { publicKey: key }),
    now,
  });
  const clientUat = String(Math.floor(now.getTime() / 1000) - SIGNED_IN_BEFORE);
  // A development instance looks at no session of a browser that it does not know.
  const development: Readonly<Record<string, string>> =
    clerk.publishableKeyKind === 'test' ? { __clerk_db_jwt: 'dvb_readiness_does_not_exist' } : {};
  return all.map((forgery) => ({
    ...forgery,
    bent: false,
    headers: carriers(
      forgery.token,
      withSuffix({ __session: forgery.token, __client_uat: clientUat, ...development }, clerk.publishableKey),
    ),
  }));
}

async function bentAttempts(
  signedIn: SignedIn,
  jwk: Readonly<Record<string, unknown>> | undefined,
): Promise<Attempt[]> {
  const cookies = Object.entries(await signedIn.cookies());
  return (await bentTokens(await signedIn.token(), jwk)).map((forgery) => ({
    ...forgery,
    bent: true,
    headers: carriers(
      forgery.token,
      Object.fromEntries(cookies.map(([name, value]) => [name, name.startsWith('__session') ? forgery.token : value])),
    ),
  }));
}

function carriers(token: string, cookies: Readonly<Record<string, string>>): Attempt['headers'] {
  const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`);
  return { Bearer: { authorization: `Bearer ${token}` }, cookie: { cookie: pairs.join('; ') } };
}

function summarize(trials: readonly Trial[], forgeriesSent: number): string {
  const named = (list: readonly Trial[]) => listed(list.map(({ route }) => `GET ${route.path}`));
  const statuses = new Set(trials.flatMap(({ answers }) => answers.map(({ exchange }) => status(exchange))));
  const thorough = trials.slice(0, THOROUGH_ROUTES);
  const others = trials.slice(THOROUGH_ROUTES);
  const control = trials.some(({ genuine }) => genuine)
    ? `the genuine token gets ${[...new Set(trials.flatMap(({ genuine }) => (genuine ? [status(genuine)] : [])))].join(', ')}`
    : 'no positive control without a test user, and no genuine token was bent';
  return `${forgeriesSent} forged tokens refused with ${[...statuses].join(', ')}, as Bearer and as cookie, at ${named(thorough)}${others.length > 0 ? `, the plainest of them at ${named(others)}` : ''}; ${control}`;
}
