import type { Readiness } from '../../config/options.ts';
import { error, inapplicable } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { Tab } from '../../browser.ts';
import { recordViolations } from '../../browser/violations.ts';
import type { Violation } from '../../browser/violations.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import { waitForAffordance } from '../../browser/affordance.ts';
import { tabOf } from '../../browser/browser-check.ts';
import { asExchange, look } from '../../browser/page-visit.ts';
import type { PageVisit } from '../../browser/page-visit.ts';
import { nothingBehindSignIn } from './behind-sign-in.ts';

/** One page in a browser. */
export interface ViolationVisit {
  /** Its path, and who opened it where that is not anyone. */
  readonly path: string;
  readonly visit: PageVisit;
  readonly violations: readonly Violation[];
  /** Undefined when the page does not ask for Clerk's script. */
  readonly clerkLoaded?: boolean;
  /** A connection to another origin that failed, and not because of a policy. */
  readonly unreachable?: string;
  /** A made-up report came through, so a real one would have. */
  readonly listened: boolean;
}

/** Public pages opened at most: home, sign-in and some of the declared ones; each costs a second or two. */
const MAX_PAGES = 6;

/** Pages behind sign-in opened at most. */
const MAX_BEHIND_SIGN_IN = 3;

/** Milliseconds for Clerk to load and for the form to show; both come from a CDN. */
const LOAD_MS = 15_000;

/** Milliseconds for a page to stop loading; one that polls never does. */
const IDLE_MS = 5_000;

const DOCS = 'https://clerk.com/docs/guides/secure/best-practices/csp-headers';

const ID = 'headers/csp-violations';

/** headers/csp-violations; opens each page once, in a context of its own. */
export const cspViolations = defineCheck<readonly ViolationVisit[]>({
  id: ID,
  part: { methods: ['browser'] },
  async collect(context) {
    const tab = tabOf(context);
    const { readiness, target, identity } = context;
    return Promise.all(
      opened(readiness, target.home).map(async (path) =>
        openWatched(await tab.fresh(), path, identity.origin, readiness),
      ),
    );
  },
  judge: judgeVisits,
});

/** headers/csp-violations for pages behind sign-in, which use what no public page does: charts, uploads, chats. */
export const cspViolationsSignedIn = defineCheck<readonly ViolationVisit[] | undefined>({
  id: ID,
  part: { methods: ['browser', 'signed-in'] },
  async collect(context) {
    const { readiness, identity, signedIn } = context;
    if (!signedIn) return undefined;
    const cookies = await signedIn.browserCookies();
    return Promise.all(
      (readiness.routes.protected || []).slice(0, MAX_BEHIND_SIGN_IN).map(async ({ path }) => {
        const tab = await tabOf(context).fresh();
        await tab.context.addCookies(cookies);
        return openWatched(tab, path, identity.origin, readiness);
      }),
    );
  },
  judge(visits): Judgement {
    if (!visits || visits.length === 0) return nothingBehindSignIn(visits);
    const got = visits.filter(isGot);
    if (got.length === 0)
      return inapplicable(`the test user gets no page behind sign-in: not ${listed(visits.map(({ path }) => path))}`);
    return judgeVisits(got.map((visit) => ({ ...visit, path: `${visit.path} (signed in)` })));
  },
});

function judgeVisits(visits: readonly ViolationVisit[]): Judgement {
  const unverified = unseen(visits);
  const withClerk = visits.filter(({ clerkLoaded }) => clerkLoaded !== undefined);
  return {
    findings: [...judgeViolations(visits), ...visits.flatMap(judgePage)],
    summary: `${count(visits.length, 'page')} (${listed(visits.map(({ path }) => path))}) opened in a browser: nothing is blocked by a policy, nothing is blank, Clerk loads on ${withClerk.length}`,
    ...(unverified !== undefined && { unverified }),
  };
}

/** A path that leads elsewhere, or to an error, says nothing about the page; one that could not be opened is in doubt. */
function isGot({ path, visit: { moves, failure } }: ViolationVisit): boolean {
  const last = moves.at(-1);
  return (
    failure !== undefined || (last !== undefined && new URL(last.url).pathname === path && (last.status ?? 200) < 400)
  );
}

function opened({ routes }: Readiness, home: string): string[] {
  const local = [routes.signIn, routes.signUp].filter((path) => path?.startsWith('/') === true);
  return [...new Set([home, ...local, ...routes.public].filter((path) => path !== undefined))].slice(0, MAX_PAGES);
}

async function openWatched(tab: Tab, path: string, origin: string, { routes }: Readiness): Promise<ViolationVisit> {
  const { page } = tab;
  const log = await recordViolations(tab);
  let unreachable: string | undefined;
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    const foreign = new URL(request.url()).origin !== origin;
    if (foreign && !/ERR_ABORTED|BLOCKED_BY|csp/i.test(why)) unreachable ??= `${new URL(request.url()).host}: ${why}`;
  });
  const failure = await page.goto(new URL(path, origin).href, { waitUntil: 'load' }).then(
    () => undefined,
    (reason: Error) => tab.redact(reason.message.split('\n')[0] ?? ''),
  );
  const clerkLoaded = failure === undefined ? await loadsClerk(tab) : undefined;
  if (clerkLoaded === true && path === routes.signIn) await waitForAffordance(page, LOAD_MS).catch(() => {});
  await page.waitForLoadState('networkidle', { timeout: IDLE_MS }).catch(() => {});
  const listened = await log.control();
  return {
    path,
    visit: { ...(await look(tab, { path, origin })), ...(failure !== undefined && { failure }) },
    violations: [...log.violations],
    ...(clerkLoaded !== undefined && { clerkLoaded }),
    ...(unreachable !== undefined && { unreachable }),
    listened,
  };
}

