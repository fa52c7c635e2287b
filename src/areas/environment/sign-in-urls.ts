import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, isHtml, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { endOf, isHandshake, isPortal, isSamePage, isSignIn } from '../../target/sign-in.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext, Expectation } from '../../verify.ts';
import { judgeInstanceUrls } from './instance-urls.ts';
import { NO_ENTRY, entryPages, guardedVisits } from './entry-pages.ts';
import type { EntryPage, GuardedVisit } from './entry-pages.ts';
import { frontendEnvironment } from './frontend-environment.ts';

const DOCS = 'https://clerk.com/docs/guides/development/customize-redirect-urls';

/** An entry page and what it answered. */
export interface EntryVisit extends EntryPage {
  readonly visit: Visit;
}

/** Where visitors are led, and what is there. */
export interface SignInUrlsEvidence {
  readonly guarded: readonly GuardedVisit[];
  readonly pages: readonly EntryVisit[];
  /** `/v1/environment`. */
  readonly environment?: Exchange;
}

/** environment/sign-in-urls over HTTP: protected pages lead to the configured sign-in, and that is there. */
export const signInUrls = defineCheck<SignInUrlsEvidence>({
  id: 'environment/sign-in-urls',
  part: { methods: ['http'] },
  async collect(context: CheckContext) {
    const { frontendApi } = context.identity.clerk;
    const guarded = await guardedVisits(context);
    const [pages, environment] = await Promise.all([
      Promise.all(
        entryPages(guarded, context).map(async (entry) => ({ ...entry, visit: await visitEntry(entry, context) })),
      ),
      frontendApi === undefined ? undefined : frontendEnvironment(context, frontendApi),
    ]);
    return { guarded, pages, ...(environment && { environment }) };
  },
  judge({ guarded, pages, environment }, expectation): Judgement {
    const unverified = doubt(guarded, pages, expectation);
    const led = guarded.filter(({ visit }) => isSignIn(endOf(visit), expectation));
    const ends = pages.map(({ name, page }) => `${name} at ${page}`);
    const undeclared = pages.some(({ name }) => name === 'sign-up') ? '' : '; sign-up is not declared (routes.signUp)';
    return {
      findings: [
        ...guarded.flatMap((one) => judgeGuarded(one, expectation)),
        ...pages.flatMap((entry) => judgeEntry(entry, expectation)),
        ...(environment ? judgeInstanceUrls(environment, expectation) : []),
      ],
      summary: `${ends.join(' and ')} ${ends.length === 1 ? 'answers' : 'answer'} 200${led.length > 0 ? `; ${count(led.length, 'protected page')} ${led.length === 1 ? 'leads' : 'lead'} to sign-in` : ''}${undeclared}`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

async function visitEntry({ page }: EntryPage, { target }: CheckContext): Promise<Visit> {
  if (page.startsWith('/')) return target.anonymous.page(page);
  const final = await target.elsewhere(page, { headers: { accept: 'text/html' }, judged: true });
  return { exchanges: [final], final };
}

/** Pages that lead nowhere near sign-in are the matter of routes/protected-redirect. */
function judgeGuarded({ path, visit }: GuardedVisit, { readiness, identity }: Expectation): Finding[] {
  const { signIn } = readiness.routes;
  const end = endOf(visit);
  if (signIn === undefined || !isPortal(end) || isHandshake(end) || end.origin === identity.origin) return [];
  if (end.origin === new URL(signIn, identity.origin).origin) return [];
  return [
    error({
      subject: path,
      message: `the visitor is sent to the Account Portal at ${end.host}, not to ${signIn}`,
      expected: `a redirect to ${signIn}`,
      cause:
        'The server does not know the app’s own sign-in page: NEXT_PUBLIC_CLERK_SIGN_IN_URL (PUBLIC_CLERK_… in Astro, CLERK_… elsewhere), or the signInUrl of clerkMiddleware, is not set in this environment, so Clerk takes its default.',
      fix: `Set the sign-in URL to ${signIn} in the hosting environment and redeploy; if the Account Portal is intended, set routes.signIn to ${end.origin}${end.pathname}.`,
      docs: DOCS,
      exchange: visit.final,
    }),
  ];
}

function judgeEntry({ name, page, visit }: EntryVisit, expectation: Expectation): Finding[] {
  const { final } = visit;
  if (final.error || isUnclear(page, final)) return [];
  const asked = new URL(page, expectation.identity.origin);
  const end = endOf(visit);
  const code = status(final);
  const base = {
    subject: `${name} at ${page}`,
    expected: `status 200 and a page with ${name === 'sign-in' ? '<SignIn />' : '<SignUp />'}`,
    docs: DOCS,
    exchange: final,
  };
  const left = end.origin !== asked.origin;
  if (left || (code === 200 && !isEntry(name, end, asked, expectation))) {
    return [
      error({
        ...base,
        message: `the visitor is sent on to ${left ? end.origin : ''}${end.pathname}`,
        cause: isPortal(end)
          ? 'The page is protected, and the guard sends its visitors to the Account Portal because it knows no sign-in page of the app.'
          : 'The page is protected itself, or an old redirect takes its place.',
        fix: `Leave ${page} out of the guard, and set the sign-in and sign-up URLs in the hosting environment.`,
      }),
    ];
  }
  if (code === 200 && isHtml(final)) return [];
  return [
    error({
      ...base,
      message: code === 200 ? 'the answer is no HTML page' : describe(final),
      cause:
        code === 404
          ? 'There is no page here, or it is not a catch-all route as <SignIn /> and <SignUp /> need it; or the configured path is misspelt.'
          : code >= 500
            ? 'The page fails on the server, as with a missing key or a component that throws.'
            : 'The page is protected itself, or goes round in redirects.',
      fix: `Put the page at ${page} as a catch-all route (app${asked.pathname}/[[...${name}]]/page.tsx in Next.js), keep it public, or correct routes.${name === 'sign-in' ? 'signIn' : 'signUp'}.`,
    }),
  ];
}

/** True where a visitor of the page still is after redirects, a locale in front not counted. */
function isEntry(name: EntryPage['name'], end: URL, asked: URL, expectation: Expectation): boolean {
  if (isSamePage(end.pathname, asked.pathname) || isSamePage(asked.pathname, end.pathname)) return true;
  return name === 'sign-in' && isSignIn(end, expectation);
}

/** Another origin that refuses this runner, or fails, says nothing about the app. */
function isUnclear(page: string, final: Exchange): boolean {
  const code = status(final);
  return !page.startsWith('/') && (code === 0 || [401, 403, 429].includes(code) || code >= 500);
}

function doubt(
  guarded: readonly GuardedVisit[],
  pages: readonly EntryVisit[],
  { readiness }: Expectation,
): string | undefined {
  const portal = guarded.map(({ visit }) => endOf(visit)).find(isPortal);
  if (readiness.routes.signIn === undefined && portal)
    return `visitors are sent to the Account Portal at ${portal.host}: set routes.signIn to '${portal.origin}${portal.pathname}' when that is intended, or to the path of the app's own page`;
  if (!pages.some(({ name }) => name === 'sign-in')) return NO_ENTRY;
  const unclear = pages.find(({ page, visit }) => isUnclear(page, visit.final));
  return unclear && `${describe(unclear.visit.final)}: let this runner reach ${new URL(unclear.page).host}`;
}
