import type { Cookie, Page } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import type { ProtectedRoute } from '../../config/options.ts';
import type { Judgement } from '../../result.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { tokenClaims, TOKEN_LIFE } from '../../target/session-token.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { atMost } from '../../browser/at-most.ts';
import { signInPage, tabOf, userOf } from '../../browser/browser-check.ts';
import { openPage, reaction, still, stir } from '../../browser/page-visit.ts';
import type { PageVisit, PageVisitOptions } from '../../browser/page-visit.ts';
import { notShown } from './findings.ts';
import { routeOf } from './return-after-sign-in.ts';
import { judgeSignOut } from './sign-out-findings.ts';
import { samePath } from './way.ts';

/** Milliseconds that Clerk has to end the session. */
const SIGN_OUT_MS = 15_000;

/** Milliseconds that the server has to answer a page that asks for it once more. */
const FETCH_MS = 15_000;

/** What is left in the browser, and what the server makes of it. */
export interface LeftOvers {
  /** Names of session cookies that still hold a token after sign-out. */
  readonly tokens: readonly string[];
  /** Seconds that the last token holds, `exp` minus `iat`; undefined when there was none to read. */
  readonly tokenLife?: number;
  /** The page, visited with every cookie from before sign-out but the token that expires by itself. */
  readonly replayed: Visit;
}

/** A page and its session, before and after signing out. */
export interface SignOutEvidence {
  readonly route: ProtectedRoute;
  /** The page with the genuine session: the control. */
  readonly before: PageVisit;
  /** The page as the browser received it with the session. */
  readonly received: Exchange;
  /** Why nobody could sign out. */
  readonly refused?: string;
  readonly ended?: {
    /** What the Back button shows. */
    readonly back: PageVisit;
    /** Protected content was to be seen for a moment, before a script took it away. */
    readonly flashed: boolean;
    /** The second tab, in which nobody did anything. */
    readonly second: PageVisit;
    /** The second tab followed only when its own token was over. */
    readonly late: boolean;
    readonly leftOvers: LeftOvers;
  };
}

/** session/sign-out: nothing of a session is left once the person has signed out. */
export const signOut = defineCheck<SignOutEvidence>({
  id: 'session/sign-out',
  async collect(context: CheckContext) {
    const tab = tabOf(context);
    const { identity } = context;
    const route = routeOf(context);
    const options = {
      path: route.path,
      origin: identity.origin,
      ...(route.contains !== undefined && { contains: route.contains }),
    };
    await tab.page.goto(signInPage(route, context));
    await userOf(context).signIn(tab);
    const before = await openPage(tab, options);
    const cookies = await tab.context.cookies(identity.origin);
    const received = await receive(tab.page, options);
    const second = await tab.beside();
    await Promise.all([
      openPage(second, options),
      tab.page.goto(new URL(nextPage(route, context), identity.origin).href, { waitUntil: 'load' }),
    ]);
    const visited = await historyLength(tab.page);
    const refused = await signOutOf(tab.page);
    if (refused !== undefined) return { route, before, received, refused };
    const followed = await follow(second, options);
    await still(tab);
    const back = await goBack(tab, options, 1 + (await historyLength(tab.page)) - visited);
    return {
      route,
      before,
      received,
      ended: { ...back, ...followed, leftOvers: await leftOvers(tab, cookies, route, context) },
    };
  },
  judge: (evidence): Judgement => {
    const { route, before, refused, ended } = evidence;
    if (!ended) {
      return {
        findings: [],
        summary: '',
        unverified: `nobody could sign out: ${refused}; load Clerk on the protected pages, or attest session/sign-out after doing it by hand`,
      };
    }
    const shown = route.contains !== undefined && before.showsProtected;
    return {
      findings: judgeSignOut(evidence, ended),
      summary: `after signing out on one tab, Back and a second tab show nothing of ${route.path}; the cookies from before open nothing but the last token, which holds for ${ended.leftOvers.tokenLife ?? TOKEN_LIFE} s`,
      ...(!shown && { unverified: notShown(route) }),
    };
  },
});

/** Asks for the page once more, past the browser's cache. */
async function receive(page: Page, { path, origin }: PageVisitOptions): Promise<Exchange> {
  const request = { method: 'GET', url: new URL(path, origin).href, headers: [['accept', 'text/html']] as const };
  const response = await page
    .evaluate(
      async ({ url, ms }) => {
        const answer = await fetch(url, {
          headers: { accept: 'text/html' },
          cache: 'no-store',
          signal: AbortSignal.timeout(ms),
        });
        return { status: answer.status, headers: [...answer.headers], body: await answer.text(), truncated: false };
      },
      { url: path, ms: FETCH_MS },
    )
    .catch(() => undefined);
  return { request, ...(response && { response }), durationMs: 0 };
}

