import type { Route } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import type { Violation, ViolationLog } from '../../browser/violations.ts';
import { reportedIn } from './envelope.ts';
import type { ReportedUser } from './envelope.ts';

/** A report of the provoked error that a page tried to send. */
export interface ErrorReport {
  /** Absolute URL, redacted and without its query. */
  readonly url: string;
  /** `sentry` for an envelope; any other tracker is known only by the error's text in what it sends. */
  readonly format: 'sentry' | 'other';
  readonly user: ReportedUser;
}

/** Errors provoked at most: an SDK that samples, or that is loaded late, misses some. */
const MAX_ERRORS = 12;

/** Milliseconds after which the next error is provoked; SDKs send a report within a few. */
const PATIENCE_MS = 1_500;

/** Errors provoked at most after a report without the user, who may become known a moment later. */
const GRACE = 3;

/** Reports caught so far. */
export class Reports {
  readonly #reports: ErrorReport[] = [];
  #onReport = (): void => {};

  add(report: ErrorReport): void {
    this.#reports.push(report);
    this.#onReport();
  }

  get count(): number {
    return this.#reports.length;
  }

  best(userId: string): ErrorReport | undefined {
    return this.#reports.find(({ user }) => user.id === userId) ?? this.#reports.at(-1);
  }

  /** Resolves with the next report, or when patience ends. */
  async next(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onReport = resolve;
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    clearTimeout(timer);
  }
}

/** Answers every report of the marked error in the tracker's place, whatever address it goes to: trackers have tunnels. */
export async function interceptReports(tab: Tab, marker: string, userId: string): Promise<Reports> {
  const reports = new Reports();
  await tab.page.route('**/*', async (route: Route) => {
    const request = route.request();
    const body = request.method() === 'POST' ? (request.postDataBuffer()?.toString('utf8') ?? '') : '';
    const envelope = body === '' ? undefined : reportedIn(body, marker);
    const other = envelope === undefined && body.includes(marker);
    if (envelope === undefined && !other) return route.fallback();
    const url = tab.redact(request.url().split(/[?#]/)[0] ?? '');
    if (other)
      reports.add({ url, format: 'other', user: { ...(body.includes(userId) && { id: userId }), fields: [] } });
    else if (envelope !== undefined && envelope !== 'none') reports.add({ url, format: 'sentry', user: envelope });
    return route.fulfill({
      status: 200,
      headers: { 'access-control-allow-origin': '*' },
      contentType: 'application/json',
      body: '{}',
    });
  });
  return reports;
}

/** Provokes errors until one is reported with the user; each has a number, because SDKs drop repetitions. */
export async function provoke(
  { page }: Tab,
  marker: string,
  { reports, userId, log }: { reports: Reports; userId: string; log: ViolationLog },
): Promise<number> {
  let withoutUser = 0;
  for (let number = 1; number <= MAX_ERRORS; number += 1) {
    const reported = reports.next();
    await page.evaluate((message) => {
      setTimeout(() => {
        throw new Error(message);
      });
    }, `${marker}, error ${number}`);
    const before = reports.count;
    await reported;
    if (reports.best(userId)?.user.id === userId) return number;
    if (reports.count === 0 && log.violations.some(isReportBlocked)) return number;
    if (reports.count > before) withoutUser += 1;
    if (withoutUser > GRACE) return number;
  }
  return MAX_ERRORS;
}

/** An address that an error tracker takes reports at; other blocked connections are another check's. */
export function isReportBlocked({ directive, blocked }: Violation): boolean {
  return directive === 'connect-src' && /\/envelope\/?$|\bsentry\b|\bingest\b/i.test(blocked);
}
