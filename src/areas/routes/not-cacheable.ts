import { randomBytes } from 'node:crypto';
import type { ApiRoute, ProtectedRoute } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, header, isRedirect, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Shape } from '../../target/shapes.ts';
import { isSamePage } from '../../target/sign-in.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import {
  guardsBeforeCache,
  isGuessed,
  isHeuristicallyStored,
  sharedHit,
  sharedStorage,
} from '../../target/cache-policy.ts';
import { carriedBy, isSameDocument, ownTexts, shows, textsIn } from './same-document.ts';

const DOCS = 'https://www.rfc-editor.org/rfc/rfc9111#section-3';

/** Places whose signed-in answer is looked at; each costs four requests. */
const MAX_PLACES = 12;

/** Texts of the user that must come back to nobody, where the page has as many; one alone may be on a public page too. */
const MIN_TEXTS = 2;

const FIX =
  'Answer with Cache-Control: private, no-store; in Next.js render the page for each request (read auth() in it, or export const dynamic = "force-dynamic" without cacheComponents), and take the path out of the CDN’s cache rules.';

/** A page or API route with GET whose answers belong to one person. */
interface Place {
  readonly path: string;
  readonly as: Shape;
  readonly contains?: string;
  /** Statuses that answer the test user; any 2xx when left out. */
  readonly authenticatedStatus?: readonly number[];
}

/** What an anonymous visitor gets of a place. */
export interface AnonymousAnswer {
  readonly path: string;
  readonly exchange: Exchange;
}

/** routes/not-cacheable for what an anonymous visitor gets. */
export const notCacheable = defineCheck<readonly AnonymousAnswer[]>({
  id: 'routes/not-cacheable',
  part: { methods: ['http'], needs: [] },
  async collect(context) {
    const { anonymous } = context.target;
    return Promise.all(
      placesOf(context).map(async ({ path, as }) => {
        const asked = as === 'document' ? (await anonymous.page(path)).exchanges : [await anonymous.get(path, { as })];
        // Where it leads is the public sign-in page, and a hop to its slash or locale the same for all: both may be stored.
        const exchange = asked.findLast(({ request }) =>
          isSamePage(pathname(request.url), pathname(path, request.url)),
        );
        return { path, exchange: exchange ?? (asked[0] as Exchange) };
      }),
    );
  },
  judge(answers, expectation): Judgement {
    const findings = answers.flatMap(judgeAnonymous);
    return {
      findings,
      summary: `what anonymous visitors get of ${count(answers.length, 'protected place')} may be stored by no shared cache${exceptions(findings)}`,
      ...nothingDeclared(answers.length, expectation),
    };
  },
});

/** What the test user gets of a place, and what somebody else gets of the same URL afterwards. */
export interface SignedInAnswer {
  readonly place: Place;
  readonly signedIn: Exchange;
  /** The signed-in request with a query that no cache knows yet. */
  readonly first: Exchange;
  /** The same URL without a session. */
  readonly second: Exchange;
  /** What anyone gets: the refusal, the home page, the answer to an unknown path. */
  readonly baselines: readonly Exchange[];
}

/** routes/not-cacheable for what the test user gets. */
export const notCacheableSignedIn = defineCheck<readonly SignedInAnswer[]>({
  id: 'routes/not-cacheable',
  part: { methods: ['http', 'signed-in'], needs: [] },
  async collect(context) {
    const { target, signedIn: session } = context;
    if (!session) throw new Error('routes/not-cacheable needs a session: verify(check, { signedIn })');
    const publicPages = await Promise.all([target.home, target.unknownPath].map((path) => target.anonymous.page(path)));
    return Promise.all(
      placesOf(context)
        .slice(0, MAX_PLACES)
        .map(async (place) => {
          const { path, as } = place;
          const unique = `${path}${path.includes('?') ? '&' : '?'}clerk-readiness=${randomBytes(6).toString('hex')}`;
          const get = async (url: string) =>
            as === 'document' ? (await session.visit(url)).final : session.get(url, { as });
          const [signedIn, first, refusal] = await Promise.all([
            get(path),
            get(unique),
            as === 'document'
              ? target.anonymous.page(path).then(({ final }) => final)
              : target.anonymous.get(path, { as }),
          ]);
          const second = await target.anonymous.get(unique, { as });
          return { place, signedIn, first, second, baselines: [refusal, ...publicPages.map(({ final }) => final)] };
        }),
    );
  },
  judge(answers, expectation): Judgement {
    const anyones = answers.flatMap(({ baselines }) => baselines);
    const judged = answers.map((answer) => judgeSignedIn(answer, anyones));
    const [doubt] = judged.flatMap((each) => each.doubt ?? []);
    const findings = judged.flatMap((each) => each.findings);
    return {
      findings,
      summary: `what the test user gets of ${listed(answers.map(({ place }) => place.path))} may be stored by no shared cache${exceptions(findings)}, and the same URLs give nobody else any of it`,
      ...(doubt !== undefined && { unverified: doubt }),
      ...nothingDeclared(answers.length, expectation),
    };
  },
});

