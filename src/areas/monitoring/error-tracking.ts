import { randomBytes } from 'node:crypto';
import type { Tab } from '../../browser.ts';
import { recordViolations } from '../../browser/violations.ts';
import type { Violation } from '../../browser/violations.ts';
import type { Readiness } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { Exchange } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import { tabOf, userOf } from '../../browser/browser-check.ts';
import { interceptReports, isReportBlocked, provoke } from './provoke.ts';
import type { ErrorReport } from './provoke.ts';

/** What the page with the provoked error did. */
export interface ErrorTrackingEvidence {
  /** Path on which the error was provoked. */
  readonly path: string;
  readonly userId: string;
  /** Why the page did not show the test user signed in. */
  readonly signedOut?: string;
  /** The last report, or the first one that names the user. */
  readonly report?: ErrorReport;
  /** Sentry's SDK is on the page. */
  readonly sdk: boolean;
  /** So is a tracker whose reports cannot be recognised. */
  readonly late: boolean;
  /** Reports that the policy of the page blocked. */
  readonly blocked: readonly Violation[];
  /** Errors provoked. */
  readonly provoked: number;
}

/** What trackers put into the page that send reports every half minute (Datadog) or packed (PostHog). */
const LATE = ['DD_RUM', '__PosthogExtensions__'];

/** Milliseconds for Clerk to load on the page. */
const LOAD_MS = 15_000;

const DOCS = 'https://docs.sentry.io/platforms/javascript/enriching-events/identify-user/';
const EXPECTED = 'a report of the error with user.id set to the Clerk user id';

/** monitoring/error-tracking; reports of the provoked error are answered here and never sent on. */
export const errorTracking = defineCheck<ErrorTrackingEvidence>({
  id: 'monitoring/error-tracking',
  async collect(context) {
    const [tab, user] = [tabOf(context), userOf(context)];
    const { readiness, identity } = context;
    const marker = `clerk-readiness probe ${randomBytes(4).toString('hex')}`;
    const log = await recordViolations(tab);
    const reports = await interceptReports(tab, marker, user.id);
    const { page } = tab;
    const local = [readiness.routes.signIn, ...readiness.routes.public].find((path) => path?.startsWith('/') === true);
    await page.goto(new URL(local ?? context.target.home, identity.origin).href);
    const refused = await user.signIn(tab).then(() => undefined, reasonOf);
    const path = pageOf(readiness);
    await page.goto(new URL(path, identity.origin).href);
    const signedOut = refused ?? (await whySignedOut(tab, user.id));
    const provoked = signedOut === undefined ? await provoke(tab, marker, { reports, userId: user.id, log }) : 0;
    await log.control();
    const report = reports.best(user.id);
    const has = (names: string[]) =>
      page.evaluate((all) => all.some((name) => name in window), names).catch(() => false);
    return {
      path,
      userId: user.id,
      ...(signedOut !== undefined && { signedOut }),
      ...(report && { report }),
      sdk: await has(['__SENTRY__']),
      late: await has(LATE),
      blocked: log.violations.filter(isReportBlocked),
      provoked,
    };
  },
  judge(evidence, { readiness, identity }): Judgement {
    const { path, report, signedOut, late } = evidence;
    const unseen = report === undefined && !evidence.sdk && evidence.blocked.length === 0;
    const unverified =
      signedOut ??
      (unseen && (late || readiness.errorTracking === undefined)
        ? `an error on ${path} was reported to nobody, ${late ? 'or packed or later, as PostHog and Datadog do, whose SDK is there:' : 'and no SDK of Sentry is there: set errorTracking: {} to have this fail, errorTracking: false when there is none, or'} attest it (attest: { 'monitoring/error-tracking': { evidence, by, on } })`
        : undefined);
    return {
      findings: unverified === undefined ? judgeReport(evidence, new URL(path, identity.origin).href) : [],
      summary: `an error provoked on ${path} is reported to ${report === undefined ? 'nobody' : new URL(report.url).host} with the Clerk id of the signed-in user; the report was not sent on`,
      ...(unverified !== undefined && { unverified }),
    };
  },
});

