import type { Page } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import { SIGN_IN_WORDS } from '../../browser/affordance.ts';
import { asExchange, look, openPage } from '../../browser/page-visit.ts';
import type { PageVisit, PageVisitOptions } from '../../browser/page-visit.ts';
import type { ProtectedRoute } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding } from '../../result.ts';
import type { TestUser } from '../../test-user.ts';
import { goOnAfterSignIn } from '../../user/browser-session.ts';
import { lastStatus } from './expired-page.ts';
import { describeMoves, samePath } from './way.ts';

/** Milliseconds in which a signed-in person is to be back. */
const RETURN_MS = 15_000;

/** Clerk's own form. */
const CLERK_FORM = '.cl-signIn-root, .cl-signIn-start, input[name="identifier"]';

/** Signing in on the page that a tab shows, and what the person sees then. */
export interface WayBack {
  /** Why nobody could sign in there. */
  readonly refused?: string;
  /** Clerk's own form is mounted; only that is known to lead back after a sign-in by script. */
  readonly clerkForm: boolean;
  /** What the person sees after signing in. */
  readonly after?: PageVisit;
}

/** Where somebody signs in, and where to. */
interface SigningIn {
  /** The page that the tab shows. */
  readonly before: PageVisit;
  /** The page first asked for. */
  readonly options: PageVisitOptions;
  /** Leaves Clerk's form as it is and asks Clerk itself to send the person on; default: the form is opened again. */
  readonly atOnce?: boolean;
}

/** Signs in on the page that the tab shows and lets it send the person on. */
export async function signInAndReturn(
  tab: Tab,
  user: TestUser,
  { before, options, atOnce = false }: SigningIn,
): Promise<WayBack> {
  const clerkForm = (await tab.page.locator('.cl-signIn-root, .cl-rootBox').count()) > 0;
  const refused = await signIn(tab, user);
  if (refused !== undefined) return { clerkForm, refused };
  const refusedBefore = (lastStatus(before) ?? 0) >= 400;
  return {
    clerkForm,
    after: await back(tab, options, { refused: refusedBefore, clerkForm, reopens: !(atOnce && clerkForm) }),
  };
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
  { refused, clerkForm, reopens }: { refused: boolean; clerkForm: boolean; reopens: boolean },
): Promise<PageVisit> {
  const { page } = tab;
  const asked = new URL(options.path, options.origin);
  const signIn = page.url();
  tab.forget();
  // They live for seconds, less than a person takes to sign in; a used one would undo the new session on the next request.
  await tab.context.clearCookies({ name: /^__clerk_(handshake|redirect_count)/ });
  if (refused) {
    await openPage(tab, options);
    await showText(page, options);
    return look(tab, options);
  }
  const arrival = () => page.waitForURL(isAt(asked), { waitUntil: 'commit', timeout: RETURN_MS }).catch(() => {});
  const isAway = () => !isAt(asked)(new URL(page.url()));
  const reopen = async (): Promise<void> => {
    // A script that reacts to the new session may interrupt the first try.
    await page
      .goto(signIn, { waitUntil: 'commit' })
      .catch(() => page.goto(signIn, { waitUntil: 'commit' }).catch(() => {}));
    const form = page.locator(CLERK_FORM).filter({ visible: true }).first();
    await Promise.race([arrival(), ...(clerkForm ? [form.waitFor({ timeout: RETURN_MS }).catch(() => {})] : [])]);
  };
  if (isAway() && reopens) await reopen();
  if (isAway() && clerkForm && page.url() === signIn) {
    // Where several sessions are allowed, Clerk's form stays for a second one; it would go on to the same address.
    await goOnAfterSignIn(page);
    await arrival();
  }
  // What the form itself was told to do counts more than what Clerk was.
  if (isAway() && !reopens) await reopen();
  if (!isAway()) await showText(page, options);
  return look(tab, options);
}

/** A page that still shows the way to sign in, which its header may hold, has time to show its own text. */
async function showText(page: Page, { contains }: PageVisitOptions): Promise<void> {
  if (contains === undefined) return;
  await page
    .getByText(contains)
    .filter({ visible: true })
    .first()
    .waitFor({ timeout: RETURN_MS })
    .catch(() => {});
}

function isAt(asked: URL): (url: URL) => boolean {
  return ({ origin, pathname }) => origin === asked.origin && samePath(pathname, asked.pathname);
}

/** Why a way back that a script could not go proves nothing; undefined where it was gone, or where Clerk's form was to go it. */
export function unprovenWayBack({ refused, clerkForm, after }: WayBack, before: PageVisit): string | undefined {
  if (after === undefined) return `nobody could sign in at ${describeMoves(before.moves)}: ${refused}`;
  if (clerkForm || isBack(after)) return undefined;
  return `signing in by script at ${describeMoves(before.moves)} does not lead back, and the form there is not Clerk’s, so its own redirect was not proven; sign in there by hand once and attest session/expired-return`;
}

/** True where the page first asked for lets nobody in without a role that the test user has not. */
export function isDenied(before: PageVisit, after: PageVisit): boolean {
  const code = lastStatus(after);
  return (code === 403 || code === 404) && code !== lastStatus(before) && isBack(after);
}

function isBack({ asked, moves }: PageVisit): boolean {
  return isAt(new URL(asked))(new URL(moves.at(-1)?.url ?? asked));
}

/** True for `/portal/portal/dashboard` in place of `/portal/dashboard`. */
function isDoubled(path: string, { moves }: PageVisit): boolean {
  const { pathname } = new URL(moves.at(-1)?.url ?? path, 'https://app.example');
  return pathname !== path && pathname.endsWith(path) && path.startsWith(pathname.slice(0, -path.length));
}

/** Judges what a person sees who has signed in again: the page first asked for, with its content. */
export function judgeReturn(
  { path, contains }: ProtectedRoute,
  before: PageVisit,
  after: PageVisit,
): Finding | undefined {
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
      ...(isDoubled(path, after)
        ? {
            cause:
              'The address has the base path already, and the router of the app, by which Clerk moves on, puts it in front again.',
            fix: 'Give Clerk addresses as that router takes them: redirect_url and the fallback URLs without the base path.',
          }
        : {
            cause:
              'A force redirect URL (forceRedirectUrl, …_SIGN_IN_FORCE_REDIRECT_URL) wins over redirect_url, or the sign-in page reads the return path under another name.',
            fix: 'Use fallbackRedirectUrl of <SignIn /> instead of a force redirect, and let <SignIn /> read redirect_url.',
          }),
    });
  }
  // A page of settings has fields too.
  const asksAgain = after.affordance === 'form' && SIGN_IN_WORDS.test(after.text);
  if (after.blank === undefined && (contains === undefined ? !asksAgain : after.showsProtected)) return undefined;
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