function exceptions(warnings: readonly Finding[]): string {
  return warnings.length > 0 ? ', but for the warnings' : '';
}

function placesOf({ readiness }: CheckContext): Place[] {
  const pages = (readiness.routes.protected || [])
    // A page that a script guards is the same shell for everybody.
    .filter(({ guard }: ProtectedRoute) => guard === 'server')
    .map(({ path, contains }) => ({ path, as: 'document' as const, ...(contains !== undefined && { contains }) }));
  const apis = (readiness.api || [])
    .filter(({ methods }: ApiRoute) => methods.includes('GET'))
    .map(({ path, authenticatedStatus }) => ({
      path,
      as: 'api' as const,
      ...(authenticatedStatus !== undefined && { authenticatedStatus }),
    }));
  return [...pages, ...apis];
}

function nothingDeclared(places: number, { readiness }: Expectation): Pick<Judgement, 'unverified' | 'inapplicable'> {
  if (places > 0) return {};
  const { protected: pages } = readiness.routes;
  return (pages === false || pages.length > 0) && readiness.api === false
    ? {
        inapplicable:
          'routes.protected is false or names only guards in the browser, and api is false: declared as not existing',
      }
    : {
        unverified:
          'no page guarded on the server and no API route with GET is declared: name one in routes.protected or in api',
      };
}

function judgeAnonymous({ path, exchange }: AnonymousAnswer): Finding[] {
  const base = { subject: `${path} without a session`, fix: FIX, docs: DOCS, exchange };
  const storage = sharedStorage(exchange);
  const hit = sharedHit(exchange);
  if (storage !== undefined) {
    return [
      error({
        ...base,
        message: `${describe(exchange)} with ${storage}`,
        expected: 'an answer that no shared cache may store: Cache-Control with private or no-store, or none at all',
        cause:
          'A rule for caching covers the protected path, by a header of the app, of its hosting or of the CDN; the next person, signed in or not, gets this answer.',
      }),
    ];
  }
  if (hit !== undefined && !guardsBeforeCache(exchange)) {
    return [
      error({
        ...base,
        message: `${describe(exchange)} from a shared cache (${hit})`,
        expected: 'an answer of the app itself',
        cause: 'The CDN stores the protected path whatever the app says about it ("cache everything").',
      }),
    ];
  }
  if (isHeuristicallyStored(exchange)) {
    return [
      warning({
        ...base,
        message: `${describe(exchange)} without Cache-Control, which a cache may store by its status alone`,
        expected: 'Cache-Control: private, no-store',
        ...(isRedirect(exchange) && { fix: 'Redirect with 302 or 307, which nobody stores.' }),
        cause: isRedirect(exchange)
          ? 'Browsers keep a permanent redirect for good: whoever was once sent to sign-in is sent there again, although signed in by then.'
          : 'The refusal says nothing about caching, and this status may be stored for a while (RFC 9110 section 15.1); 401 and 307 may not.',
      }),
    ];
  }
  return [];
}

interface Judged {
  readonly findings: readonly Finding[];
  readonly doubt?: string;
}

