import { count } from '../../text.ts';
import { signInPage, tabOf, userOf } from '../../browser/browser-check.ts';
import type { PageVisit } from '../../browser/page-visit.ts';
import type { Tab } from '../../browser.ts';
import type { ProtectedRoute } from '../../config/options.ts';
import type { Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { afterTokenLife, openSignedIn, signInAgain, submitButton, takeWayToSignIn } from './open-page.ts';
import type { OpenedPage, Plan } from './open-page.ts';
import { judgeRevoked } from './revoked-findings.ts';
import { samePath } from './way.ts';
import { unprovenWayBack } from './way-back.ts';
import type { WayBack } from './way-back.ts';

/** How a session ends while its page is open. */
export type SessionEnd = 'its session is revoked' | 'all cookies are cleared' | 'its user is deleted';

/** What a person does on a page whose session has ended. */
export type Interaction = 'left alone' | 'a click on a link' | 'a form submitted' | 'a reload';

/** What the API answered to the page, before its session was revoked and after. */
export interface ApiAnswers {
  readonly path: string;
  readonly before: number;
  readonly after: number;
}

/** What the server answered to a form. */
export interface FormAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** How the person got back from sign-in. */
export interface Resumed extends WayBack {
  /** What was typed into a form of the page before; left out where nothing was. */
  readonly draft?: 'kept' | 'lost';
}

/** A page that was open while its session ended. */
export interface RevokedPage {
  readonly route: ProtectedRoute;
  readonly end: SessionEnd;
  readonly interaction: Interaction;
  /** The page with the genuine session: the control. */
  readonly before: PageVisit;
  /** The page when the life of its last token is over. */
  readonly after: PageVisit;
  readonly api?: ApiAnswers;
  readonly submitted?: FormAnswer;
  /** Text was typed into the form before. */
  readonly typed?: boolean;
  /** Where the way to sign in led that the page offered; only of the page left alone, and of the one gone on with. */
  readonly signIn?: PageVisit;
  /** Of one page only. */
  readonly resumed?: Resumed;
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

    const open = async (plan: Plan, opened?: Tab) => openSignedIn(opened ?? (await tab.twin()), plan, context);
    const end = 'its session is revoked';
    const [deleted, alone, ...others] = await Promise.all([
      user.isEphemeral ? openBeforeRemoval(first, context) : [],
      open({ route: first, end, interaction: 'left alone' }, tab),
      open({ route: first, end, interaction: 'a click on a link' }),
      open({ route: first, end: 'all cookies are cleared', interaction: 'a click on a link' }),
      ...routes.slice(1).map((route) => open({ route, end, interaction: 'left alone' })),
    ]);
    const opened = [alone, ...others, await toReload(alone)];
    if (readiness.mode === 'full' && (await submitButton(tab)) !== undefined)
      opened.push(await open({ route: first, end, interaction: 'a form submitted' }));
    const goesOn = opened.find(({ interaction }) => interaction === 'a form submitted') ?? alone;
    await user.revoke(sessionId);
    const ended = await Promise.all(
      opened.map(async (page) => {
        const after = await afterTokenLife(page, context);
        return typeof after === 'object' && (page === alone || page === goesOn)
          ? { ...after, ...(await takeWayToSignIn(page, after, context)) }
          : after;
      }),
    );
    // When all others were looked at, because they are of the same browser to Clerk, and would be signed in again too.
    const index = opened.indexOf(goesOn);
    const last = ended[index];
    if (typeof last === 'object') ended[index] = { ...last, ...(await signInAgain(goesOn, last, context)) };
    if (deleted.length > 0) await user.remove();
    ended.push(...(await Promise.all(deleted.map((page) => afterTokenLife(page, context)))));
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
    const ends = [...new Set(pages.map(({ end }) => end))];
    return {
      findings,
      summary: `${count(pages.length, 'open page')} whose session ended (${[...ends, ...done].join(', ')}): each shows sign-in and nothing protected${notes(pages, omitted)}`,
      ...(strangers && { unverified: notSignedIn(strangers) }),
    };
  },
});

/** Pages of a second session of a user who is then removed: an ephemeral one, and nobody else. */
async function openBeforeRemoval(route: ProtectedRoute, context: CheckContext): Promise<OpenedPage[]> {
  const tab = await tabOf(context).fresh();
  await tab.page.goto(signInPage(route, context));
  await userOf(context).signIn(tab);
  const end = 'its user is deleted';
  const alone = await openSignedIn(tab, { route, end, interaction: 'left alone' }, context);
  return [alone, await toReload(alone)];
}

/** The same page, to be opened anew by the same person in a tab that knows nothing of this one. */
async function toReload(page: OpenedPage): Promise<OpenedPage> {
  return { ...page, api: undefined, tab: await page.tab.twin(), interaction: 'a reload' };
}

/** What the summary says besides: how the person went on, and what was left out. */
function notes(pages: readonly RevokedPage[], omitted: readonly string[]): string {
  const went = pages.flatMap(({ signIn, resumed }) => {
    if (!signIn || !resumed) return [];
    const unproven = unprovenWayBack(resumed, signIn);
    const draft = resumed.draft === 'kept' ? ', and what was typed before is still there' : '';
    return [unproven ?? `after signing in again the person is back${draft}`];
  });
  return [...went, ...omitted].map((note) => `; ${note}`).join('');
}

/** The first page that the server guards and the first that a script guards; they learn of the end in different ways. */
function openedRoutes(routes: readonly ProtectedRoute[]): ProtectedRoute[] {
  const byText = routes.toSorted((a, b) => Number(b.contains !== undefined) - Number(a.contains !== undefined));
  return (['server', 'client'] as const)
    .map((guard) => byText.find((route) => route.guard === guard))
    .filter((route) => route !== undefined);
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
