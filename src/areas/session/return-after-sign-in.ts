import type { Cookie } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import type { ProtectedRoute } from '../../config/options.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import { sessionToken, tokenClaims } from '../../target/session-token.ts';
import { verificationKey } from '../../target/verification-key.ts';
import { cookieOptions } from './expired-cookie.ts';
import { tabOf, userOf } from '../../browser/browser-check.ts';
import { judgePage } from './expired-page.ts';
import { notShown } from './findings.ts';
import { openPage, plant } from '../../browser/page-visit.ts';
import type { PageVisit, PageVisitOptions } from '../../browser/page-visit.ts';
import { staleCookies } from './stale-cookies.ts';
import type { StaleKind } from './stale-cookies.ts';
import { isDenied, judgeReturn, signInAndReturn, unprovenWayBack } from './way-back.ts';
import type { WayBack } from './way-back.ts';
import { describeMoves, destination, signInPages } from './way.ts';

/** What happened before, by and after a genuine sign-in. */
export interface ReturnEvidence extends WayBack {
  readonly route: ProtectedRoute;
  /** The page asked for with a stale cookie: where the person is when signing in. */
  readonly before: PageVisit;
  /** The same page once the genuine session is over: its token changed, its `__client` cookie gone. */
  readonly ended: ReadonlyArray<{ readonly kind: StaleKind; readonly visit: PageVisit }>;
}

/** session/expired-return with a genuine session: signing in leads back to the page first asked for. */
export const returnAfterSignIn = defineCheck<ReturnEvidence>({
  id: 'session/expired-return',
  part: { methods: ['browser', 'signed-in'] },
  async collect(context: CheckContext) {
    const tab = tabOf(context);
    const user = userOf(context);
    const { identity } = context;
    const route = routeOf(context);
    const [cookies] = staleCookies({ origin: identity.origin, ...cookieOptions(context), ...(await kidOf(context)) });
    const options = {
      path: route.path,
      origin: identity.origin,
      ...(route.contains !== undefined && { contains: route.contains }),
    };
    // On the host only: the app's own cookies replace these, because nobody was signed in before.
    await plant(tab.context, { __session: cookies?.cookies['__session'] ?? '' }, identity.origin, undefined);
    const before = await openPage(tab, options);
    const way = await signInAndReturn(tab, user, { before, options });
    return { route, before, ...way, ended: way.after ? await endSession(tab, options) : [] };
  },
  judge: (evidence, expectation): Judgement => {
    const { route, before, after, ended } = evidence;
    const findings = ended.flatMap(({ kind, visit }) => judgeEnded(evidence, kind, visit, expectation));
    const unproven =
      unprovenWayBack(evidence, before) ?? (after && isDenied(before, after) ? notShown(route) : undefined);
    if (after === undefined || unproven !== undefined)
      return { findings, summary: '', ...(unproven !== undefined && { unverified: unproven }) };
    const returned = judgeReturn(route, before, after);
    const restored = ended.find(({ visit }) => isRestored(visit, expectation));
    return {
      findings: [...(returned ? [returned] : []), ...findings],
      summary: `signing in leads back to ${route.path}${route.contains === undefined ? '' : ' and its content'}; once the session is over it asks for sign-in again`,
      ...(restored && {
        unverified: `the development instance restored the session by a handshake (${describeMoves(restored.visit.moves)}); check against a production instance`,
      }),
    };
  },
});

/** A page with a text of its own proves more than one without. */
export function routeOf({ readiness }: CheckContext): ProtectedRoute {
  const routes = readiness.routes.protected || [];
  const route =
    routes.find(({ contains, guard }) => contains !== undefined && guard === 'server') ??
    routes.find(({ contains }) => contains !== undefined) ??
    routes[0];
  if (!route) throw new Error('routes.protected is needed');
  return route;
}

async function kidOf(context: CheckContext): Promise<{ kid?: string }> {
  const key = await verificationKey(context);
  return 'kid' in key ? { kid: key.kid } : {};
}

/** Opens the page with what is left of a session that is over, for each way in which a token goes stale. */
async function endSession(tab: Tab, options: PageVisitOptions): Promise<ReturnEvidence['ended']> {
  const cookies = await tab.context.cookies();
  const changes: ReadonlyArray<readonly [StaleKind, (token: string) => string]> = [
    ['expired session token', expire],
    ['tampered session token', tamper],
  ];
  const visits = [];
  for (const [kind, change] of changes) {
    await tab.wipe();
    const left = leftOver(cookies, change);
    await tab.context.addCookies(left);
    const shown = left
      .filter(({ name }) => /^__(session|client_uat)/.test(name))
      .map(({ name, value }) => [name, value] as const);
    visits.push({ kind, visit: await openPage(tab, { ...options, cookies: Object.fromEntries(shown) }) });
  }
  return visits;
}

/** Cookies by which Clerk would find the session again. */
const RESTORING = /^(__client|__refresh(_.*)?|__clerk_db_jwt(_.*)?)$/;

function leftOver(cookies: readonly Cookie[], change: (token: string) => string): Cookie[] {
  return cookies
    .filter(({ name }) => !RESTORING.test(name))
    .map((cookie) => (/^__session(_|$)/.test(cookie.name) ? { ...cookie, value: change(cookie.value) } : cookie));
}

/** Age of the expired token, seconds: older than the sign-in, so that Clerk asks the Frontend API about it. */
const AWAY = 7200;

function expire(token: string): string {
  const [header = ''] = token.split('.');
  const { kid } = decode(header);
  return sessionToken({ kid: String(kid), issuedAt: Math.floor(Date.now() / 1000) - AWAY, claims: tokenClaims(token) });
}

/** Another user under the signature of the genuine one. */
function tamper(token: string): string {
  const [header = '', , signature = ''] = token.split('.');
  return `${header}.${Buffer.from(JSON.stringify({ ...tokenClaims(token), sub: 'user_readiness_does_not_exist' })).toString('base64url')}.${signature}`;
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}

function judgeEnded(
  { route, before }: ReturnEvidence,
  kind: StaleKind,
  visit: PageVisit,
  expectation: Expectation,
): Finding[] {
  if (isRestored(visit, expectation)) return [];
  return judgePage({ route, withoutCookies: before, stale: [] }, kind, visit, expectation).map((finding) => ({
    ...finding,
    subject: `${finding.subject} of a genuine session that is over`,
  }));
}

/** A development instance keeps the session in the URL and may give it back; that is its design, not a defect. */
function isRestored(visit: PageVisit, { readiness, identity }: Expectation): boolean {
  if (identity.clerk.publishableKeyKind !== 'test') return false;
  const asked = new URL(visit.asked);
  const end = new URL(visit.moves.at(-1)?.url ?? asked);
  const place = destination(end, asked, signInPages(readiness.routes.signIn, identity.origin, []));
  return (
    place === 'in-place' && visit.showsProtected && visit.moves.some(({ url }) => /\/v1\/client\/handshake/.test(url))
  );
}
