import { count } from '../../text.ts';
import type { ProtectedRoute } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { isHtml, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { visibleText } from '../../target/html.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import { SIGN_IN_WORDS } from '../../browser/affordance.ts';
import { elsewhere, loop, lostReturnPath, protectedContent, refusedHandshake, serverError } from './findings.ts';
import type { Diagnosis } from './findings.ts';
import { issuerOf } from '../../target/identity.ts';
import { cookiesOnTheWay } from '../../target/sign-in.ts';
import { verificationKey } from '../../target/verification-key.ts';
import { contains } from '../routes/shared.ts';
import { staleCookies } from './stale-cookies.ts';
import type { StaleKind } from './stale-cookies.ts';
import { destination, movesOf, signInPages } from './way.ts';

/** Routes that are visited; more would prove little more and cost a visit for each kind of cookie. */
const MAX_ROUTES = 3;

/** A protected page, visited with cookies that are no longer good, and without any for comparison. */
interface StaleVisits {
  readonly route: ProtectedRoute;
  readonly withoutCookies: Visit;
  readonly stale: ReadonlyArray<{ readonly kind: StaleKind; readonly visit: Visit }>;
}

/** What the protected pages answered. */
export interface ExpiredCookieEvidence {
  readonly visits: readonly StaleVisits[];
  /** Why no token with the instance's own key id was sent; only such a token is judged by its signature. */
  readonly unsent?: string;
}

/** session/expired-return over HTTP: what the server does with a cookie that is no longer good. */
export const expiredCookie = defineCheck<ExpiredCookieEvidence>({
  id: 'session/expired-return',
  part: { methods: ['http'] },
  async collect(context: CheckContext) {
    const { target, readiness, identity } = context;
    const key = await verificationKey(context);
    const kinds = staleCookies({
      origin: identity.origin,
      ...cookieOptions(context),
      ...('kid' in key && { kid: key.kid }),
    });
    const visits = await Promise.all(
      visited(readiness.routes.protected).map(async (route) => {
        const [withoutCookies, ...stale] = await Promise.all([
          target.anonymous.page(route.path),
          ...kinds.map(async ({ kind, cookies }) => ({
            kind,
            visit: await target.anonymous.visit(route.path, { cookies }),
          })),
        ]);
        return { route, withoutCookies, stale };
      }),
    );
    return { visits, ...('unknown' in key && { unsent: unsentTokens(key.unknown) }) };
  },
  judge: ({ visits, unsent }, expectation): Judgement => {
    const all = visits.flatMap(({ stale }) => stale);
    if (all.length === 0) throw new Error('no protected page was visited');
    const findings = visits.flatMap((one) =>
      one.stale.flatMap(({ kind, visit }) => judgeVisit(one, kind, visit, expectation)),
    );
    const kinds = [...new Set(all.map(({ kind }) => kind))];
    return {
      findings,
      summary: `${count(visits.length, 'protected page')} visited with ${count(kinds.length, 'kind')} of stale cookies: each ends at sign-in or at the declared refusal`,
      ...(unsent !== undefined && { unverified: unsent }),
    };
  },
});

/** What it means for the evidence that the key of the instance is not known. */
export function unsentTokens(reason: string): string {
  return `${reason}; without its key no expired or tampered session token could be made, only garbage was sent`;
}

/** What the cookies of the target's instance look like. */
export function cookieOptions({ identity }: Pick<Expectation, 'identity'>): {
  issuer: string;
  publishableKey?: string;
} {
  const { publishableKey } = identity.clerk;
  return { issuer: issuerOf(identity), ...(publishableKey !== undefined && { publishableKey }) };
}

function visited(routes: readonly ProtectedRoute[] | false): ProtectedRoute[] {
  return routes === false ? [] : routes.slice(0, MAX_ROUTES);
}

function judgeVisit(
  { route, withoutCookies }: StaleVisits,
  kind: StaleKind,
  visit: Visit,
  { readiness, identity }: Expectation,
): Finding[] {
  const { final } = visit;
  // No answer says nothing about the app; the run reports it as an obstacle.
  if (final.error) return [];
  const moves = movesOf(visit);
  const asked = new URL(route.path, identity.origin);
  const end = new URL(moves.at(-1)?.url ?? asked);
  const pages = signInPages(readiness.routes.signIn, identity.origin, movesOf(withoutCookies));
  const place = destination(end, asked, pages);
  const found = (diagnosis: Diagnosis, exchange: Exchange = final) => [
    error({ ...diagnosis, subject: `${route.path} with ${article(kind)}`, exchange }),
  ];

  const { contains: text } = route;
  if (text !== undefined) {
    // A sign-in page that has the text for everybody shows nothing of the protected one.
    const isEverybodys = place === 'sign-in' && contains(withoutCookies.final, text);
    const leak = visit.exchanges.find((each) => contains(each, text) && !(isEverybodys && each === final));
    if (leak) return found(protectedContent(text), leak);
  }
  const circle = loop(moves);
  if (circle) return found(circle);
  const code = status(final);
  if (place === 'handshake') return code >= 400 && code < 500 ? found(refusedHandshake(code, end.host)) : [];
  if (code >= 500) return found(serverError(code));
  if (place === 'elsewhere') return found(elsewhere(moves));
  if (place === 'in-place') return judgeInPlace(route, withoutCookies, final).flatMap((diagnosis) => found(diagnosis));
  if (visit.stopped === undefined && code !== 200) return found(brokenSignIn(code));
  const lost = lostReturnPath(place, end, asked, identity, cookiesOnTheWay(visit));
  // The redirect that names sign-in is the answer to look at.
  return lost ? found(lost, visit.exchanges.at(-2) ?? final) : [];
}

/** The page was not left: either it refuses, or it prompts, or it is shown. */
function judgeInPlace(route: ProtectedRoute, withoutCookies: Visit, final: Exchange): Diagnosis[] {
  const code = status(final);
  const declared =
    (code === 404 && route.unauthenticated === 'hidden') ||
    ([401, 403].includes(code) && route.unauthenticated === 'unauthorized');
  const asWithout = route.unauthenticated === undefined && code >= 400 && code === status(withoutCookies.final);
  if (declared || asWithout) return [];
  const mayPrompt = code === 200 || ([401, 403].includes(code) && route.unauthenticated === undefined);
  if (mayPrompt && ((code === 200 && route.guard === 'client') || promptsSignIn(final))) return [];
  if (code === 200) {
    return [
      {
        message: 'the page answers 200, without any way to sign in',
        expected: 'a redirect to sign-in',
        cause:
          'The server serves the page whatever the cookie is worth, because it looks at the presence of the cookie only or leaves the guard to a script.',
        fix: "Guard the page with auth.protect(), or declare it with guard: 'client' when a script guards it; the browser part then proves it.",
        docs: 'https://clerk.com/docs/reference/nextjs/clerk-middleware',
      },
    ];
  }
  return [
    {
      message: `the page answers ${code} instead of leading to sign-in`,
      expected: 'a redirect to sign-in, as for a visitor without cookies',
      cause:
        'The guard treats a cookie that is no longer good as an error instead of as signed out, so the person is stranded until the cookie is cleared by hand.',
      fix: "Redirect with auth.protect() whatever the reason, or declare the refusal: unauthenticated: 'hidden' or 'unauthorized'.",
      docs: 'https://clerk.com/docs/reference/nextjs/clerk-middleware',
    },
  ];
}

function brokenSignIn(code: number): Diagnosis {
  return {
    message: `the sign-in page answers ${code} to this visitor`,
    expected: 'status 200',
    cause: 'The sign-in page is protected itself, is no catch-all route, or fails on the stale cookie.',
    fix: 'Leave the sign-in page out of the guard and make it a catch-all route ([[...sign-in]] in Next.js, sign-in/* elsewhere).',
    docs: 'https://clerk.com/docs/nextjs/guides/development/custom-sign-in-or-up-page',
  };
}

function promptsSignIn(page: Exchange): boolean {
  return isHtml(page) && SIGN_IN_WORDS.test(visibleText(page));
}

/** The kind with its article. */
export function article(kind: StaleKind): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
