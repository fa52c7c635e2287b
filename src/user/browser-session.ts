import type { BrowserContext, Page } from '@playwright/test';
import { atMost } from '../browser/at-most.ts';
import type { BrowserState, FrontendApi } from '../target/frontend-api.ts';
import type { Identity } from '../target/identity.ts';

/** Milliseconds that Clerk has to load, and to show a new session. */
const LOAD_MS = 15_000;

/** Milliseconds after which a page on which Clerk is not loaded is opened again: a request of it may have got lost. */
const FIRST_LOAD_MS = 10_000;

/** Milliseconds in which Clerk sends somebody on; where the person ends up is waited for besides. */
const GO_ON_MS = 5_000;

/** By what the Frontend API knows the browser of a context. */
export async function browserState(context: BrowserContext, { origin, clerk }: Identity): Promise<BrowserState> {
  const { frontendApi, publishableKeyKind } = clerk;
  const cookies = frontendApi === undefined ? [] : await context.cookies(`${frontendApi}/v1/client`);
  const devBrowser =
    publishableKeyKind === 'test'
      ? (await context.cookies(origin)).find(({ name }) => /^__clerk_db_jwt(_|$)/.test(name))?.value
      : undefined;
  return {
    // On the app's own origin its own cookies are there too; what is not Clerk's has no business at Clerk.
    cookies: Object.fromEntries(
      cookies.filter(({ name }) => CLERKS.test(name)).map(({ name, value }) => [name, value]),
    ),
    ...(devBrowser !== undefined && { devBrowser }),
  };
}

/** Cookies by which the Frontend API knows a browser, and those of its host's edge, by which it is no bot. */
const CLERKS = /^(__client|__cf_bm|_cfuvid|cf_clearance)(_|$)/;

/**
 * Shows a page the session that its browser was signed in to: as after a sign-in in the page itself, so that the page
 * reacts, but nothing that signs in ever enters it.
 */
export async function activate(page: Page, frontendApi: FrontendApi, sessionId: string): Promise<void> {
  await page.context().addCookies([...frontendApi.cookies]);
  const activating = page.evaluate(async (session) => {
    await window.Clerk.client?.reload();
    await window.Clerk.setActive({ session });
  }, sessionId);
  await atMost(LOAD_MS, activating.catch(ignoreNavigation));
  await showsSession(page, sessionId);
}

/** Lets Clerk send the person on from its form, to the return path in the address of the page. */
export async function goOnAfterSignIn(page: Page): Promise<void> {
  const going = page.evaluate(() => {
    // redirectToAfterSignIn() knows the options of the app only, not the address.
    const params = new URLSearchParams(location.search);
    return window.Clerk.navigate(window.Clerk.buildAfterSignInUrl({ params }));
  });
  // Where the person ends up is judged, whatever happened here.
  await atMost(
    GO_ON_MS,
    going.catch(() => {}),
  );
}

/** Waits until the Clerk of a page knows the session. */
export async function showsSession(page: Page, sessionId: string): Promise<void> {
  const isThere = (id: string) => (window.Clerk as typeof window.Clerk | undefined)?.session?.id === id;
  await page.waitForFunction(isThere, sessionId, { timeout: LOAD_MS }).catch(() => {
    throw new Error('Clerk signed the test user in, but the page does not show the session');
  });
}

/** Waits for Clerk; a page without it would be waited for until the test ends. Opens the page again once, as a person would. */
export async function waitForClerk(page: Page): Promise<void> {
  if (await hasClerk(page, FIRST_LOAD_MS)) return;
  await page.reload({ waitUntil: 'commit' }).catch(() => {});
  if (await hasClerk(page, LOAD_MS)) return;
  throw new Error(
    `Clerk did not load on ${new URL(page.url()).pathname} within ${(FIRST_LOAD_MS + LOAD_MS) / 1000} s, so nobody can sign in there`,
  );
}

async function hasClerk(page: Page, timeout: number): Promise<boolean> {
  const isLoaded = () => (window.Clerk as typeof window.Clerk | undefined)?.loaded === true;
  return page.waitForFunction(isLoaded, undefined, { timeout }).then(
    () => true,
    () => false,
  );
}

/** An app that leaves the page as soon as the session is there has signed in all the same. */
function ignoreNavigation(failure: unknown): void {
  if (!/context was destroyed|because of a navigation/i.test((failure as Error).message)) throw failure;
}
