import type { Locator, Request } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import { userOf } from '../../browser/browser-check.ts';
import { followToSignIn, openPage, reaction, still, stir } from '../../browser/page-visit.ts';
import type { PageVisit, PageVisitOptions } from '../../browser/page-visit.ts';
import type { ApiRoute, ProtectedRoute } from '../../config/options.ts';
import type { CheckContext } from '../../verify.ts';
import type { ApiAnswers, FormAnswer, Interaction, RevokedPage, SessionEnd } from './revoked-open-page.ts';
import { samePath } from './way.ts';
import { signInAndReturn } from './way-back.ts';

/** What is typed into a form. */
const DRAFT = 'A draft of clerk-readiness';

/** Milliseconds that a control has to let itself be used, and the server to answer it; a page may also answer by itself. */
const ANSWER_MS = 5_000;

/** Milliseconds that the server has to answer what a page itself asks of it. */
const FETCH_MS = 15_000;

/** Milliseconds that a page has to show a draft again. */
const DRAFT_MS = 5_000;

const FORM = 'form:not(:is(header, nav, footer) *)';

/** The cookies that hold the session token, under their old name and the one with a suffix. */
const SESSION_COOKIE = /^__session(_|$)/;

/** Cookies that are gone by the time the life of the last token is over. */
const GONE: Readonly<Record<SessionEnd, RegExp>> = {
  'its session is revoked': SESSION_COOKIE,
  'all cookies are cleared': /./,
  'its user is deleted': SESSION_COOKIE,
};

/** A page to be open while its session ends, and what is done there. */
export interface Plan {
  readonly route: ProtectedRoute;
  readonly end: SessionEnd;
  readonly interaction: Interaction;
}

/** A page that is open. */
export interface OpenedPage extends Plan {
  readonly tab: Tab;
  readonly before: PageVisit;
  readonly api?: Omit<ApiAnswers, 'after'> | undefined;
}

function optionsFor({ path, contains }: ProtectedRoute, origin: string): PageVisitOptions {
  return { path, origin, ...(contains !== undefined && { contains }) };
}

/** Opens a page as the signed-in user; what it shows is the control. */
export async function openSignedIn(tab: Tab, plan: Plan, { identity, readiness }: CheckContext): Promise<OpenedPage> {
  const before = await openPage(tab, optionsFor(plan.route, identity.origin));
  const path = plan.interaction === 'left alone' ? readablePath(readiness.api) : undefined;
  return { ...plan, tab, before, ...(path !== undefined && { api: { path, before: await fetchStatus(tab, path) } }) };
}

/** The first API that can be read without changing anything. */
function readablePath(api: readonly ApiRoute[] | false): string | undefined {
  return (api || []).find(({ methods }) => methods.includes('GET'))?.path;
}

/** Status of a fetch that the page itself sends, with its own cookies; 0 when it failed or was redirected to a page. */
async function fetchStatus({ page }: Tab, path: string): Promise<number> {
  return page
    .evaluate(
      async ({ url, ms }) => {
        const response = await fetch(url, {
          headers: { accept: 'application/json' },
          signal: AbortSignal.timeout(ms),
        });
        await response.body?.cancel();
        return response.redirected ? 0 : response.status;
      },
      { url: path, ms: FETCH_MS },
    )
    .catch(() => 0);
}

/** Brings a page to where its last token is over, does what a person does there, and watches; a text says why it was not done. */
export async function afterTokenLife(opened: OpenedPage, context: CheckContext): Promise<RevokedPage | string> {
  const { tab, route, end, interaction, before, api } = opened;
  const { origin } = context.identity;
  const done = { route, end, interaction, before };
  const act = await ACTS[interaction](opened, context);
  if (typeof act === 'string') return act;
  await expireToken(opened, origin);
  if (interaction === 'a reload') {
    // Without the page that was open, so that nothing of it acts while the new one is on its way.
    await tab.page.goto('about:blank');
    return { ...done, after: await openPage(tab, optionsFor(route, origin)) };
  }
  tab.forget();
  await stir(tab);
  const answered = api && { ...api, after: await fetchStatus(tab, api.path) };
  // Before Clerk hears of the end: the page has to cope with the server's answer by itself.
  const [answer, wasUsed] = await Promise.all([act && answerTo(act, tab, origin), act && use(act)]);
  // One that is still under way may change everything once it is there.
  if (act && answer === undefined) await still(tab);
  const submitted = interaction === 'a form submitted' ? answer : undefined;
  await renewToken(tab);
  const after = await reaction(tab, optionsFor(act?.leadsTo ?? route, origin));
  return {
    ...done,
    ...(wasUsed === false && { interaction: 'left alone' }),
    after,
    ...(answered && { api: answered }),
    ...(submitted && { submitted }),
    ...(act?.typed === true && { typed: true }),
  };
}

/** Uses a control; false where the page took it away first, or covers it: then the page itself has to tell the person. */
async function use({ control }: Act): Promise<boolean> {
  return control.click({ noWaitAfter: true, timeout: ANSWER_MS }).then(
    () => true,
    () => false,
  );
}

/** What the server answers to a link or a form that is about to be used; undefined where nothing is sent. */
async function answerTo({ leadsTo }: Act, { page }: Tab, origin: string): Promise<FormAnswer | undefined> {
  const isMeant = (request: Request): boolean => {
    const url = new URL(request.url());
    if (url.origin !== origin) return false;
    if (leadsTo) return samePath(url.pathname, leadsTo.path);
    return request.method() !== 'GET' || request.isNavigationRequest();
  };
  const response = await page
    .waitForResponse((each) => isMeant(each.request()), { timeout: ANSWER_MS })
    .catch(() => undefined);
  return (
    response && {
      method: response.request().method(),
      path: new URL(response.url()).pathname,
      status: response.status(),
    }
  );
}

