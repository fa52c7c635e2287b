import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import type { Expectation } from '../../verify.ts';
import { blankPage, lastStatus, uncaught } from './expired-page.ts';
import { loop, lostReturnPath, REDIRECT, serverError } from './findings.ts';
import type { Diagnosis } from './findings.ts';
import { asExchange } from '../../browser/page-visit.ts';
import type { PageVisit } from '../../browser/page-visit.ts';
import type { FormAnswer, RevokedPage } from './revoked-open-page.ts';
import { judgeReturn, unprovenWayBack } from './way-back.ts';
import { describeMoves, destination, signInPages } from './way.ts';

const SIGNED_IN_HOOK = 'https://clerk.com/docs/nextjs/reference/hooks/use-auth';
const ACTIONS = 'https://clerk.com/docs/reference/nextjs/app-router/server-actions';

/** Judges one page whose session was revoked; what is seen first explains the rest, so it is the only one reported. */
export function judgeRevoked(page: RevokedPage, expectation: Expectation): Finding[] {
  const { route, end, interaction, before, after, api } = page;
  const subject = `${route.path}, open while ${end}, ${interaction === 'left alone' ? interaction : `then ${interaction}`}`;
  const parts = { subject, exchange: asExchange(after) };
  const found: Finding[] = [];
  if (api && isSuccess(api.before) && isSuccess(api.after))
    found.push(error({ ...stillAnswers(api.path, api.after), subject }));
  const diagnosis = diagnose(page, expectation);
  if (diagnosis) return [...found, error({ ...diagnosis, ...parts })];
  const { away } = placeOf(after, expectation);
  if (away && after.affordance === 'header link') found.push(warning({ ...sentAway(after), ...parts }));
  return [
    ...found,
    ...judgeForm(page).map((thrown) => warning({ ...thrown, ...parts })),
    ...judgeResumed(page, expectation),
    ...uncaught(after, before).map(({ known, diagnosis: thrown }) =>
      (known ? warning : error)({ ...thrown, ...parts }),
    ),
  ];
}

/** Warnings about a form that was submitted, where the person sees how to sign in all the same. */
function judgeForm({ submitted, typed = false, resumed }: RevokedPage): Diagnosis[] {
  const refused = submitted === undefined || submitted.status >= 300;
  return [
    ...(submitted !== undefined && submitted.status >= 500 ? [failedForm(submitted)] : []),
    ...(typed && refused && resumed?.draft === 'lost' ? [lostDraft()] : []),
  ];
}

/** How the person gets back to where they were. */
function judgeResumed({ route, end, signIn, resumed }: RevokedPage, { readiness, identity }: Expectation): Finding[] {
  if (!signIn) return [];
  const subject = `${route.path}, signing in again after ${end}`;
  const asked = new URL(route.path, identity.origin);
  const at = new URL(signIn.moves.at(-1)?.url ?? asked);
  const place = destination(at, asked, signInPages(readiness.routes.signIn, identity.origin, []));
  const lost = lostReturnPath(place, at, asked, identity, signIn.sealed);
  if (lost) return [error({ ...lost, subject, exchange: asExchange(signIn) })];
  if (resumed?.after === undefined || unprovenWayBack(resumed, signIn) !== undefined) return [];
  const finding = judgeReturn(route, signIn, resumed.after);
  return finding ? [{ ...finding, subject }] : [];
}

function diagnose(
  { route, before, after, interaction, submitted }: RevokedPage,
  expectation: Expectation,
): Diagnosis | undefined {
  const { showsProtected, moves, affordance, blank, failure } = after;
  const code = lastStatus(after);
  if (showsProtected) return stillShown(after, route.contains ?? '', affordance !== undefined);
  const circle = loop(moves);
  if (circle) return interaction === 'a click on a link' ? bounced(circle) : circle;
  if (failure !== undefined)
    return {
      message: `the browser cannot open the page any more (${failure})${moves.length > 0 ? `: ${describeMoves(moves)}` : ''}`,
      expected: 'a visible way to sign in',
      cause: 'The server drops the connection, or redirects for ever, when the session is over.',
      fix: 'Revoke a session in the Clerk Dashboard, reload the page, and follow the requests in the network panel.',
    };
  if (code !== undefined && code >= 500) return serverError(code);
  if (blank) return blankPage(after, blank);
  if (code === 404 && interaction === 'a reload' && route.unauthenticated === 'hidden') return undefined;
  const { away } = placeOf(after, expectation);
  const offered =
    affordance === 'form' ||
    (affordance === 'link' && before.affordance !== 'link') ||
    (affordance !== undefined && (away || (code !== undefined && code >= 400)));
  return offered ? undefined : nothingOffered(after, submitted);
}

