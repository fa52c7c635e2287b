import type { ApiRoute } from '../../config/options.ts';
import { isRecord } from '../../is-record.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { AnonymousRequest } from '../../target/anonymous.ts';
import { describe, isRedirect, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { redirectsToSignIn } from '../../target/sign-in.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { listed } from '../../text.ts';
import { isAnswerToUser } from './routes.ts';

/** Routes tried: each costs up to eight requests that a broken app acts on. */
const MAX_ROUTES = 3;

const CSRF_DOCS =
  'https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html';

/** A request that a browser sends for a page of another origin, without asking the app first by a preflight. */
interface ForeignAnswer {
  /** `https://evil.example, text/plain`. */
  readonly name: string;
  readonly exchange: Exchange;
}

/** One route under trial, with the session cookies of the test user each time. */
export interface CsrfTrial {
  readonly route: ApiRoute;
  /** Positive control: from a page of the app itself. */
  readonly own: Exchange;
  /** The same with the session in the Authorization header, where the cookie was not enough. */
  readonly bearer?: Exchange;
  readonly foreign: readonly ForeignAnswer[];
}

/** api/csrf. */
export const csrf = defineCheck<readonly CsrfTrial[]>({
  id: 'api/csrf',
  async collect(context) {
    const { identity, readiness, signedIn, target } = context;
    if (!signedIn) throw new Error('a signed-in client is needed');
    const ownPage = { origin: identity.origin, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };
    const trial = async (route: ApiRoute): Promise<CsrfTrial> => {
      const json = {
        method: 'POST',
        headers: { ...ownPage, 'content-type': 'application/json' },
        body: JSON.stringify(route.body ?? {}),
      };
      // One after the other: the control shows first whether the cookie counts at all.
      const own = await signedIn.request(route.path, json);
      if (!isAccepted(own, context)) {
        if (status(own) !== 401) return { route, own, foreign: [] };
        const authorization = `Bearer ${await signedIn.token()}`;
        const bearer = await target.anonymous.request(route.path, {
          ...json,
          headers: { ...json.headers, authorization },
        });
        return { route, own, bearer, foreign: [] };
      }
      const foreign = await Promise.all(
        foreignRequests(route, identity.origin).map(async ({ name, request }) => ({
          name,
          exchange: await signedIn.request(route.path, request),
        })),
      );
      return { route, own, foreign };
    };
    const trials: CsrfTrial[] = [];
    for (const route of postRoutes(readiness).slice(0, MAX_ROUTES)) trials.push(await trial(route));
    return trials;
  },
  judge: (trials, expectation): Judgement => {
    const rest = postRoutes(expectation.readiness).slice(MAX_ROUTES);
    if (trials.length === 0)
      return {
        findings: [],
        summary: '',
        inapplicable:
          'no declared route takes POST; a browser sends PUT, PATCH and DELETE of a foreign page only after a preflight, which cors/untrusted-origin judges',
      };
    const doubts = trials.flatMap((each) => doubt(each, expectation));
    const cookieless = trials.filter((each) => isBearerOnly(each, expectation));
    const refused = trials.filter(({ foreign }) => foreign.length > 0);
    const summary = [
      ...refused.map(
        ({ route, own, foreign }) =>
          `POST ${route.path} with the user’s cookie: ${status(own)} from the app’s own origin, ${[...new Set(foreign.map(({ exchange }) => status(exchange)))].join(', ')} from foreign ones`,
      ),
      ...cookieless.map(
        ({ route, bearer }) => `POST ${route.path} takes no cookie: 401, as Bearer ${bearer && status(bearer)}`,
      ),
      ...(rest.length > 0 ? [`not tried: ${listed(rest.map(({ path }) => `POST ${path}`))}`] : []),
    ].join('; ');
    return {
      findings: trials.flatMap((each) => judgeTrial(each, expectation)),
      summary,
      ...(doubts.length > 0 && { unverified: doubts.join('; ') }),
      ...(cookieless.length === trials.length && {
        inapplicable: `a cookie authorises nothing here: ${summary}`,
      }),
    };
  },
});

function postRoutes({ api }: Expectation['readiness']): ApiRoute[] {
  return (api || []).filter(({ methods }) => methods.includes('POST'));
}

/**
 * Content types that need no preflight (https://fetch.spec.whatwg.org/#cors-safelisted-request-header), none at all, which
 * a Blob is sent with, and the opaque origin of sandboxed frames.
 */
export function foreignRequests(
  { body }: ApiRoute,
  own: string,
): Array<{ readonly name: string; readonly request: AnonymousRequest }> {
  const { hostname } = new URL(own);
  const json = JSON.stringify(body ?? {});
  const fields = isRecord(body) ? Object.entries(body).map(([name, value]) => [name, String(value)]) : [];
  const form = new URLSearchParams(fields).toString();
  const post = (origin: string, type: string, content = json, mode = 'no-cors', site = 'cross-site') => ({
    name: `${origin}, ${type || 'no content type'}`,
    request: {
      method: 'POST',
      headers: {
        origin,
        'sec-fetch-site': site,
        'sec-fetch-mode': mode,
        ...(type && { 'content-type': type }),
      },
      body: content,
    },
  });
  return [
    post('https://evil.example', 'text/plain'),
    post('https://evil.example', ''),
    post('https://evil.example', 'application/x-www-form-urlencoded', form, 'navigate'),
    post('null', 'text/plain'),
    // Passes a comparison by startsWith() or includes().
    post(`https://${hostname}.evil.example`, 'text/plain'),
    // An address has no subdomains.
    ...(/[a-z]/i.test(hostname) ? [post(`https://evil.${hostname}`, 'text/plain', json, 'no-cors', 'same-site')] : []),
  ];
}

/** The cookie authorises nothing, as at a route for machines, which is declared to refuse the test user. */
function isBearerOnly({ route, own, bearer }: CsrfTrial, expectation: Expectation): boolean {
  const isRefused = status(own) === 401 && bearer !== undefined;
  return isRefused && (isAccepted(bearer, expectation) || isAnswerToUser(route, bearer));
}

/** 2xx, or a redirect onwards as after a form. */
function isAccepted(exchange: Exchange, expectation: Expectation): boolean {
  return isSuccess(exchange) || (status(exchange) === 303 && !redirectsToSignIn(exchange, expectation));
}

function judgeTrial({ route, own, foreign }: CsrfTrial, expectation: Expectation): Finding[] {
  const accepted = foreign.filter(({ exchange }) => isAccepted(exchange, expectation));
  const [first] = accepted;
  if (!first) return [];
  return [
    error({
      subject: `POST ${route.path}`,
      message: `with the cookie of the test user it was accepted from a foreign page: ${accepted.map(({ name, exchange }) => `${name}: ${status(exchange)}`).join('; ')} (${status(own)} from the app’s own)`,
      expected: 'a refusal, as 403, when Origin is not the app’s own',
      cause:
        'The handler compares no Origin, or only how it begins, and takes JSON from any content type. SameSite=Lax keeps Clerk’s cookie off requests of other sites, but not off those of a sibling subdomain, where one forgotten host is enough.',
      fix: 'Refuse requests whose Origin is there and not on your list, before they change anything; demanding Content-Type: application/json helps too, because it forces a preflight.',
      docs: CSRF_DOCS,
      exchange: first.exchange,
    }),
  ];
}

/** Why a trial shows nothing. */
function doubt(trial: CsrfTrial, expectation: Expectation): string[] {
  const { route, own, foreign } = trial;
  if (status(own) === 0 || isBearerOnly(trial, expectation)) return [];
  if (!isAccepted(own, expectation))
    return [
      `the app’s own origin is not accepted either (${describe(own)}), so a refusal of foreign ones proves nothing: ${nextStep(route, own)}`,
    ];
  return foreign
    .filter(
      ({ exchange }) =>
        (status(exchange) >= 500 || isRedirect(exchange)) &&
        !redirectsToSignIn(exchange, expectation) &&
        !isAccepted(exchange, expectation),
    )
    .map(
      ({ name, exchange }) =>
        `${describe(exchange)} for ${name}, which says neither yes nor no: answer 403 before the body is read`,
    );
}

function nextStep({ path }: ApiRoute, own: Exchange): string {
  if (status(own) === 400 || status(own) === 422)
    return `give api a body that POST ${path} takes, as { path: '${path}', methods: ['POST'], body: { … } }`;
  if (status(own) === 401) return 'neither cookie nor Bearer is taken, so make api/authenticated pass first';
  return `give the test user what POST ${path} asks for`;
}
