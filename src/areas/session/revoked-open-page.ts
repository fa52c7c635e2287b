import type { Locator } from '@playwright/test';
import { count } from '../../text.ts';
import type { Tab } from '../../browser.ts';
import type { ApiRoute, ProtectedRoute } from '../../config/options.ts';
import type { Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { signInPage, tabOf, userOf } from '../../browser/browser-check.ts';
import { openPage, reaction, stir } from '../../browser/page-visit.ts';
import type { PageVisit, PageVisitOptions } from '../../browser/page-visit.ts';
import { judgeRevoked } from './revoked-findings.ts';
import { samePath } from './way.ts';

/** What a person does on a page whose session was revoked. */
export type Interaction = 'left alone' | 'a click on a link' | 'a form submitted' | 'a reload';

/** What the API answered to the page, before its session was revoked and after. */
export interface ApiAnswers {
  readonly path: string;
  readonly before: number;
  readonly after: number;
}

/** A page that was open while its session was revoked. */
export interface RevokedPage {
  readonly route: ProtectedRoute;
  readonly interaction: Interaction;
  /** The page with the genuine session: the control. */
  readonly before: PageVisit;
  /** The page when the life of its last token is over. */
  readonly after: PageVisit;
  readonly api?: ApiAnswers;
}

/** What was done, and what could not be. */
export interface RevokedEvidence {
  readonly pages: readonly RevokedPage[];
  /** Why an interaction was left out, one line each. */
  readonly omitted: readonly string[];
}

/** session/revoked-open-page: what a person sees whose session ends while the page is open. */
export const revokedOpenPage = defineCheck<RevokedEvidence>({
  id: 'session/revoked-open-page',
  async collect(context: CheckContext) {
    const tab = tabOf(context);
    const user = userOf(context);
    const { readiness } = context;
    const routes = openedRoutes(readiness.routes.protected || []);
    const [first] = routes;
    if (!first) throw new Error('routes.protected is needed');
    await tab.page.goto(signInPage(first, context));
    const { sessionId } = await user.signIn(tab);

    const twin = await tab.twin();
    const [alone, ...others] = await Promise.all([
      openSignedIn(tab, { route: first, interaction: 'left alone' }, context),
      openSignedIn(twin, { route: first, interaction: 'a click on a link' }, context),
      ...routes
        .slice(1)
        .map(async (route) => openSignedIn(await tab.twin(), { route, interaction: 'left alone' }, context)),
    ]);
    const opened = [
      alone,
      ...others,
      { ...alone, api: undefined, tab: await tab.twin(), interaction: 'a reload' as const },
    ];
    if (readiness.mode === 'full' && (await submitButton(tab)) !== undefined)
      opened.push(await openSignedIn(await tab.twin(), { route: first, interaction: 'a form submitted' }, context));
    await user.revoke(sessionId);
    const ended = await Promise.all(opened.map((page) => afterTokenLife(page, context)));
    return {
      pages: ended.filter((page) => typeof page !== 'string'),
      omitted: ended.filter((page) => typeof page === 'string'),
    };
  },
  judge: ({ pages, omitted }, expectation): Judgement => {
    if (pages.length === 0) throw new Error('no page was open when the session was revoked');
    const strangers = pages.find(({ before }) => !isSignedIn(before));
    const findings = pages
      .filter(({ before }) => isSignedIn(before))
      .flatMap((page) => judgeRevoked(page, expectation));
    const done = [...new Set(pages.map(({ interaction }) => interaction))];
    return {
      findings,
      summary: `a session revoked under ${count(pages.length, 'open page')} (${done.join(', ')}): each shows sign-in and nothing protected${omitted.map((reason) => `; ${reason}`).join('')}`,
      ...(strangers && { unverified: notSignedIn(strangers) }),
    };
  },
});

interface Plan {
  readonly route: ProtectedRoute;
  readonly interaction: Interaction;
}

interface OpenedPage extends Plan {
  readonly tab: Tab;
  readonly before: PageVisit;
  readonly api?: Omit<ApiAnswers, 'after'> | undefined;
}

/** The first page that the server guards and the first that a script guards; they learn of the end in different ways. */
function openedRoutes(routes: readonly ProtectedRoute[]): ProtectedRoute[] {
  const byText = routes.toSorted((a, b) => Number(b.contains !== undefined) - Number(a.contains !== undefined));
  return (['server', 'client'] as const)
    .map((guard) => byText.find((route) => route.guard === guard))
    .filter((route) => route !== undefined);
}

function optionsFor({ path, contains }: ProtectedRoute, origin: string): PageVisitOptions {
  return { path, origin, ...(contains !== undefined && { contains }) };
}

/** True for a page that shows what only a signed-in person sees, as far as that is known. */
function isSignedIn({ showsProtected, affordance, moves, asked }: PageVisit): boolean {
  const last = moves.at(-1);
  return (
    showsProtected ||
    (affordance !== 'form' && last !== undefined && samePath(new URL(last.url).pathname, new URL(asked).pathname))
  );
}

function notSignedIn({ route, before }: RevokedPage): string {
  const shown = before.text === '' ? 'nothing' : `“${before.text.slice(0, 80)}”`;
  return `${route.path} shows the signed-in test user ${shown}${route.contains === undefined ? '' : ` instead of “${route.contains}”`}, so nothing was proven there: open it as that user, and correct routes.protected or the user's role`;
}

async function openSignedIn(tab: Tab, plan: Plan, { identity, readiness }: CheckContext): Promise<OpenedPage> {
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
    .evaluate(async (url) => {
      const response = await fetch(url, { headers: { accept: 'application/json' } });
      return response.redirected ? 0 : response.status;
    }, path)
    .catch(() => 0);
}

/** Brings a page to where its last token is over, does what a person does there, and watches; a text says why it was not done. */
async function afterTokenLife(opened: OpenedPage, context: CheckContext): Promise<RevokedPage | string> {
  const { tab, route, interaction, before, api } = opened;
  const { origin } = context.identity;
  const done = { route, interaction, before };
  const act = await ACTS[interaction](opened, context);
  if (typeof act === 'string') return act;
  await expireToken(tab, origin);
  if (interaction === 'a reload') {
    // Without the page that was open, so that nothing of it acts while the new one is on its way.
    await tab.page.goto('about:blank');
    return { ...done, after: await openPage(tab, optionsFor(route, origin)) };
  }
  tab.forget();
  await stir(tab);
  const answered = api && { ...api, after: await fetchStatus(tab, api.path) };
  await act?.control.click({ noWaitAfter: true });
  await renewToken(tab);
  const after = await reaction(tab, optionsFor(act?.leadsTo ?? route, origin));
  return { ...done, after, ...(answered && { api: answered }) };
}

/** A control that a person uses, and the page that it leads to. */
interface Act {
  readonly control: Locator;
  readonly leadsTo?: ProtectedRoute;
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
    return control ? { control } : `${route.path} has no form to submit`;
  },
};

/**
 * The server sees no token any more, as it does when the last one has expired, at most 65 seconds after the revocation.
 * The cookies are emptied and kept from scripts, because clerk-js would put the token back that it still holds.
 */
async function expireToken({ context }: Tab, origin: string): Promise<void> {
  const cookies = await context.cookies(origin);
  const tokens = cookies.filter(({ name }) => /^__session(_|$)/.test(name));
  await context.clearCookies({ name: /^__session(_|$)/ });
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
async function submitButton({ page }: Tab): Promise<Locator | undefined> {
  const button = page
    .locator('form:not(:is(header, nav, footer) *)')
    .locator('button:not([type="button"]), input[type="submit"]')
    .filter({ visible: true })
    .first();
  return (await button.count()) > 0 ? button : undefined;
}
