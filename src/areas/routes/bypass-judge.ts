import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, header, isSuccess, redirectTarget, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { count, listed } from '../../text.ts';
import type { Expectation } from '../../verify.ts';
import type { Attempt, BypassEvidence, PlaceEvidence } from './bypass.ts';
import type { Framework, Variant } from './bypass-variants.ts';
import { isRefused, knownOf, outcomeOf, positiveControl, unechoed } from './bypass-outcome.ts';
import type { Known, Outcome } from './bypass-outcome.ts';
import { carriedBy, shows, textsIn } from './same-document.ts';
import { isSameUrlPage } from './shared.ts';

const DOCS = 'https://clerk.com/docs/guides/secure/protect-content';

/** Names in a message; the report has the first exchange. */
const MOST_NAMED = 4;

/** Where a file answers in place of a page, no middleware is meant to run. */
const STATIC = /\.(css|js|html|json|txt|ico|rsc)$/;

/** Judges every place on its own. */
export function judgeBypass({ places, publicPages, leftOut }: BypassEvidence, expectation: Expectation): Judgement {
  const plain = places.flatMap((evidence) => evidence.plain.exchanges);
  const judged = places.map((evidence) => {
    const { findings, ...rest } = judgePlace(knownOf(evidence, publicPages), expectation);
    return { ...rest, findings: [...judgePlain(evidence, [...publicPages, ...plain]), ...findings] };
  });
  const doubts = judged.flatMap(({ doubt }) => doubt ?? []);
  const variants = places.map(({ attempts }) => attempts.length);
  return {
    findings: judged.flatMap(({ findings }) => findings),
    summary: `${listed(places.map(({ place }) => place.path))}: ${count(Math.min(...variants), 'variant')} or more each, and none brings what the plain request refuses${leftOut.length > 0 ? `; not tried: ${listed(leftOut)}` : ''}`,
    ...(doubts[0] !== undefined && { unverified: doubts[0] }),
    ...(places.length === 0 && nothingTried(expectation)),
  };
}

function nothingTried({ readiness }: Expectation): Pick<Judgement, 'unverified' | 'inapplicable'> {
  return readiness.routes.protected === false && readiness.api === false
    ? { inapplicable: 'routes.protected and api are false: declared as not existing' }
    : { unverified: 'no protected page and no API route with GET is declared: name one in routes.protected or in api' };
}

interface JudgedPlace {
  readonly findings: readonly Finding[];
  readonly doubt?: string;
}

function judgePlace(known: Known, expectation: Expectation): JudgedPlace {
  const { evidence } = known;
  const { place, plain, attempts } = evidence;
  // No answer at all is an obstacle, which the engine reports.
  if (status(plain.final) === 0) return { findings: [] };
  if (!isRefused(evidence, expectation)) {
    return {
      findings: [],
      doubt: `${place.path} is not refused to begin with (${describe(plain.final)}): ${place.kind === 'page' ? 'routes/protected-redirect' : 'api/unauthenticated-401'} says more`,
    };
  }
  const outcomes = attempts.map((attempt) => ({ attempt, outcome: outcomeOf(attempt, known, expectation) }));
  const of = (...wanted: readonly Outcome[]) =>
    outcomes.filter(({ outcome }) => wanted.includes(outcome)).map(({ attempt }) => attempt);
  const unclear = of('unclear');
  const doubt = doubtAbout(known, unclear);
  return {
    findings: [
      ...(['path', 'data', 'headers', 'method'] as const).flatMap((changes) =>
        judgePassed(
          known,
          of('leaked', 'served').filter(({ variant }) => variant.changes === changes),
        ),
      ),
      ...judgeUnclear(known, unclear),
      ...judgeFailed(known, of('failed')),
      ...judgeSkipped(known, of('refused', 'unclear')),
    ],
    ...(doubt !== undefined && { doubt }),
  };
}

/** A guard that sets a redirect or a status and lets the handler go on refuses in the head of its answer only. */
function judgePlain({ place, plain, siblings, signedIn }: PlaceEvidence, anyones: readonly Exchange[]): Finding[] {
  const isHere = ({ request }: Exchange) => isSameUrlPage(new URL(request.url), new URL(place.path, request.url));
  const exchange = plain.exchanges.find((each) => isHere(each) && status(each) >= 300 && body(each) !== '');
  if (!exchange || !signedIn || !isSuccess(signedIn) || !isHere(signedIn)) return [];
  const others = [...anyones.filter((each) => !isHere(each)), ...siblings];
  const { texts, isPage } = carriedBy(exchange, signedIn, others);
  // A known text settles it: where it is there, routes/protected-redirect says so.
  const isSettled = place.contains !== undefined && (!isPage || shows(exchange, place.contains));
  if (texts.length === 0 || isSettled) return [];
  return [
    (isPage ? error : warning)({
      subject: `${place.path} in its own refusal`,
      message: `${describe(exchange)}, and its body has ${isPage ? '' : 'some of '}what the test user is shown: "${texts[0]}"`,
      expected: 'a refusal with nothing of the page in its body',
      cause: isPage
        ? 'The guard sets a redirect or a status and lets the handler go on (execution after redirect).'
        : 'The layout of the page stands around its refusal too, or the handler goes on after it.',
      fix: `End the request where it is refused: return res.redirect(…), return res.status(401).json(…), throw redirect(…) in loaders.${isPage ? '' : ' If it is the layout, set contains to a text of the page.'}`,
      docs: DOCS,
      exchange,
    }),
  ];
}

