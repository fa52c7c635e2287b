import type { Page } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import { providers } from '../../browser/affordance.ts';
import { SETTLE_MS, asExchange, openPage } from '../../browser/page-visit.ts';
import type { PageVisit } from '../../browser/page-visit.ts';
import { describeMoves } from '../session/way.ts';
import { NO_ENTRY, entryPages, guardedVisits } from './entry-pages.ts';
import type { EntryPage } from './entry-pages.ts';

const DOCS = 'https://clerk.com/docs/nextjs/guides/development/custom-sign-in-or-up-page';

/** What a person can sign in or up with: Clerk's component once it has content, or a form of the app's own. */
const FORM = [
  '.cl-rootBox :is(input, button, a):not(:is(header, nav) *)',
  '[data-clerk-component] :is(input, button, a):not(:is(header, nav) *)',
  ':is(main, form) input:is([type="email"], [type="password"], [type="tel"], [name="identifier"], [name="username"])',
].join(', ');

/** Errors of a browser that cannot reach a host; a policy of the page that forbids it is another matter. */
const UNREACHED = /ERR_(NAME_NOT_RESOLVED|CONNECTION|ADDRESS|INTERNET|TIMED_OUT|PROXY|TUNNEL|CERT|SSL)/;

/** An entry page as a person sees it. */
export interface EntryView extends EntryPage {
  readonly visit: PageVisit;
  readonly form: boolean;
  /** Why the browser could not reach the Frontend API, where Clerk's script comes from. */
  readonly unreached?: string;
}

/** environment/sign-in-urls in a browser: the pages let a person sign in and up. */
export const signInMounts = defineCheck<readonly EntryView[]>({
  id: 'environment/sign-in-urls',
  part: { methods: ['browser'] },
  async collect(context: CheckContext) {
    const { tab } = context;
    if (!tab) throw new Error('environment/sign-in-urls needs a tab: verify(check, { tab })');
    const pages = entryPages(await guardedVisits(context), context);
    return Promise.all(pages.map(async (entry) => view(await tab.fresh(), entry, context)));
  },
  judge(views): Judgement {
    const unreached = views.map((one) => blame(one)).find((reason) => reason !== undefined);
    const unverified = views.some(({ name }) => name === 'sign-in') ? unreached : NO_ENTRY;
    return {
      findings: views.filter((one) => !one.form && blame(one) === undefined).map(neverMounts),
      summary: `a form is shown in a browser for ${views.map(({ name, page }) => `${name} at ${page}`).join(' and ')}`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

async function view(tab: Tab, entry: EntryPage, { identity }: Expectation): Promise<EntryView> {
  const { frontendApi = identity.origin } = identity.clerk;
  const unreached: string[] = [];
  tab.page.on('requestfailed', (request) => {
    const failure = request.failure()?.errorText ?? '';
    if (new URL(request.url()).origin === new URL(frontendApi).origin && UNREACHED.test(failure))
      unreached.push(failure);
  });
  const shown = formShown(tab.page, SETTLE_MS * 2);
  const visit = await openPage(tab, { path: entry.page, origin: identity.origin });
  // Clerk's component comes after its script, and a page at rest may still wait for it.
  const form =
    visit.failure === undefined &&
    // The home page is sign-in where a button, mostly in its header, opens Clerk's modal.
    ((entry.page === '/' && visit.affordance !== undefined) || (await Promise.race([shown, rest(tab)])));
  return { ...entry, visit, form, ...(unreached[0] !== undefined && { unreached: unreached[0] }) };
}

/** True as soon as something to sign in with is to be seen. */
async function formShown(page: Page, timeout: number): Promise<boolean> {
  return page
    .locator(FORM)
    .or(providers(page))
    .filter({ visible: true })
    .first()
    .waitFor({ timeout })
    .then(
      () => true,
      () => false,
    );
}

/** Milliseconds that Clerk's component has to draw itself once nothing is loading any more. */
const DRAW_MS = 4_000;

/** False once Clerk has loaded, or was not asked for, and nothing was drawn or fetched for a while; true when a form came. */
async function rest(tab: Tab): Promise<boolean> {
  const { page } = tab;
  const end = performance.now() + SETTLE_MS;
  await page.waitForLoadState('networkidle', { timeout: SETTLE_MS }).catch(() => {});
  await page
    .waitForFunction(
      () =>
        document.querySelector('script[data-clerk-js-script]') === null ||
        (window.Clerk as { loaded?: boolean } | undefined)?.loaded === true,
      undefined,
      { timeout: SETTLE_MS },
    )
    .catch(() => {});
  for (;;) {
    if (await formShown(page, DRAW_MS)) return true;
    if (tab.underWay === 0 || performance.now() > end) return false;
  }
}

function blame({ form, page, unreached, visit }: EntryView): string | undefined {
  if (form) return undefined;
  if (unreached !== undefined)
    return `the browser could not reach Clerk’s Frontend API (${unreached}): let this runner reach it`;
  return visit.failure === undefined ? undefined : `the browser could not open ${page}: ${visit.failure}`;
}

function neverMounts({ name, page, visit }: EntryView): Finding {
  const { moves, text, consoleErrors, errors } = visit;
  const [noise] = [...errors, ...consoleErrors];
  return error({
    subject: `${name} at ${page} in a browser`,
    message: `no form appears: ${describeMoves(moves)} shows ${text === '' ? 'nothing' : `“${text.slice(0, 120)}”`}${noise === undefined ? '' : `, with the error: ${noise}`}`,
    expected: `Clerk’s ${name === 'sign-in' ? '<SignIn />' : '<SignUp />'}, or a form of your own`,
    cause:
      'The component never mounts: Clerk’s script is blocked or fails to load, <ClerkProvider> is missing around the page, a script throws before it, or the page renders nothing for visitors who are signed out.',
    fix: 'Open the page in a private window with the console open, and repair the first error; see headers/csp-clerk for a policy that blocks Clerk.',
    docs: DOCS,
    exchange: asExchange(visit),
  });
}