const CLERK_SCRIPT =
  'script[data-clerk-publishable-key], script[data-clerk-js-script], script[src*="/clerk-js@"], script[src*="clerk.browser"]';

/** Undefined when the page does not ask for Clerk. */
async function loadsClerk({ page }: Tab): Promise<boolean | undefined> {
  const loaded = (): boolean => (window.Clerk as { loaded?: boolean } | undefined)?.loaded === true;
  const asks = (): Promise<boolean> =>
    page
      .evaluate((selector) => 'Clerk' in window || document.querySelector(selector) !== null, CLERK_SCRIPT)
      .catch(() => false);
  if (!(await asks())) {
    // Modules that a page imports may ask for Clerk after its load event.
    await page.waitForLoadState('networkidle', { timeout: IDLE_MS }).catch(() => {});
    if (!(await asks())) return undefined;
  }
  return page.waitForFunction(loaded, undefined, { timeout: LOAD_MS }).then(
    () => true,
    () => false,
  );
}

function unseen(visits: readonly ViolationVisit[]): string | undefined {
  const failed = visits.find(({ visit }) => visit.failure !== undefined);
  if (failed) return `${failed.path} could not be opened in the browser: ${failed.visit.failure}`;
  const cutOff = visits.find(({ clerkLoaded, unreachable }) => clerkLoaded === false && unreachable !== undefined);
  if (cutOff)
    return `the browser could not reach ${cutOff.unreachable}, so Clerk did not load on ${cutOff.path}: let this runner reach Clerk's Frontend API`;
  const deaf = visits.find(({ listened }) => !listened);
  return (
    deaf && `violations of ${deaf.path} could not be recorded: the page left or blocked the listener; run it again`
  );
}

/** One finding for each directive: what it blocks mostly has one cause. */
function judgeViolations(visits: readonly ViolationVisit[]): Finding[] {
  const all = visits.flatMap((visit) => visit.violations.map((violation) => ({ visit, ...violation })));
  return [...new Set(all.map(({ directive }) => directive))].flatMap((directive) => {
    const group = all.filter((each) => each.directive === directive);
    const [first] = group;
    if (!first) return [];
    const source = group.find(({ source }) => source !== undefined)?.source;
    const blocked = group.map((each) => named(each.blocked));
    return [
      error({
        subject: directive,
        message: `the browser blocks ${listed(blocked)} on ${listed(group.map(({ visit }) => visit.path))}${source === undefined ? '' : `, asked for at ${source}`}`,
        expected: 'a policy that allows everything the page itself uses',
        ...advice(directive, group),
        docs: DOCS,
        exchange: asExchange(first.visit.visit),
      }),
    ];
  });
}

function named(blocked: string): string {
  return blocked === 'inline' ? 'inline code' : blocked === 'eval' ? 'eval()' : blocked;
}

function advice(directive: string, group: readonly Violation[]): { cause: string; fix: string } {
  if (directive.startsWith('script-src') && group.some(({ blocked }) => blocked === 'inline'))
    return {
      cause:
        'A script in the page, or an event handler in an attribute, has no nonce: the page is prerendered while the policy asks for a fresh nonce, or the snippet was pasted in.',
      fix: 'Render the page for each request (<ClerkProvider dynamic> in Next.js) and pass the nonce on to every script; move event handlers out of attributes.',
    };
  if (directive.startsWith('style-src'))
    return {
      cause:
        'Clerk’s components add styles at run time, and so do many libraries; or the style sheet is on a host that is not listed.',
      fix: "Keep 'unsafe-inline' in style-src without a nonce beside it, as Clerk documents, and list the hosts of style sheets.",
    };
  return {
    cause: `The page uses it and ${directive} does not list it: it was added after the policy was written, or comes from a tag manager or a CDN.`,
    fix: `Add its host to ${directive} (in Next.js: directives in contentSecurityPolicy of clerkMiddleware), or take it out of the page.`,
  };
}

function judgePage({ path, visit, clerkLoaded, unreachable, violations }: ViolationVisit): Finding[] {
  const about = { subject: path, docs: DOCS, exchange: asExchange(visit) };
  const why = visit.errors[0] ?? visit.consoleErrors[0];
  const also = why === undefined ? '' : `; console: ${why}`;
  if (visit.failure === undefined && visit.blank !== undefined) {
    return [
      error({
        ...about,
        message: `the page is blank (${visit.blank})${also}`,
        expected: 'a page with something to read',
        cause:
          'Its scripts do not run: they carry no nonce or another one than the policy of this answer, or one of them throws.',
        fix: 'Look at the console on this page; a page with a nonce policy must be rendered for each request.',
      }),
    ];
  }
  if (clerkLoaded !== false || unreachable !== undefined || violations.length > 0) return [];
  return [
    error({
      ...about,
      message: `Clerk’s script is asked for and window.Clerk.loaded is not true after ${LOAD_MS / 1000} s${also}`,
      expected: 'window.Clerk loaded on every page that asks for it',
      cause:
        'The script’s address answers with an error, a script of the app throws first, or the publishable key is of an instance that refuses this domain.',
      fix: 'Open the network panel on this page and follow clerk.browser.js and /v1/client to their answers.',
    }),
  ];
}