/** Whether the person was taken to a page that is neither the one that was open nor one of sign-in; the home page never is. */
function placeOf({ asked, moves }: PageVisit, { readiness, identity }: Expectation): { away: boolean } {
  const start = new URL(asked);
  const end = new URL(moves.at(-1)?.url ?? asked);
  const place = destination(end, start, signInPages(readiness.routes.signIn, identity.origin, []));
  return { away: place === 'elsewhere' || (place === 'sign-in' && end.pathname === '/') };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function stillShown({ moves }: PageVisit, contains: string, prompted: boolean): Diagnosis {
  return {
    message: `“${contains}” is still to be seen${moves.length > 0 ? ` (${describeMoves(moves)})` : ''} when the life of the last token is over${prompted ? ', beside a way to sign in' : ', and nothing tells the person'}`,
    expected: 'a prompt or sign-in in place of the protected content, within the life of one token (65 s)',
    cause:
      'Nothing in the page reacts to Clerk saying that the session is gone: what the server rendered stays, or a store of the app’s own keeps the user.',
    fix: 'Wrap protected layouts in a component that shows a sign-in prompt when useAuth() gives isLoaded && !isSignedIn, and take user data from Clerk’s hooks instead of a copy.',
    docs: SIGNED_IN_HOOK,
  };
}

/** A click asks for the next page by a fetch, which Clerk answers as signed out without a handshake. */
function bounced(circle: Diagnosis): Diagnosis {
  return {
    ...circle,
    cause: `${circle.cause} Or the router follows a redirect to sign-in in its own fetch, while the script still takes the person for signed in and sends them back (clerk/javascript#9285).`,
  };
}

function failedForm({ method, path, status }: FormAnswer): Diagnosis {
  return {
    message: `${method} ${path}, sent by the form, answers ${status}`,
    expected: 'an answer that says that nobody is signed in',
    cause:
      'The server action or handler throws when there is no user, and only another part of the page tells the person.',
    fix: 'Return a result such as { error: "signed-out" } or redirect to sign-in instead of throwing, and show it beside the form.',
    docs: ACTIONS,
  };
}

function lostDraft(): Diagnosis {
  return {
    message: 'what was typed into the form is gone after signing in again',
    expected: 'the text in its field, as it was typed',
    cause: 'The prompt or the redirect takes the form away, and its text was nowhere else than in the form.',
    fix: 'Keep unsaved text for its user (sessionStorage under the user id) until it is saved, and fill the form from there.',
    docs: REDIRECT,
  };
}

function nothingOffered({ text, moves, consoleErrors }: PageVisit, submitted: FormAnswer | undefined): Diagnosis {
  const answered = submitted ? `; ${submitted.method} ${submitted.path} answered ${submitted.status}` : '';
  const seen = text.length > 120 ? `${text.slice(0, 120)}…` : text;
  return {
    message: `${moves.length > 0 ? `${describeMoves(moves)} shows` : 'the page shows'} “${seen}” and no way to sign in, and nothing more came${answered}${consoleErrors.length > 0 ? `; console: ${consoleErrors[0]}` : ''}`,
    expected: 'a visible sign-in form, link or button in the content of the page',
    cause: submitted
      ? 'The server action or handler throws or answers with bare JSON when there is no user, and the page shows that, or an error boundary without a way back in.'
      : 'The page waits for a user who will not come back (a spinner while !user), its error boundary names no way back in, or nothing in it asks Clerk whether the session lasts.',
    fix: 'Show <RedirectToSignIn /> or a sign-in link when isLoaded && !isSignedIn, put a link to sign-in on the error page, and load Clerk on every protected page.',
    docs: REDIRECT,
  };
}

function sentAway({ moves }: PageVisit): Diagnosis {
  return {
    message: `the person ends at ${moves.at(-1)?.url ?? ''}, where only the header leads to sign-in, without a word about the session`,
    expected: 'a prompt, or the sign-in page with the way back',
    cause: 'The app redirects to a fixed page when there is no user.',
    fix: 'Say that the session is over, and lead to sign-in with the way back: <RedirectToSignIn />.',
    docs: REDIRECT,
  };
}

function stillAnswers(path: string, status: number): Diagnosis {
  return {
    message: `GET ${path}, fetched by the page, answers ${status} as before when the life of the last token is over`,
    expected: 'status 401',
    cause: 'The API trusts a cookie of its own, or a cache keyed by something else than Clerk’s session token.',
    fix: 'Ask auth() for the userId in every handler; keep no session beside Clerk’s.',
    docs: 'https://clerk.com/docs/reference/nextjs/app-router/auth',
  };
}
