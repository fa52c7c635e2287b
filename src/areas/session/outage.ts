import type { Route } from '@playwright/test';
import { count } from '../../text.ts';
import type { Tab } from '../../browser.ts';
import type { Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { tabOf } from '../../browser/browser-check.ts';
import { judgeOutage, judgeSignIn } from './outage-findings.ts';
import { look, SETTLE_MS, still } from '../../browser/page-visit.ts';
import type { PageVisit } from '../../browser/page-visit.ts';
import { samePath } from './way.ts';

/** What of Clerk cannot be reached. */
export type Outage = 'the script host' | 'the Frontend API';

/** Milliseconds after which clerk-js and its loader have given up; the page's clock is turned on by as much. */
const GIVEN_UP_MS = 30_000;

/** What a page shows. */
export interface PageState {
  readonly visit: PageVisit;
  /** Every word to be seen, each once, in lower case. */
  readonly words: readonly string[];
  /** Paths of links on the target that can be seen. */
  readonly links: readonly string[];
}

/** A public page while part of Clerk is down. */
export interface OutagePage {
  readonly path: string;
  readonly outage: Outage;
  /** Requests to Clerk that were refused. */
  readonly refused: number;
  /** The page with Clerk: the control. */
  readonly control: PageState;
  /** The page while Clerk is awaited. */
  readonly waiting: PageState;
  /** The page when Clerk has been given up. */
  readonly givenUp: PageState;
  /** Where a click on a link led. */
  readonly click?: { readonly to: string; readonly arrived: PageVisit };
}

/** What was opened while part of Clerk is down. */
export interface OutageEvidence {
  readonly pages: readonly OutagePage[];
  /** The app's own sign-in page without Clerk's scripts, when they have been given up. */
  readonly signIn?: PageVisit;
}

/** session/outage: public pages while Clerk is down. */
export const outage = defineCheck<OutageEvidence>({
  id: 'session/outage',
  async collect(context: CheckContext) {
    const tab = tabOf(context);
    const [first, second] = context.readiness.routes.public;
    if (first === undefined) return { pages: [] };
    const controls = new Map(
      await Promise.all(
        [first, second]
          .filter((path) => path !== undefined)
          .map(async (path, index) => {
            const opened = index === 0 ? tab : await tab.beside();
            await load(opened, path, context);
            return [path, await stateOf(opened, path, context)] as const;
          }),
      ),
    );
    // The second page under the outage that more pages do not survive.
    const plans: Array<readonly [path: string, kind: Outage]> = [
      [first, 'the script host'],
      [first, 'the Frontend API'],
      ...(second === undefined ? [] : [[second, 'the script host'] as const]),
    ];
    const [signIn, ...opened] = await Promise.all([
      openSignIn(tab, context),
      ...plans.map(([path, kind]) =>
        openDuring(tab, { path, kind, control: controls.get(path) as PageState }, context),
      ),
    ]);
    return { pages: opened, ...(signIn && { signIn }) };
  },
  judge: ({ pages, signIn }): Judgement => {
    if (pages.length === 0) throw new Error('no public page was opened');
    const blank = pages.find(({ control }) => control.words.length === 0);
    const refused = pages.reduce((sum, page) => sum + page.refused, 0);
    const opened = count(new Set(pages.map(({ path }) => path)).size, 'public page');
    const navigated = pages.some(({ click }) => click !== undefined);
    return {
      findings: [
        ...pages.filter(({ control }) => control.words.length > 0).flatMap((page) => judgeOutage(page)),
        ...(signIn ? judgeSignIn(signIn) : []),
      ],
      summary:
        refused === 0
          ? `${opened} asked nothing of Clerk`
          : `${opened} with Clerk's script host or its Frontend API cut off (${count(refused, 'refused request')}): text${navigated ? ', links and navigation' : ' and links'} stay`,
      ...(blank && {
        unverified: `${blank.path} shows no text even with Clerk, so there is nothing to compare with; see routes/public-reachable`,
      }),
    };
  },
});

/** A tab for which a part of Clerk is down. */
interface CutOff {
  readonly tab: Tab;
  /** Requests that were refused so far. */
  readonly refused: () => number;
}

/**
 * Opens a tab whose connections to a part of Clerk are refused, and whose clock can be turned on. Documents get through,
 * so that a handshake is not mistaken for a page.
 */
async function cutOff(tab: Tab, kind: Outage, { identity }: CheckContext): Promise<CutOff> {
  // With the cookies of the control: a development instance gives a browser its identity by way of the Frontend API.
  const cut = await tab.twin();
  let refused = 0;
  const { frontendApi } = identity.clerk;
  const isClerk = (url: URL) =>
    isScript(url) ||
    url.origin === frontendApi ||
    (url.origin === identity.origin && url.pathname.startsWith('/__clerk/'));
  await cut.context.route(
    (url) => isClerk(url) && isScript(url) === (kind === 'the script host'),
    async (route: Route) => {
      refused += 1;
      await route.abort('connectionrefused');
    },
  );
  await cut.page.clock.install();
  return { tab: cut, refused: () => refused };
}

/** Brings a page to where clerk-js and its loader have given up. */
async function giveUp(tab: Tab): Promise<void> {
  await tab.page.clock.fastForward(GIVEN_UP_MS);
  await still(tab);
}

/** Clerk's own scripts, wherever they are hosted. */
function isScript({ pathname }: URL): boolean {
  return /\/@clerk\/(clerk-js|ui)@/.test(pathname);
}

interface Opening {
  readonly path: string;
  readonly kind: Outage;
  readonly control: PageState;
}

async function openDuring(opener: Tab, { path, kind, control }: Opening, context: CheckContext): Promise<OutagePage> {
  const { tab, refused } = await cutOff(opener, kind, context);
  await load(tab, path, context);
  const waiting = await stateOf(tab, path, context);
  await giveUp(tab);
  const givenUp = await stateOf(tab, path, context);
  const click = await clickThrough(tab, givenUp, context);
  return {
    path,
    outage: kind,
    refused: refused(),
    control,
    waiting,
    givenUp,
    ...(click && { click }),
  };
}

/** Nobody can sign in without Clerk's scripts; what is left of the app's own page is for a person to read. */
async function openSignIn(opener: Tab, context: CheckContext): Promise<PageVisit | undefined> {
  const { signIn } = context.readiness.routes;
  if (signIn?.startsWith('/') !== true) return undefined;
  const { tab } = await cutOff(opener, 'the script host', context);
  await load(tab, signIn, context);
  await giveUp(tab);
  return look(tab, { path: signIn, origin: context.identity.origin });
}

/** Opens a page and lets it come to rest; what went wrong is to be seen then. */
async function load(tab: Tab, path: string, { identity: { origin } }: CheckContext): Promise<void> {
  tab.forget();
  await tab.page.goto(new URL(path, origin).href, { waitUntil: 'load', timeout: SETTLE_MS }).catch(() => {});
  await still(tab);
}

/** Follows a link to another public page, as a person does. */
async function clickThrough(
  tab: Tab,
  { links, visit }: PageState,
  { readiness, identity }: CheckContext,
): Promise<OutagePage['click']> {
  const { pathname } = new URL(visit.asked);
  const to = links.find(
    (path) => !samePath(path, pathname) && readiness.routes.public.some((known) => samePath(known, path)),
  );
  if (to === undefined) return undefined;
  const { page } = tab;
  tab.forget();
  await page
    .locator(`a[href$="${to}"]`)
    .filter({ visible: true })
    .first()
    .click({ timeout: SETTLE_MS })
    .catch(() => {});
  await page.waitForURL((url) => samePath(url.pathname, to), { timeout: 5_000, waitUntil: 'commit' }).catch(() => {});
  await still(tab);
  return { to, arrived: await look(tab, { path: to, origin: identity.origin }) };
}

/** Characters of the visible text that are compared. */
const MAX_TEXT = 100_000;

async function stateOf(tab: Tab, path: string, { identity: { origin } }: CheckContext): Promise<PageState> {
  const visit = await look(tab, { path, origin });
  const seen = await tab.page
    .evaluate(
      (characters) => ({
        text: (document.body?.innerText ?? '').slice(0, characters),
        links: [...document.querySelectorAll<HTMLAnchorElement>('a[href]')]
          .filter((link) => link.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
          .map(({ href }) => href),
      }),
      MAX_TEXT,
    )
    .catch(() => ({ text: '', links: [] as string[] }));
  return {
    visit,
    words: [...new Set(seen.text.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? [])],
    links: [
      ...new Set(
        seen.links
          .filter((href) => URL.canParse(href) && new URL(href).origin === origin)
          .map((href) => new URL(href).pathname),
      ),
    ],
  };
}