function doubtAbout(known: Known, [unclear]: readonly Attempt[]): string | undefined {
  const { path } = known.evidence.place;
  if (positiveControl(known) === undefined)
    return `nothing shows that ${path} exists, so its refusals prove little: ${nextStep(known)}`;
  // Where the test user's answer is known, something else than the place was answered.
  if (unclear === undefined || known.signedIn) return undefined;
  return `${describe(unclear.exchange)} with something that may be ${path}: ${nextStep(known)}`;
}

function nextStep({ evidence: { place, signedIn } }: Known): string {
  const steps = [
    ...(place.kind === 'page' && place.contains === undefined ? ['set contains to a text of the real page'] : []),
    ...(signedIn === undefined ? ['set session.user to a test user who may see it'] : []),
  ];
  return steps.length > 0 ? steps.join(', or ') : 'let the test user see it, or compare the two answers by hand';
}

/** Likely cause and remedy. */
interface Advice {
  readonly cause: string;
  readonly fix: string;
}

const ADVICE: Readonly<Record<Exclude<Variant['changes'], 'data'>, Advice>> = {
  path: {
    cause:
      'The guard compares the path as it was sent, the router decodes or tidies it first: a matcher by prefix or regular expression, or createRouteMatcher before the fix of CVE-2026-41248.',
    fix: 'Update @clerk/nextjs, @clerk/astro or @clerk/nuxt, protect everything but a list of public pages, and check the session again in the page or handler itself; in Express, Hono and Fastify attach the guard to the routes instead of comparing the address; in SvelteKit compare event.route.id; in Nuxt guard in a route middleware (definePageMeta).',
  },
  headers: {
    cause:
      'A header that any client may send decides whether the guard runs or which page answers: x-middleware-subrequest before Next.js 15.2.3 (CVE-2025-29927), or a proxy that passes on headers of its own from outside.',
    fix: 'Update Next.js, remove such headers at the edge of your hosting, and call auth.protect() again in the page or handler itself.',
  },
  method: {
    cause: 'The guard looks at some methods only, or at a method that a header overrides.',
    fix: 'Check the session whatever the method is, and again in the page or handler itself.',
  },
};

/** Each framework has a way of its own to ask for the data of a page. */
const DATA_ADVICE: Readonly<Record<Framework, Advice>> = {
  next: {
    cause:
      'The page is guarded and its data is not: getServerSideProps leaves the guard out for requests from other pages, or the middleware does not run for them (CVE-2026-44573).',
    fix: 'Ask for the session in getServerSideProps whatever the request is, and update Next.js.',
  },
  'react-router': {
    cause:
      'The guard is in the loader of a layout. Loaders run side by side, and whoever asks for the data of one route (_routes=…) leaves that of its layout out.',
    fix: 'Guard in a middleware of the layout route, which runs for each of its routes (future.v8_middleware in React Router 7): const { userId } = await getAuth(args); if (!userId) throw redirect(…). Without middleware, ask in every loader.',
  },
  sveltekit: {
    cause:
      'The guard is in the load of a +layout.server file. It does not run for every request: whoever asks for the data of the page alone (x-sveltekit-invalidated) leaves it out.',
    fix: 'Guard in handle of src/hooks.server (event.locals.auth()), or in the load of every +page.server.',
  },
  'tanstack-start': {
    cause:
      'The guard is in beforeLoad of a route, and the server function that brings the data has none. Each is an endpoint of its own: whoever calls it leaves the route out.',
    fix: 'Ask in the server function itself, or in a middleware for all of them (createMiddleware({ type: "function" })): const { userId } = await auth(); if (!userId) throw new Response(null, { status: 401 }).',
  },
};

function adviceOn({ changes, of = 'next' }: Variant): Advice {
  return changes === 'data' ? DATA_ADVICE[of] : ADVICE[changes];
}