function pageOf({ errorTracking: option, routes }: Readiness): string {
  const declared = option ? option.page : undefined;
  return declared ?? (routes.protected || [])[0]?.path ?? '/';
}

function reasonOf(failure: unknown): string {
  return `the test user could not be signed in: ${(failure as Error).message}`;
}

async function whySignedOut({ page }: Tab, userId: string): Promise<string | undefined> {
  const shown = (id: string): boolean => (window.Clerk as { user?: { id?: string } } | undefined)?.user?.id === id;
  return page.waitForFunction(shown, userId, { timeout: LOAD_MS }).then(
    () => undefined,
    () =>
      `the test user is not signed in on ${new URL(page.url()).pathname}: name a page in errorTracking.page that loads Clerk and that this user may see`,
  );
}

function judgeReport({ path, userId, report, blocked, provoked }: ErrorTrackingEvidence, url: string): Finding[] {
  const about = { subject: path, expected: EXPECTED, docs: DOCS, exchange: asReport(url, report) };
  if (!report) return [notReported(path, blocked, provoked, url)];
  const { id, fields } = report.user;
  if (id === undefined) {
    return [
      error({
        ...about,
        message: `the report to ${new URL(report.url).host} names no user`,
        cause: 'setUser is never called in the browser, or it is called before Clerk has loaded and not again.',
        fix: 'In a client component below ClerkProvider: const { userId } = useAuth(); useEffect(() => Sentry.setUser(userId ? { id: userId } : null), [userId]).',
      }),
    ];
  }
  if (id !== userId) {
    return [
      error({
        ...about,
        message: 'the report names another user.id than the Clerk id of the signed-in user',
        cause:
          'The app sends an id of its own database, the session id or an e-mail address, so a report cannot be looked up in Clerk.',
        fix: 'Use userId of useAuth() (user_…) as user.id; put an id of your own into a tag.',
      }),
    ];
  }
  if (fields.length === 0) return [];
  return [
    warning({
      ...about,
      message: `the report holds ${fields.join(', ')} of the user besides the id`,
      expected: 'the id only; everything else can be looked up by it',
      cause: 'The whole user object, or a setting of the SDK, hands personal data to the error tracker.',
      fix: 'Call setUser({ id: userId }) and nothing more, and set dataCollection: { userInfo: false } (before Sentry 11: no sendDefaultPii).',
    }),
  ];
}

function notReported(path: string, [blocked]: readonly Violation[], provoked: number, url: string): Finding {
  const exchange = asReport(url, undefined);
  if (blocked) {
    return error({
      subject: path,
      message: `an error was reported to nobody: the page’s Content Security Policy blocks ${blocked.blocked} in connect-src`,
      expected: EXPECTED,
      cause: 'The ingest host of the error tracker is not in connect-src, so reports end in the browser.',
      fix: `Add ${originOf(blocked.blocked)} to connect-src (in Next.js: directives in contentSecurityPolicy of clerkMiddleware), or send reports through a tunnel route of your own.`,
      docs: 'https://docs.sentry.io/platforms/javascript/install/loader/#content-security-policy',
      exchange,
    });
  }
  return error({
    subject: path,
    message: `${provoked} uncaught errors were reported to nobody`,
    expected: EXPECTED,
    cause:
      'The SDK is not started in the browser: no DSN in this environment, started on the server only, or switched off by enabled, sampleRate or beforeSend.',
    fix: 'Start it in code of the browser (instrumentation-client.ts in Next.js) with the DSN of this environment, and look whether sampleRate is 0.',
    docs: DOCS,
    exchange,
  });
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** The report in the form in which findings show requests; of its body only what was judged. */
function asReport(page: string, report: ErrorReport | undefined): Exchange {
  if (!report) return { request: { method: 'GET', url: page, headers: [['accept', 'text/html']] }, durationMs: 0 };
  const { id, fields } = report.user;
  const body = JSON.stringify({
    user: { ...(id !== undefined && { id }), ...Object.fromEntries(fields.map((name) => [name, '[redacted]'])) },
  });
  return { request: { method: 'POST', url: report.url, headers: [], body }, durationMs: 0 };
}
