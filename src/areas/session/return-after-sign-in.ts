import type { Cookie } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import type { ProtectedRoute } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { TestUser } from '../../test-user.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import { sessionToken, tokenClaims } from '../../target/session-token.ts';
import { verificationKey } from '../../target/verification-key.ts';
import { cookieOptions } from './expired-cookie.ts';
import { tabOf, userOf } from '../../browser/browser-check.ts';
import { judgePage } from './expired-page.ts';
import { asExchange, look, openPage, plant } from '../../browser/page-visit.ts';
import type { PageVisit, PageVisitOptions } from '../../browser/page-visit.ts';
import { staleCookies } from './stale-cookies.ts';
import type { StaleKind } from './stale-cookies.ts';
import { describeMoves, destination, samePath, signInPages } from './way.ts';

/** Milliseconds in which a signed-in person is to be back. */
const RETURN_MS = 15_000;

/** Clerk's own form. */
const CLERK_FORM = '.cl-signIn-root, .cl-signIn-start, input[name="identifier"]';

/** What happened before, by and after a genuine sign-in. */
export interface ReturnEvidence {
  readonly route: ProtectedRoute;
  /** The page asked for with a stale cookie: where the person is when signing in. */
  readonly before: PageVisit;
  /** Why nobody could sign in there. */
  readonly refused?: string;
  /** Clerk's own form is mounted; only that is known to lead back after a sign-in by script. */
  readonly clerkForm: boolean;
  /** What the person sees after signing in. */
  readonly after?: PageVisit;
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
    const clerkForm = (await tab.page.locator('.cl-signIn-root, .cl-rootBox').count()) > 0;
    const refused = await signIn(tab, user);
    if (refused !== undefined) return { route, before, clerkForm, refused, ended: [] };
    const after = await back(tab, options, { refused: statusOf(before) >= 400, clerkForm });
    return { route, before, clerkForm, after, ended: await endSession(tab, options) };
  },
  judge: (evidence, expectation): Judgement => {
    const { route, before, refused, clerkForm, after, ended } = evidence;
    const findings = ended.flatMap(({ kind, visit }) => judgeEnded(evidence, kind, visit, expectation));
    if (after === undefined)
      return {
        findings,
        summary: '',
        unverified: `nobody could sign in at ${describeMoves(before.moves)}: ${refused}`,
      };
    const returned = judgeReturn(route, before, after);
    if (returned && !clerkForm && !isBack(after)) {
      return {
        findings,
        summary: '',
        unverified: `signing in by script at ${describeMoves(before.moves)} does not lead back, and the form there is not Clerk’s, so its own redirect was not proven; sign in there by hand once and attest session/expired-return`,
      };
    }
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

async function signIn(tab: Tab, user: TestUser): Promise<string | undefined> {
  try {
    await user.signIn(tab);
    return undefined;
  } catch (failure) {
    return tab.redact(
      (failure as Error).message.split('\n').filter((line) => line.trim() !== '')[0] ?? 'unknown error',
    );
  }
}

/**
 * Lets the page that the person signed in on send them on. Clerk's form looks at the session when it is mounted,
 * so it is opened again; a page that refused without sign-in is asked for again, as a person would.
 */
async function back(
  tab: Tab,
  options: PageVisitOptions,
  { refused, clerkForm }: { refused: boolean; clerkForm: boolean },
): Promise<PageVisit> {
  const { page } = tab;
  const asked = new URL(options.path, options.origin);
  if (refused) return openPage(tab, options);
  const signIn = page.url();
  tab.forget();
  const arrival = () => page.waitForURL(isAt(asked), { waitUntil: 'commit', timeout: RETURN_MS }).catch(() => {});
  if (!isAt(asked)(new URL(signIn))) {
    // They live for seconds, less than a person takes to sign in; a used one would undo the new session on the next request.
    await tab.context.clearCookies({ name: /^__clerk_(handshake|redirect_count)/ });
    // A script that reacts to the new session may interrupt the first try.
    await page
      .goto(signIn, { waitUntil: 'commit' })
      .catch(() => page.goto(signIn, { waitUntil: 'commit' }).catch(() => {}));
    await Promise.race([
      arrival(),
      ...(clerkForm
        ? [
            page
              .locator(CLERK_FORM)
              .filter({ visible: true })
              .first()
              .waitFor({ timeout: RETURN_MS })
              .catch(() => {}),
          ]
        : []),
    ]);
  }
  if (clerkForm && page.url() === signIn) {
    // Where several sessions are allowed, Clerk's form stays for a second one; it would go on to the same address.
    await page.evaluate(() => window.Clerk.redirectToAfterSignIn()).catch(() => {});
    await arrival();
  }
  if (isAt(asked)(new URL(page.url())) && options.contains !== undefined) {
    await page
      .getByText(options.contains)
      .filter({ visible: true })
      .first()
      .waitFor({ timeout: RETURN_MS })
      .catch(() => {});
  }
  return look(tab, options);
}

function isAt(asked: URL): (url: URL) => boolean {
  return ({ origin, pathname }) => origin === asked.origin && samePath(pathname, asked.pathname);
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

function statusOf({ moves }: PageVisit): number {
  return moves.findLast(({ status }) => status !== undefined)?.status ?? 0;
}

function isBack({ asked, moves }: PageVisit): boolean {
  return isAt(new URL(asked))(new URL(moves.at(-1)?.url ?? asked));
}

function judgeReturn({ path, contains }: ProtectedRoute, before: PageVisit, after: PageVisit): Finding | undefined {
  const base = {
    subject: `${path} after signing in`,
    exchange: asExchange(after),
    docs: 'https://clerk.com/docs/guides/development/customize-redirect-urls',
  };
  if (!isBack(after)) {
    return error({
      ...base,
      message: `the person asked for ${path}, signed in at ${describeMoves(before.moves)}, and is now at ${after.moves.at(-1)?.url}`,
      expected: `${path}, the page first asked for`,
      cause:
        'A force redirect URL (forceRedirectUrl, CLERK_SIGN_IN_FORCE_REDIRECT_URL) wins over redirect_url, or the sign-in page reads the return path under another name.',
      fix: 'Use signInFallbackRedirectUrl instead of a force redirect, and let <SignIn /> read redirect_url.',
    });
  }
  if (after.blank === undefined && (contains === undefined ? after.affordance !== 'form' : after.showsProtected))
    return undefined;
  return error({
    ...base,
    message:
      contains === undefined
        ? `${path} is ${after.blank === undefined ? 'still asking for sign-in' : `blank (${after.blank})`}`
        : `${path} is shown without its text “${contains}”`,
    expected: contains === undefined ? 'the page' : `the text “${contains}”`,
    cause:
      'The page does not notice the new session, the test user is not allowed to see it, or routes.protected[].contains is not a text of this page.',
    fix: 'Sign in as the test user by hand and compare; give that user the role the page needs, or correct contains.',
  });
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