function judgeSignedIn(
  { place, signedIn, first, second, baselines }: SignedInAnswer,
  anyones: readonly Exchange[],
): Judged {
  const { path, contains, authenticatedStatus } = place;
  // No answer at all is an obstacle, which the engine reports.
  if ([signedIn, first, second].some((each) => status(each) === 0)) return { findings: [] };
  if (authenticatedStatus?.every((code) => code >= 300) === true) return { findings: [] };
  // An API that takes no cookie stores nothing for it; api/authenticated tells whether it answers at all.
  if (place.as === 'api' && [401, 403].includes(status(signedIn))) return { findings: [] };
  if (!isAnswered(signedIn, path)) {
    return {
      findings: [],
      doubt: `the test user does not get ${path} (${describe(signedIn)}): give session.user a role that may see it, or correct the path`,
    };
  }
  if (!isAnswered(first, path))
    return {
      findings: stored(place, signedIn),
      doubt: `${path} does not take the query by which its stored copy is told from others (${describe(first)}): compare a signed-in and a private window by hand`,
    };
  const elsewhere = anyones.filter(({ request }) => !isSamePage(pathname(request.url), pathname(path, request.url)));
  const carried = carriedBy(second, first, elsewhere);
  if (status(second) >= 300 && carried.isPage)
    return {
      findings: stored(place, signedIn),
      doubt: `${describe(second)} without a session, and its body has what the test user is shown ("${carried.texts[0]}"): end the request where it is refused`,
    };
  const refused = status(second) >= 300 || baselines.some((each) => isSameDocument(second, each));
  if (refused) return { findings: stored(place, signedIn) };
  const texts = ownTexts(first, baselines);
  const known = contains === undefined || baselines.some((each) => shows(each, contains)) ? [] : [contains];
  const shown = [...textsIn(second, known), ...textsIn(second, texts)];
  const enough = textsIn(second, known).length > 0 ? 1 : Math.min(MIN_TEXTS, texts.length);
  if (isSameDocument(second, first) || (shown.length > 0 && shown.length >= enough))
    return { findings: [leak(place, second, shown)] };
  const findings = stored(place, signedIn);
  if (findings.length > 0 || texts.length > 0) return { findings };
  return {
    findings,
    doubt: `${describe(second)} without a session, and nothing in ${path} shows whose it is: compare the two by hand, or ${place.as === 'document' ? 'set contains to a text of the real page' : 'give the test user some data there'}`,
  };
}

function isAnswered(exchange: Exchange, path: string): boolean {
  return isSuccess(exchange) && isSamePage(pathname(exchange.request.url), pathname(path, exchange.request.url));
}

function leak({ path }: Place, exchange: Exchange, texts: readonly string[]): Finding {
  const hit = sharedHit(exchange);
  return error({
    subject: `${path} after the test user asked for it`,
    message: `${describe(exchange)} with what the test user was shown${texts[0] === undefined ? '' : `, "${texts[0]}",`} to a client without a session${hit === undefined ? '' : ` (${hit})`}`,
    expected: 'the refusal that every anonymous client gets',
    cause: 'A cache in front of the app, or one inside it, stored the answer to one person under the URL alone.',
    fix: FIX,
    docs: 'https://www.rfc-editor.org/rfc/rfc9111#section-3.5',
    exchange,
  });
}

function stored({ path }: Place, exchange: Exchange): Finding[] {
  const base = { subject: `${path} with a session`, fix: FIX, docs: DOCS, exchange };
  const storage = sharedStorage(exchange);
  if (storage !== undefined) {
    return [
      error({
        ...base,
        message: `the answer to the test user allows shared caches to store it: ${storage}`,
        expected: 'Cache-Control with private or no-store',
        cause:
          'The page was rendered when the app was built, because nothing in it reads the request, or a header sets a lifetime for it; a CDN in front then skips the guard.',
      }),
    ];
  }
  const hit = sharedHit(exchange);
  if (hit === undefined && isGuessed(exchange)) {
    return [
      warning({
        ...base,
        message: `the answer to the test user has Last-Modified (${header(exchange, 'last-modified')}) and no Cache-Control, so a shared cache may store it for a while`,
        expected: 'Cache-Control with private or no-store',
        cause: 'The answer says when it was changed and not for whom it is (RFC 9111 section 4.2.2).',
      }),
    ];
  }
  if (hit === undefined) return [];
  // Netlify's edge functions come before its cache too; that it is no plain function which is stored, the next client shows.
  const isGuarded = guardsBeforeCache(exchange) || hit.includes('"Netlify');
  return [
    (isGuarded ? warning : error)({
      ...base,
      message: `the answer to the test user came from a shared cache: ${hit}`,
      expected: 'an answer made for this person',
      cause: isGuarded
        ? 'The page was rendered when the app was built. The hosting asks the middleware first, so nobody else got it here; without the middleware anyone would.'
        : 'The CDN stores the path whatever the app says about it ("cache everything"), or ignores that the request has a session.',
    }),
  ];
}

function pathname(url: string, base?: string): string {
  return new URL(url, base).pathname;
}
