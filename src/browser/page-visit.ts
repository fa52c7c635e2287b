import { setTimeout as delay } from 'node:timers/promises';
import type { BrowserContext, Page } from '@playwright/test';
import type { Move, Tab } from '../browser.ts';
import { UndecidedError } from '../result.ts';
import type { Exchange } from '../target/exchange.ts';
import { affordanceOf, canSignIn, signInControl } from './affordance.ts';
import type { Affordance } from './affordance.ts';
import { isOneColour } from './one-colour.ts';

/** Milliseconds that a page has to show sign-in; Clerk's script comes from a CDN. */
export const SETTLE_MS = 20_000;

/** Milliseconds without a change in the page after which, with no request under way, nothing more will come. */
const QUIET_MS = 4_000;

/** Milliseconds in which something that is to be seen can be clicked. */
const CLICK_MS = 5_000;

/** Milliseconds between two looks at a page that is watched. */
const POLL_MS = 100;

/** Moves after which a visit is a loop and is no longer watched. */
const MAX_MOVES = 16;

/** Characters of the visible text that are kept. */
const EXCERPT = 500;

/** Characters of the visible text that leave the page, white space included. */
const READ = 10_000;

/** What browsers say of a page that another one came before. */
const INTERRUPTED = /interrupted by another navigation|ERR_ABORTED|NS_BINDING_ABORTED/;

/** Tries of one page. */
const MAX_TRIES = 3;

/** What a person sees who opens a page in a browser. */
export interface PageVisit {
  /** Absolute URL first asked for. */
  readonly asked: string;
  readonly cookies: Readonly<Record<string, string>>;
  /** Addresses gone through; the last one is where the visit ended. */
  readonly moves: readonly Move[];
  /** Visible text, cut short. */
  readonly text: string;
  readonly affordance?: Affordance;
  /** Nothing to read, or nothing drawn. */
  readonly blank?: 'no text' | 'one colour';
  /** The text that only the real page contains is to be seen. */
  readonly showsProtected: boolean;
  /** Exceptions that no script caught. */
  readonly errors: readonly string[];
  readonly consoleErrors: readonly string[];
  /** Why the page could not be opened: an error of the browser. */
  readonly failure?: string;
  /** Name and value of cookies that scripts cannot read and that were not there already. */
  readonly sealed?: ReadonlyArray<readonly [string, string]>;
}

/** How to open a page. */
export interface PageVisitOptions {
  /** Path on the target. */
  readonly path: string;
  readonly origin: string;
  /** Cookies that are there already, for the record. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** Text that only the real page contains. */
  readonly contains?: string;
}

/** Opens a page as a person would, until it lets them sign in, shows the page, goes in circles, or nothing more comes. */
export async function openPage(tab: Tab, options: PageVisitOptions): Promise<PageVisit> {
  const { href } = new URL(options.path, options.origin);
  const go = async (): Promise<string | undefined> => {
    tab.forget();
    return tab.page.goto(href, { waitUntil: 'commit' }).then(
      () => undefined,
      (error: Error) => tab.redact(error.message.split('\n')[0] ?? ''),
    );
  };
  let failure = await go();
  // A script of the page before that reacts to something may be on its way elsewhere just then.
  for (let tries = 1; tries < MAX_TRIES && failure !== undefined && INTERRUPTED.test(failure); tries += 1) {
    await still(tab);
    failure = await go();
  }
  if (failure === undefined) await settled(tab, options.contains);
  return { ...(await look(tab, options)), ...(failure !== undefined && { failure }) };
}

/**
 * What the tab shows just now, as part of the visit to a page; all of it is of one page, unless it goes in circles.
 * @throws UndecidedError for a tab that goes elsewhere whenever it is looked at.
 */
export async function look(tab: Tab, options: PageVisitOptions): Promise<PageVisit> {
  for (const deadline = Date.now() + SETTLE_MS; ;) {
    const moves = tab.moves.length;
    const seen = await glance(tab, options);
    if (seen.moves.length === moves || goesInCircles(seen)) return seen;
    if (Date.now() > deadline) throw restless(options);
    await still(tab);
  }
}

/** Visits of one address, which a way through a handshake does not come to, that make a circle. */
const CIRCLE = 5;

