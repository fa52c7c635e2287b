import type { ProtectedRoute } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import type { Tab } from '../../browser.ts';
import { tabOf } from '../../browser/browser-check.ts';
import { count } from '../../text.ts';
import { verificationKey } from '../../target/verification-key.ts';
import { article, cookieOptions, unsentTokens } from './expired-cookie.ts';
import {
  elsewhere,
  loop,
  lostReturnPath,
  protectedContent,
  REDIRECT,
  refusedHandshake,
  serverError,
} from './findings.ts';
import type { Diagnosis } from './findings.ts';
import { asExchange, openPage, plant, sharedDomain } from '../../browser/page-visit.ts';
import type { PageVisit, PageVisitOptions } from '../../browser/page-visit.ts';
import { staleCookies } from './stale-cookies.ts';
import type { StaleCookies, StaleKind } from './stale-cookies.ts';
import { describeMoves, destination, signInPages } from './way.ts';

/** A protected page, opened with cookies that are no longer good, and without any for comparison. */
export interface StalePageVisits {
  readonly route: ProtectedRoute;
  readonly withoutCookies: PageVisit;
  readonly stale: ReadonlyArray<{ readonly kind: StaleKind; readonly visit: PageVisit }>;
}

/** What a browser showed. */
export interface ExpiredPageEvidence {
  readonly visits: readonly StalePageVisits[];
  /** Why no token with the instance's own key id was sent. */
  readonly unsent?: string;
}