/** Takes the way to sign in that the page offers; nothing where none is offered. */
export async function takeWayToSignIn(
  { tab, route }: OpenedPage,
  { after }: RevokedPage,
  context: CheckContext,
): Promise<Pick<RevokedPage, 'signIn'>> {
  if (after.affordance !== 'form' && after.affordance !== 'link') return {};
  // The emptied cookies would keep the token of a new session out.
  await tab.context.clearCookies({ name: SESSION_COOKIE });
  return { signIn: await followToSignIn(tab, optionsFor(route, context.identity.origin)) };
}

/** Signs in where the way that the page offered led to, and lets the app lead back. */
export async function signInAgain(
  { tab, route }: OpenedPage,
  { signIn, typed = false }: RevokedPage,
  context: CheckContext,
): Promise<Pick<RevokedPage, 'resumed'>> {
  if (!signIn) return {};
  const options = optionsFor(route, context.identity.origin);
  const way = await signInAndReturn(tab, userOf(context), { before: signIn, options, atOnce: true });
  const looksFor = typed && way.after !== undefined;
  return { resumed: { ...way, ...(looksFor && { draft: (await holdsDraft(tab)) ? 'kept' : 'lost' }) } };
}

/** True once a field or the text of the page holds what was typed before. */
async function holdsDraft({ page }: Tab): Promise<boolean> {
  return page
    .waitForFunction(
      (draft) =>
        document.body.innerText.includes(draft) ||
        [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')].some(({ value }) =>
          value.includes(draft),
        ),
      DRAFT,
      { timeout: DRAFT_MS },
    )
    .then(
      () => true,
      () => false,
    );
}

/** A control that a person uses, and the page that it leads to. */
interface Act {
  readonly control: Locator;
  readonly leadsTo?: ProtectedRoute;
  /** Something was typed before. */
  readonly typed?: boolean;
}

/** The control that an interaction needs, if any; a text says why there is none. */
const ACTS: Readonly<
  Record<Interaction, (page: OpenedPage, context: CheckContext) => Promise<Act | string | undefined>>
> = {
  'left alone': async () => undefined,
  'a reload': async () => undefined,
  'a click on a link': async ({ tab, route }, context) =>
    (await protectedLink(tab, route, context)) ?? `${route.path} links to no other protected page`,
  'a form submitted': async ({ tab, route }) => {
    const control = await submitButton(tab);
    if (!control) return `${route.path} has no form to submit`;
    return { control, typed: await typeDraft(tab) };
  },
};

/**
 * The server sees no token any more, as it does when the last one has expired, at most 65 seconds after the revocation.
 * The cookies are emptied and kept from scripts, because clerk-js would put the token back that it still holds.
 */
async function expireToken({ tab: { context }, end }: OpenedPage, origin: string): Promise<void> {
  const cookies = await context.cookies(origin);
  const tokens = cookies.filter(({ name }) => SESSION_COOKIE.test(name));
  await context.clearCookies({ name: GONE[end] });
  await context.addCookies(tokens.map((cookie) => ({ ...cookie, value: '', httpOnly: true })));
}

/** The page comes back to the front, and clerk-js asks for the next token, as it does by itself before the old one ends. */
async function renewToken({ page }: Tab): Promise<void> {
  await page
    .evaluate(() => {
      window.dispatchEvent(new Event('focus'));
      const clerk = window.Clerk as typeof window.Clerk | undefined;
      // The refusal is what the page is to react to.
      void clerk?.session?.getToken({ skipCache: true }).catch(() => {});
    })
    // A page that was left by the click has no more tokens to renew.
    .catch(() => {});
}

/** The first link to another declared page that is protected. */
async function protectedLink(
  { page }: Tab,
  { path }: ProtectedRoute,
  { readiness, identity }: CheckContext,
): Promise<Act | undefined> {
  const others = (readiness.routes.protected || []).filter((route) => !samePath(route.path, path));
  const links = page.locator('a[href]').filter({ visible: true });
  const hrefs = await links.evaluateAll((anchors) => anchors.map((anchor) => (anchor as HTMLAnchorElement).href));
  const targets = hrefs.map((href) => {
    const url = new URL(href, identity.origin);
    return url.origin === identity.origin ? others.find((route) => samePath(route.path, url.pathname)) : undefined;
  });
  const index = targets.findIndex((route) => route !== undefined);
  const leadsTo = targets[index];
  return leadsTo && { control: links.nth(index), leadsTo };
}

/** The button that submits the first form in the content of a page. */
export async function submitButton({ page }: Tab): Promise<Locator | undefined> {
  const button = page
    .locator(FORM)
    .locator('button:not([type="button"]), input[type="submit"]')
    .filter({ visible: true })
    .first();
  return (await button.count()) > 0 ? button : undefined;
}

/** Types into the fields of the first form in the content of a page, as a person who is in the middle of something. */
async function typeDraft({ page }: Tab): Promise<boolean> {
  const fields = page.locator(FORM).first().locator('textarea, input[type="text"], input:not([type])');
  const typed = (await fields.filter({ visible: true }).all()).map((field) =>
    field.fill(DRAFT, { timeout: DRAFT_MS }).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(typed)).includes(true);
}
