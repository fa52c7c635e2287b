import type { Readiness } from '../../config/options.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, status } from '../../target/exchange.ts';
import type { Visit } from '../../target/exchange.ts';
import { stackFrameIn } from '../../target/leaks.ts';
import { endOf, isSignIn } from '../../target/sign-in.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { tabOf } from '../../browser/browser-check.ts';
import { asExchange, openPage } from '../../browser/page-visit.ts';
import type { PageVisit } from '../../browser/page-visit.ts';
import { disclosed } from './disclosure.ts';
import { ERROR_PAGE_DOCS } from './error-page.ts';
import { offersRetry } from './retry.ts';

/** The declared crash path as a signed-out person gets it. */
export interface CrashEvidence {
  /** Over HTTP, where the status and the whole source can be seen. */
  readonly visit: Visit;
  /** In a browser, where error boundaries draw the page. */
  readonly page: PageVisit;
  /** A button or a link to try again is to be seen. */
  readonly retry: boolean;
}

/** errors/error-page in a browser: the declared crash path. */
export const crashPage = defineCheck<CrashEvidence>({
  id: 'errors/error-page',
  part: { methods: ['browser'], needs: ['errors.crashPath'] },
  async collect(context) {
    const tab = tabOf(context);
    const { crashPath } = declared(context.readiness);
    const visit = await context.target.anonymous.visit(crashPath);
    const page = await openPage(tab, { path: crashPath, origin: context.identity.origin });
    return { visit, page, retry: await offersRetry(tab.page) };
  },
  judge(evidence, expectation): Judgement {
    const unverified = notCrashed(evidence, expectation);
    return {
      findings: unverified === undefined ? judgeCrash(evidence, declared(expectation.readiness).crashPath) : [],
      summary: `the crash path answers ${status(evidence.visit.final)} with a page that offers a retry and a way to sign in, and shows no stack`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function declared({ errors }: Readiness): { readonly crashPath: string } {
  if (!errors) throw new Error('errors.crashPath is needed');
  return errors;
}

/** Why the error page was not seen, and the next step. */
function notCrashed({ visit, page }: CrashEvidence, { readiness, identity }: Expectation): string | undefined {
  const { final } = visit;
  const code = status(final);
  if (isSignIn(endOf(visit), { readiness, identity }))
    return 'the crash path leads to sign-in, so a signed-out visitor never sees the error page: declare a public path in errors.crashPath';
  if (code >= 400 && code < 500)
    return `${describe(final)}, so nothing crashed there: name a path in errors.crashPath that always fails`;
  if (page.failure !== undefined && code === 0) return `the crash path could not be opened: ${page.failure}`;
  return undefined;
}

function judgeCrash({ visit, page, retry }: CrashEvidence, subject: string): Finding[] {
  const exchange = asExchange(page);
  const about = { subject, docs: ERROR_PAGE_DOCS, exchange };
  const inSource = stackFrameIn(body(visit.final));
  const frame = inSource ?? stackFrameIn(page.text);
  if (frame !== undefined)
    return [disclosed(frame, { ...about, exchange: inSource === undefined ? exchange : visit.final })];
  const expected = 'a page that says so, with a retry and, for the signed-out, a way to sign in';
  if (page.blank !== undefined || page.failure !== undefined) {
    const why = page.failure ?? page.consoleErrors[0];
    return [
      error({
        ...about,
        message: `the page stays blank${why === undefined ? '' : ` (${why})`}`,
        expected,
        cause:
          'No error boundary catches the failure, or the boundary itself needs what has just failed, as ClerkProvider or data.',
        fix: 'Add app/error.tsx for pages and app/global-error.tsx for the layout (ErrorBoundary of the root route in React Router, an error boundary around the app elsewhere) that need no data.',
      }),
    ];
  }
  const seen = page.text.length > 120 ? `${page.text.slice(0, 120)}…` : page.text;
  return [
    ...(retry
      ? []
      : [
          error({
            ...about,
            message: `nothing to try again with is on the page: “${seen}”`,
            expected,
            cause: 'The page is the framework’s default, or a sentence without a way on.',
            fix: 'Call retry() (reset() before Next.js 16.3) from a button in app/error.tsx, location.reload() elsewhere: most failures are gone a moment later.',
          }),
        ]),
    ...(page.affordance !== undefined
      ? []
      : [
          error({
            ...about,
            message: `the page offers a signed-out visitor no way to sign in: “${seen}”`,
            expected,
            cause:
              'The error page takes the visitor for signed in; pages fail most often just when the session has ended.',
            fix: 'Show a link to sign-in with redirect_url when useAuth() says isLoaded && !isSignedIn; in app/global-error.tsx, outside ClerkProvider, show it always.',
          }),
        ]),
  ];
}