/** session/expired-return in a browser: what a person sees whose cookie is no longer good. */
export const expiredPage = defineCheck<ExpiredPageEvidence>({
  id: 'session/expired-return',
  part: { methods: ['browser'] },
  async collect(context: CheckContext) {
    const tab = tabOf(context);
    const { readiness, identity } = context;
    const key = await verificationKey(context);
    const kinds = staleCookies({
      origin: identity.origin,
      ...cookieOptions(context),
      ...('kid' in key && { kid: key.kid }),
    });
    const visits: StalePageVisits[] = [];
    for (const route of openedRoutes(readiness.routes.protected)) {
      const options = {
        path: route.path,
        origin: identity.origin,
        ...(route.contains !== undefined && { contains: route.contains }),
      };
      const withoutCookies = await openPage(tab, options);
      visits.push({ route, withoutCookies, stale: await openInTurn(tab, kinds, options, context) });
      await tab.wipe();
    }
    return { visits, ...('unknown' in key && { unsent: unsentTokens(key.unknown) }) };
  },
  judge: ({ visits, unsent }, expectation): Judgement => {
    const all = visits.flatMap(({ stale }) => stale);
    if (all.length === 0) throw new Error('no protected page was opened');
    const stranded = all.map(({ visit }) => unreachable(visit, expectation)).find((reason) => reason !== undefined);
    const unverified = stranded ?? unsent;
    return {
      findings: visits.flatMap((one) =>
        one.stale.flatMap(({ kind, visit }) => judgePage(one, kind, visit, expectation)),
      ),
      summary: `${count(visits.length, 'protected page')} opened in a browser with ${count(new Set(all.map(({ kind }) => kind)).size, 'kind')} of stale cookies: each shows sign-in, nothing blank, no uncaught error`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

/** The first page that the server guards and the first that a script guards; they fail in different ways. */
function openedRoutes(routes: readonly ProtectedRoute[] | false): ProtectedRoute[] {
  const guardedBy = (guard: ProtectedRoute['guard']) => (routes || []).find((route) => route.guard === guard);
  return [guardedBy('server'), guardedBy('client')].filter((route) => route !== undefined);
}

/** Opens a page with one kind of cookies after the other, each time as somebody who was never there. */
async function openInTurn(
  tab: Tab,
  kinds: readonly StaleCookies[],
  options: PageVisitOptions,
  { identity }: CheckContext,
): Promise<StalePageVisits['stale']> {
  const visits = [];
  for (const one of kinds) {
    visits.push({ kind: one.kind, visit: await openWith(tab, one, options, identity.clerk.frontendApi) });
  }
  return visits;
}

/** Opens a page with planted cookies; once more when the app keeps its own `__client_uat` on another domain than assumed. */
async function openWith(
  tab: Tab,
  { cookies }: StaleCookies,
  options: PageVisitOptions,
  frontendApi: string | undefined,
): Promise<PageVisit> {
  const { hostname } = new URL(options.origin);
  const assumed = frontendApi === undefined ? undefined : sharedDomain(hostname, new URL(frontendApi).hostname);
  const visit = async (domain: string | undefined) => {
    await tab.wipe();
    await plant(tab.context, cookies, options.origin, domain);
    return { visit: await openPage(tab, { ...options, cookies }), own: await clientDomains(tab, options.origin) };
  };
  const first = await visit(assumed);
  const other = first.own.find((domain) => domain !== (assumed ?? hostname));
  return other === undefined ? first.visit : (await visit(other)).visit;
}

async function clientDomains({ context }: Tab, origin: string): Promise<string[]> {
  const cookies = await context.cookies(origin);
  return cookies.filter(({ name }) => name.startsWith('__client_uat')).map(({ domain }) => domain.replace(/^\./, ''));
}

/** As Chromium, Firefox and WebKit say it. */
const TOO_MANY_REDIRECTS = /ERR_TOO_MANY_REDIRECTS|NS_ERROR_REDIRECT_LOOP|too many (HTTP )?redirect/i;

/** The browser could not reach something other than the app, so nothing was shown. */
export function unreachable({ failure, moves }: PageVisit, { identity }: Expectation): string | undefined {
  const last = moves.at(-1);
  if (failure === undefined || last === undefined || new URL(last.url).origin === identity.origin) return undefined;
  if (TOO_MANY_REDIRECTS.test(failure)) return undefined;
  return `the browser could not reach ${new URL(last.url).host}: ${failure}. Let this runner reach Clerk's Frontend API.`;
}

/** Judges one visit; the first defect explains the others, so it is the only one reported. */
export function judgePage(
  { route, withoutCookies }: StalePageVisits,
  kind: StaleKind,
  visit: PageVisit,
  expectation: Expectation,
): Finding[] {
  const subject = `${route.path} in a browser with ${article(kind)}`;
  if (unreachable(visit, expectation) !== undefined) return [];
  const diagnosis = diagnose(route, withoutCookies, visit, expectation);
  if (diagnosis) return [error({ ...diagnosis, subject, exchange: asExchange(visit) })];
  return uncaught(visit, withoutCookies).map((parts) =>
    (parts.known ? warning : error)({ ...parts.diagnosis, subject, exchange: asExchange(visit) }),
  );
}

function diagnose(
  route: ProtectedRoute,
  withoutCookies: PageVisit,
  visit: PageVisit,
  { readiness, identity }: Expectation,
): Diagnosis | undefined {
  const { moves, affordance, blank } = visit;
  const asked = new URL(visit.asked);
  const end = new URL(moves.at(-1)?.url ?? asked);
  const place = destination(end, asked, signInPages(readiness.routes.signIn, identity.origin, withoutCookies.moves));
  const code = moves.findLast(({ status }) => status !== undefined)?.status;

  const isEverybodys = place === 'sign-in' && withoutCookies.showsProtected;
  if (visit.showsProtected && route.contains !== undefined && !isEverybodys) return protectedContent(route.contains);
  const circle = loop(moves);
  if (circle) return circle;
  if (visit.failure !== undefined) return notOpened(visit);
  if (place === 'handshake')
    return code !== undefined && code >= 400 && code < 500 ? refusedHandshake(code, end.host) : undefined;
  if (code !== undefined && code >= 500) return serverError(code);
  if (blank) return blankPage(visit, blank);
  if (place === 'elsewhere') return elsewhere(moves);
  const hidden =
    code === 404 &&
    (route.unauthenticated === 'hidden' || (route.unauthenticated === undefined && lastStatus(withoutCookies) === 404));
  if (hidden) return undefined;
  const refused = code !== undefined && code >= 400;
  // The home page is sign-in where a button, mostly in its header, opens Clerk's modal.
  const isEnough = place === 'sign-in' ? end.pathname === '/' : refused || affordance === 'link';
  const offered = affordance === 'form' || (isEnough && affordance !== undefined);
  if (!offered) return nothingOffered(visit, place === 'sign-in');
  return lostReturnPath(place, end, asked, identity, visit.sealed);
}

export function lastStatus({ moves }: PageVisit): number | undefined {
  return moves.findLast(({ status }) => status !== undefined)?.status;
}

/** React renders the page anew after a hydration mismatch (https://react.dev/errors/418), so nobody sees these. */
const REPAIRED = /Minified React error #(418|419|421|422|423|425);|hydration failed|error while hydrating/i;

/** Exceptions that nothing caught; `known` where the page throws the same in the visit to compare with. */
export function uncaught(visit: PageVisit, control: PageVisit): Array<{ known: boolean; diagnosis: Diagnosis }> {
  const errors = visit.errors.filter((message) => !REPAIRED.test(message));
  const [first] = errors.filter((message) => !control.errors.includes(message));
  const [also] = errors;
  const message = first ?? also;
  if (message === undefined) return [];
  const known = first === undefined;
  return [
    {
      known,
      diagnosis: {
        message: `a script throws and nothing catches it${known ? ', and does so anyway' : ''}: ${message}`,
        expected: 'no uncaught exception',
        cause:
          'Code takes a signed-in user for granted: useUser() and useAuth() give null once the session is over, and an effect or a fetch that failed throws.',
        fix: 'Handle isLoaded and isSignedIn before using the user, catch failed requests, and give the page an error boundary with a link to sign-in.',
        docs: 'https://clerk.com/docs/nextjs/reference/hooks/use-user',
      },
    },
  ];
}

function notOpened({ failure, moves }: PageVisit): Diagnosis {
  return {
    message: `the browser cannot open the page (${failure})${moves.length > 0 ? `: ${describeMoves(moves)}` : ''}`,
    expected: 'a visible sign-in page',
    cause: 'The server drops the connection, answers with something that is no page, or redirects for ever.',
    fix: 'Open the page in a browser with the same cookies and follow the requests in its network panel.',
  };
}

export function blankPage({ moves, consoleErrors }: PageVisit, blank: 'no text' | 'one colour'): Diagnosis {
  const why = consoleErrors.length > 0 ? `; console: ${consoleErrors[0]}` : '';
  return {
    message: `the page stays blank (${blank === 'no text' ? 'no visible text' : 'every pixel has one colour'}) at ${describeMoves(moves)}${why}`,
    expected: 'a visible sign-in form or link',
    cause:
      'A component renders nothing while there is no user (if (!user) return null), or waits for a session that will never come; or a script that the page needs was blocked.',
    fix: 'Render <RedirectToSignIn /> (or a sign-in link) when isLoaded && !isSignedIn, and guard the page on the server as well.',
    docs: REDIRECT,
  };
}

export function nothingOffered({ moves, text, consoleErrors }: PageVisit, atSignIn: boolean): Diagnosis {
  const seen = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return {
    message: `${describeMoves(moves)} shows “${seen}” and no way to sign in, and nothing more came${consoleErrors.length > 0 ? `; console: ${consoleErrors[0]}` : ''}`,
    expected: atSignIn ? 'a visible sign-in form' : 'a visible sign-in form, link or button in the content of the page',
    cause: atSignIn
      ? 'The sign-in page does not mount Clerk’s form: the route is no catch-all, Clerk’s script is blocked by the Content Security Policy, or the page waits for ever.'
      : 'The page waits for a session that will never come (a spinner while !user), or its error page names no way back in.',
    fix: atSignIn
      ? 'Open the sign-in page with these cookies and look at the console; make the route a catch-all and allow the Frontend API host in script-src.'
      : 'Show a sign-in link or <RedirectToSignIn /> when isLoaded && !isSignedIn, and put a link to sign-in on the error page.',
    docs: REDIRECT,
  };
}