function judgePassed(known: Known, passed: readonly Attempt[]): Finding[] {
  const [first] = passed;
  if (!first) return [];
  const { place } = known.evidence;
  const { variant, exchange } = first;
  const { contains, texts } = unechoed(known, exchange);
  const { cause, fix } = adviceOn(variant);
  const shown = contains !== undefined && shows(exchange, contains) ? contains : textsIn(exchange, texts)[0];
  return [
    error({
      subject: `${place.path} with ${variant.name}`,
      message: `${describe(exchange)} ${shown === undefined ? 'with content that no address without the page answers' : `with the protected text "${shown}"`}, although the plain request is refused${others(passed)}`,
      expected: 'the refusal of the plain request, or the answer to a path that does not exist',
      cause: `${cause} Source of the variant: ${variant.source}`,
      fix,
      docs: DOCS,
      exchange,
    }),
  ];
}

function others(attempts: readonly Attempt[]): string {
  const names = attempts.slice(1).map(({ variant }) => variant.name);
  return names.length === 0 ? '' : `; the same with ${listed(names, MOST_NAMED, '; ')}`;
}

function judgeUnclear({ evidence: { place } }: Known, unclear: readonly Attempt[]): Finding[] {
  const [first] = unclear;
  if (!first) return [];
  const { variant, exchange } = first;
  const isData = variant.changes === 'data';
  const { cause, fix } = isData
    ? adviceOn(variant)
    : {
        cause: 'Another page answers under this address, or a part of the protected one does.',
        fix: 'Open it in a private window. If it is the protected page, guard it; if not, nothing is wrong.',
      };
  return [
    warning({
      subject: `${place.path} with ${variant.name}`,
      message: `${describe(exchange)} with ${isData ? 'data of the page, though nothing in it is known to be for its users only' : 'something that neither the plain request nor an unknown path gets'}${others(unclear)}`,
      expected: 'the refusal of the plain request, or the answer to a path that does not exist',
      cause,
      fix,
      docs: DOCS,
      exchange,
    }),
  ];
}

function judgeFailed({ evidence: { place, plain } }: Known, attempts: readonly Attempt[]): Finding[] {
  const failed = attempts.filter((attempt) => !failsAnywhere(attempt));
  const [first] = failed;
  if (!first || status(plain.final) >= 500) return [];
  return [
    warning({
      subject: `${place.path} with ${first.variant.name}`,
      message: `${describe(first.exchange)}${others(failed)}`,
      expected: 'a refusal, never a failure of the server',
      cause:
        'The request got past the middleware and auth() failed in the page, which then refuses by accident only; or the router cannot take the address.',
      fix: 'Read the server log of this request, update the framework and Clerk’s SDK, and answer malformed addresses with 400 or 404.',
      docs: DOCS,
      exchange: first.exchange,
    }),
  ];
}

/** The server takes no such address or method, whatever is there: nothing came near a guard. */
function failsAnywhere({ variant: { changes }, beside }: Attempt): boolean {
  return changes !== 'headers' && beside !== undefined && status(beside) >= 500;
}

/** Clerk's middleware names itself on every refusal; where that vanishes, it did not run. */
function judgeSkipped({ evidence: { place, plain, siblings } }: Known, attempts: readonly Attempt[]): Finding[] {
  const ran = (exchange: Exchange | undefined) => exchange && header(exchange, 'x-clerk-auth-status') !== undefined;
  if (ran(plain.exchanges[0]) !== true) return [];
  const everywhere = siblings.length > 0 && siblings.every((sibling) => ran(sibling));
  // Plugins and routers run for the routes that they hold: where no other address meets them, a 404 is the router's own.
  const isNowhere = ({ variant, exchange }: Attempt) =>
    (variant.changes === 'path' || variant.changes === 'data') && status(exchange) === 404;
  const skipped = attempts.filter(
    ({ variant, exchange }) =>
      (everywhere || (variant.samePlace && !isNowhere({ variant, exchange }))) &&
      !ran(exchange) &&
      (isSuccess(exchange) || status(exchange) === 404) &&
      !STATIC.test(new URL(exchange.request.url).pathname) &&
      redirectTarget(exchange) === undefined &&
      variant.request.method === undefined,
  );
  const [first] = skipped;
  if (!first) return [];
  return [
    warning({
      subject: `${place.path} with ${first.variant.name}`,
      message: `${describe(first.exchange)} without x-clerk-auth-status, which the plain request has: the middleware did not run${others(skipped)}`,
      expected: 'x-clerk-auth-status, as in the answer to the plain request',
      cause:
        'The matcher of the middleware misses this form of the address, or the framework skips the middleware for it.',
      fix: 'Let Clerk’s middleware run for every address (in Next.js: by the matcher of Clerk’s documentation), update the framework, and guard pages and handlers themselves too.',
      docs: DOCS,
      exchange: first.exchange,
    }),
  ];
}