/** A page to go to before signing out, so that the protected one lies behind it: another one that loads Clerk. */
function nextPage({ path }: ProtectedRoute, { readiness: { routes }, target }: CheckContext): string {
  const others = [...(routes.protected || []).map((route) => route.path), ...routes.public];
  return others.find((other) => !samePath(other, path)) ?? target.home;
}

/** Signs out as the app's own button does; the reason when Clerk is not there or does not do it. */
async function signOutOf(page: Page): Promise<string | undefined> {
  const loaded = await page
    .waitForFunction(() => Boolean((window.Clerk as typeof window.Clerk | undefined)?.session), undefined, {
      timeout: SIGN_OUT_MS,
    })
    .catch(() => undefined);
  if (!loaded) return `Clerk shows no session on ${new URL(page.url()).pathname}`;
  // An app that leaves the page meanwhile has signed out all the same.
  const signingOut = page.evaluate(() => window.Clerk.signOut());
  await atMost(
    SIGN_OUT_MS,
    signingOut.catch(() => {}),
  );
  const ended = () => !(window.Clerk as typeof window.Clerk | undefined)?.session;
  return page.waitForFunction(ended, undefined, { timeout: SIGN_OUT_MS }).then(
    () => undefined,
    () => 'Clerk.signOut() leaves the session as it is',
  );
}

async function historyLength(page: Page): Promise<number> {
  return page.evaluate(() => history.length);
}

/** The second tab, first by itself, and then with the end of its token, which it would notice within a minute. */
async function follow(
  tab: Tab,
  options: PageVisitOptions,
): Promise<{ readonly second: PageVisit; readonly late: boolean }> {
  await stir(tab);
  const second = await reaction(tab, options);
  if (!second.showsProtected) return { second, late: false };
  await stir(tab);
  await renew(tab.page);
  return { second: await reaction(tab, options), late: true };
}

async function renew(page: Page): Promise<void> {
  await page
    .evaluate(() => {
      const clerk = window.Clerk as typeof window.Clerk | undefined;
      void clerk?.session?.getToken({ skipCache: true }).catch(() => {});
    })
    .catch(() => {});
}

/** Goes back to the page, over whatever came after it, and watches it from its first moment on. */
async function goBack(
  tab: Tab,
  options: PageVisitOptions,
  steps: number,
): Promise<{ readonly back: PageVisit; readonly flashed: boolean }> {
  const { page } = tab;
  let flashed = false;
  await page.exposeFunction('readinessFlashed', () => {
    flashed = true;
  });
  await page.addInitScript(watchFor, options.contains ?? '');
  tab.forget();
  const moved = page.waitForEvent('framenavigated', { timeout: SIGN_OUT_MS }).catch(() => {});
  await page.evaluate((delta) => history.go(-delta), steps).catch(() => {});
  await moved;
  return { back: await reaction(tab, options), flashed };
}

/** Runs in the page before anything else: reports a text as soon as it is to be seen. */
function watchFor(contains: string): void {
  if (contains === '') return;
  const wanted = contains.toLowerCase();
  new MutationObserver((_changes, observer) => {
    if (document.body?.innerText.toLowerCase().includes(wanted) !== true) return;
    observer.disconnect();
    (window as Window & { readinessFlashed?: () => void }).readinessFlashed?.();
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

async function leftOvers(
  tab: Tab,
  before: readonly Cookie[],
  route: ProtectedRoute,
  { target, identity }: CheckContext,
): Promise<LeftOvers> {
  const now = await tab.context.cookies(identity.origin);
  const replayable = before.filter((cookie) => !isToken(cookie));
  const token = before.find(isToken);
  const { exp, iat } = tokenClaims(token?.value ?? '');
  const life = Number(exp) - Number(iat);
  return {
    tokens: now.filter((cookie) => isToken(cookie) && cookie.value !== '').map(({ name }) => name),
    ...(Number.isFinite(life) && { tokenLife: life }),
    replayed: await target.anonymous.visit(route.path, {
      cookies: Object.fromEntries(replayable.map(({ name, value }) => [name, value])),
    }),
  };
}

function isToken({ name }: Cookie): boolean {
  return /^__session(_|$)/.test(name);
}