function goesInCircles({ moves }: Pick<PageVisit, 'moves'>): boolean {
  const addresses = moves.map(({ url }) => url.replace(/[?#].*/, ''));
  return (
    addresses.length > MAX_MOVES ||
    addresses.some((each) => addresses.filter((other) => other === each).length >= CIRCLE)
  );
}

function restless({ path }: PageVisitOptions): UndecidedError {
  return new UndecidedError(
    `${path} did not come to rest in the browser: run again on a machine with more time for it`,
  );
}

async function glance(tab: Tab, { path, origin, cookies = {}, contains }: PageVisitOptions): Promise<PageVisit> {
  const { page } = tab;
  const [text, affordance, oneColour, showsProtected, kept] = await Promise.all([
    visibleText(page),
    affordanceOf(page).catch(() => undefined),
    page.screenshot({ timeout: SETTLE_MS }).then(isOneColour, () => false),
    contains === undefined ? false : shows(page, contains),
    page.context().cookies(origin),
  ]);
  const sealed = kept.filter(({ name, httpOnly }) => httpOnly && !Object.hasOwn(cookies, name));
  const blank = text === '' ? 'no text' : oneColour ? 'one colour' : undefined;
  return {
    asked: new URL(path, origin).href,
    cookies: Object.fromEntries(Object.entries(cookies).map(([name, value]) => [name, tab.redact(value)])),
    moves: [...tab.moves],
    text: tab.redact(text).slice(0, EXCERPT),
    ...(affordance !== undefined && { affordance }),
    ...(blank !== undefined && { blank }),
    showsProtected,
    errors: [...tab.errors],
    consoleErrors: [...tab.consoleErrors],
    sealed: sealed.map(({ name, value }) => [name, tab.redact(value)]),
  };
}

/**
 * Waits until an open page lets a person sign in and shows nothing protected any more, goes in circles, or nothing more
 * comes. What it passes through on the way there is not judged: only a sight that stays is.
 * @param ms milliseconds after which nothing more is waited for
 * @throws UndecidedError for a page that is still on its way elsewhere then.
 */
export async function reaction(tab: Tab, options: PageVisitOptions, ms = 2 * SETTLE_MS): Promise<PageVisit> {
  let last: PageVisit | undefined;
  for (const deadline = Date.now() + ms; ;) {
    const moves = tab.moves.length;
    const ended = await watch(tab, () => offersSignIn(tab, options.contains));
    const seen = await look(tab, options);
    // A header stands there before the rest of the page does.
    const offered = seen.affordance === 'form' || seen.affordance === 'link';
    const good = offered && seen.blank === undefined && !seen.showsProtected;
    if (good || ended === 'circling' || isSameSight(seen, last)) return seen;
    if (Date.now() > deadline) {
      if (seen.moves.length !== moves && !goesInCircles(seen)) throw restless(options);
      return seen;
    }
    last = seen;
    await still(tab);
  }
}

/**
 * Takes the way to sign in that a page offers, as far as the form. A page that shows a form, or is on its way to one by
 * itself, is only waited for.
 */
export async function followToSignIn(tab: Tab, options: PageVisitOptions): Promise<PageVisit> {
  const { page } = tab;
  const isForm = async () => (await affordanceOf(page)) === 'form';
  await still(tab);
  if (!(await isForm())) {
    tab.forget();
    await signInControl(page)
      .click({ noWaitAfter: true, timeout: CLICK_MS })
      .catch(() => {});
    await stir(tab);
    await watch(tab, isForm);
  }
  return look(tab, options);
}

function isSameSight(a: PageVisit, b: PageVisit | undefined): boolean {
  return b !== undefined && a.text === b.text && a.affordance === b.affordance && a.moves.length === b.moves.length;
}

/** From now on the page counts as changed, so that what is done to it next gets its time. */
export async function stir({ page }: Tab): Promise<void> {
  await page
    .evaluate(() => {
      (window as Window & { readinessLastChange?: number }).readinessLastChange &&= performance.now();
    })
    // A page that is just being left has changed.
    .catch(() => {});
}

/** Milliseconds in which a page that is on its way elsewhere does something. */
const PAUSE_MS = 500;

/** Waits until a page that may be on its way elsewhere has arrived, or goes in circles. */
export async function still(tab: Tab): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  const goesOn = () => !tab.page.isClosed() && Date.now() < deadline && tab.moves.length <= MAX_MOVES;
  while (goesOn() && !(await rests(tab, PAUSE_MS))) await delay(POLL_MS);
}

async function offersSignIn({ page }: Tab, contains: string | undefined): Promise<boolean> {
  if (!(await canSignIn(page))) return false;
  return contains === undefined || !(await shows(page, contains));
}

/** A recorded visit in the form in which findings show requests. */
export function asExchange({ asked, cookies, moves, text, failure }: PageVisit): Exchange {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');
  const code = moves.findLast(({ status }) => status !== undefined)?.status;
  return {
    request: {
      method: 'GET',
      url: asked,
      headers: [['accept', 'text/html'], ...(cookie === '' ? [] : [['cookie', cookie] as const])],
    },
    ...(code !== undefined && { response: { status: code, headers: [], body: text, truncated: false } }),
    ...(failure !== undefined && code === undefined && { error: { code: 'BROWSER', message: failure } }),
    durationMs: 0,
  };
}

/**
 * Puts cookies into a context as Clerk would: the session cookies on the host itself,
 * `__client_uat` on the domain that the app shares with the Frontend API.
 */
export async function plant(
  context: BrowserContext,
  cookies: Readonly<Record<string, string>>,
  origin: string,
  domain: string | undefined,
): Promise<void> {
  const { hostname, protocol } = new URL(origin);
  const base = { path: '/', secure: protocol === 'https:', sameSite: 'Lax' as const };
  await context.addCookies(
    Object.entries(cookies).map(([name, value]) => ({
      ...base,
      name,
      value,
      domain: name.startsWith('__client_uat') && domain !== undefined ? `.${domain}` : hostname,
    })),
  );
}

/** The longest domain that two hosts share: `example.com` for `app.example.com` and `clerk.example.com`. */
export function sharedDomain(host: string, other: string): string | undefined {
  if (/^[\d.]+$|:/.test(host)) return undefined;
  const [labels, others] = [host.split('.').reverse(), other.split('.').reverse()];
  const differing = labels.findIndex((label, index) => label !== others[index]);
  const shared = labels.slice(0, differing < 0 ? labels.length : differing);
  return shared.length >= 2 ? shared.reverse().join('.') : undefined;
}

/** Ends as soon as there is something to judge. */
async function settled(tab: Tab, contains: string | undefined): Promise<void> {
  const { page } = tab;
  const ended = await watch(
    tab,
    async () => (await canSignIn(page)) || (contains !== undefined && (await shows(page, contains))),
  );
  if (ended === 'circling' || ended === 'quiet') return;
  await page.waitForLoadState('load', { timeout: SETTLE_MS }).catch(() => {});
  // Clerk may still send the person on once it knows who they are.
  await watch(tab, async () => page.evaluate(clerkHasLoaded));
}

/** Runs in the page, which may also go without Clerk; `waitForFunction` would put a library into every page first. */
function clerkHasLoaded(): boolean {
  return !('Clerk' in window) || (window.Clerk as { loaded?: boolean }).loaded === true;
}

/** How the watch over a page ended. */
type Ending = 'seen' | 'circling' | 'quiet' | 'time is over';

/**
 * Watches a page until something is seen, it goes in circles, or nothing more comes. It asks again and again instead of
 * leaving questions in the page, which would outlive the watch and slow down what the page does next.
 */
async function watch(tab: Tab, isSeen: () => Promise<boolean>): Promise<Ending> {
  const timeout = new AbortController();
  const ask = async (): Promise<Ending> => {
    while (!timeout.signal.aborted && !tab.page.isClosed()) {
      if (tab.moves.length > MAX_MOVES) return 'circling';
      if (await isSeen().catch(() => false)) return 'seen';
      if (await rests(tab, QUIET_MS)) return 'quiet';
      await delay(POLL_MS);
    }
    return 'time is over';
  };
  const over = delay(SETTLE_MS, 'time is over' as const, { signal: timeout.signal }).catch(
    () => 'time is over' as const,
  );
  // A script that never ends leaves every question without an answer.
  return Promise.race([ask(), over]).finally(() => timeout.abort());
}

/** True for a page without a change for a while and no request under way; the answer to one starts the while anew. */
async function rests(tab: Tab, ms: number): Promise<boolean> {
  const unchanged = await tab.page.evaluate(isStill, { ms, awaitsClerk: ms === QUIET_MS }).catch(() => false);
  if (unchanged && tab.underWay > 0) await stir(tab);
  return unchanged && tab.underWay === 0;
}

/** Runs in the page: true once its document has not changed for a while; on a slow machine Clerk may take that long to load. */
function isStill({ ms, awaitsClerk }: { ms: number; awaitsClerk: boolean }): boolean {
  const page = window as Window & { readinessLastChange?: number };
  if (page.readinessLastChange === undefined) {
    page.readinessLastChange = performance.now();
    // Without a name, because what compilers add to named functions does not exist in the page.
    new MutationObserver(() => {
      page.readinessLastChange = performance.now();
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  if (awaitsClerk && (window.Clerk as { loaded?: boolean } | undefined)?.loaded === false) return false;
  return document.readyState === 'complete' && performance.now() - (page.readinessLastChange ?? 0) > ms;
}

async function visibleText(page: Page): Promise<string> {
  const text = await page
    .evaluate((characters) => (document.body?.innerText ?? '').trimStart().slice(0, characters), READ)
    .catch(() => '');
  return text.replace(/\s+/g, ' ').trim();
}

async function shows(page: Page, contains: string): Promise<boolean> {
  return page
    .getByText(contains)
    .filter({ visible: true })
    .count()
    .then(
      (number) => number > 0,
      () => false,
    );
}
