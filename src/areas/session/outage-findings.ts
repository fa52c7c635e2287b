import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import type { Diagnosis } from './findings.ts';
import { asExchange } from '../../browser/page-visit.ts';
import type { PageVisit } from '../../browser/page-visit.ts';
import { uncaught } from './expired-page.ts';
import type { OutagePage, PageState } from './outage.ts';
import { samePath } from './way.ts';

/** Share of a page's words that must stay; what Clerk itself renders, a user button or a form, may go. */
const USABLE_SHARE = 0.5;

/** What Clerk itself throws when it cannot load: its own code, or its loader in an SDK. */
const CLERKS_OWN =
  /@clerk\/(clerk-js|ui)@|failed to load (the )?clerk|failed_to_load_clerk|clerk_?js_?(script_)?load|ClerkRuntimeError|ClerkJS/i;

const LOADED = 'https://clerk.com/docs/nextjs/reference/components/control/clerk-loaded';

/** Judges one page while part of Clerk is down; the first defect explains the others. */
export function judgeOutage(page: OutagePage): Finding[] {
  const { path, outage, control, waiting, givenUp, click } = page;
  const subject = `${path} while ${outage} of Clerk is down`;
  const diagnosis =
    unusable(control, waiting, 'while Clerk is awaited') ?? unusable(control, givenUp, 'when Clerk has been given up');
  if (diagnosis) return [error({ ...diagnosis, subject, exchange: asExchange(waiting.visit) })];
  const thrown = uncaught(withoutClerks(givenUp), control.visit).filter(({ known }) => !known);
  if (thrown.length > 0)
    return thrown.map(({ diagnosis: { message } }) =>
      error({ ...exception(message), subject, exchange: asExchange(givenUp.visit) }),
    );
  if (click && !samePath(new URL(click.arrived.moves.at(-1)?.url ?? givenUp.visit.asked).pathname, click.to))
    return [error({ ...deadLink(click.to), subject, exchange: asExchange(click.arrived) })];
  if (click?.arrived.blank)
    return [error({ ...blankAfter(click.to, click.arrived.blank), subject, exchange: asExchange(click.arrived) })];
  const lost = control.links.filter((link) => !givenUp.links.includes(link));
  return control.links.length > 0 && lost.length === control.links.length
    ? [error({ ...noLinks(lost), subject, exchange: asExchange(givenUp.visit) })]
    : [];
}

/** Nobody can sign in meanwhile; a person who is told so comes back. */
export function judgeSignIn(visit: PageVisit): Finding[] {
  if (visit.blank === undefined) return [];
  return [
    warning({
      subject: `${new URL(visit.asked).pathname} while the script host of Clerk is down`,
      message: `the sign-in page stays blank (${visit.blank})`,
      expected: 'a notice that signing in is not possible just now',
      cause: 'The page is nothing but <SignIn />, which renders nothing without Clerk’s script.',
      fix: 'Put a notice into <ClerkFailed>, or a heading and a way to support beside <SignIn />.',
      docs: 'https://clerk.com/docs/nextjs/reference/components/control/clerk-failed',
      exchange: asExchange(visit),
    }),
  ];
}

function withoutClerks({ visit }: PageState): PageState['visit'] {
  return { ...visit, errors: visit.errors.filter((message) => !CLERKS_OWN.test(message)) };
}

function unusable(control: PageState, now: PageState, when: string): Diagnosis | undefined {
  const { visit, words } = now;
  const kept = control.words.filter((word) => words.includes(word)).length;
  if (visit.blank === undefined && kept >= control.words.length * USABLE_SHARE) return undefined;
  const seen =
    visit.blank === 'no text'
      ? 'nothing'
      : visit.blank === 'one colour'
        ? 'one colour'
        : `“${visit.text.slice(0, 120)}”`;
  return {
    message: `the page shows ${seen} ${when}: ${kept} of its ${control.words.length} words are there`,
    expected: 'the same text as with Clerk, but for what Clerk itself renders',
    cause:
      'The whole layout waits for Clerk: <ClerkLoaded>, if (!isLoaded) return <Spinner /> or a style that hides the page; or an error boundary takes it away when Clerk fails.',
    fix: 'Render public content at once, and put only the parts that need a user behind <ClerkLoaded> or isLoaded, with <ClerkFailed> for the rest.',
    docs: LOADED,
  };
}

function exception(message: string): Diagnosis {
  return {
    message,
    expected: 'no uncaught exception but Clerk’s own',
    cause: 'Code uses window.Clerk, or a promise of it, as if it were always there.',
    fix: 'Reach Clerk through the SDK’s hooks, check isLoaded before using it, and catch what its methods throw.',
    docs: LOADED,
  };
}

function deadLink(to: string): Diagnosis {
  return {
    message: `a click on the link to ${to} leads nowhere`,
    expected: `the page ${to}`,
    cause: 'A router guard or a click handler waits for Clerk before it lets anybody navigate.',
    fix: 'Let public routes through without asking for the session.',
    docs: LOADED,
  };
}

function blankAfter(to: string, blank: 'no text' | 'one colour'): Diagnosis {
  return {
    message: `a click on the link to ${to} leads to a blank page (${blank})`,
    expected: `the page ${to}`,
    cause: 'The page is rendered in the browser only once Clerk has loaded.',
    fix: 'Render public content without waiting for isLoaded.',
    docs: LOADED,
  };
}

function noLinks(lost: readonly string[]): Diagnosis {
  return {
    message: `none of its links is left (${lost.slice(0, 3).join(', ')})`,
    expected: 'links to the other public pages',
    cause: 'The navigation is rendered only once Clerk has loaded.',
    fix: 'Render links to public pages at once, and add those for signed-in people when isLoaded.',
    docs: LOADED,
  };
}
