import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import type { Readiness } from '../config/options.ts';
import { Redactor } from '../target/redact.ts';
import { secretsOf } from '../target/target.ts';
import { sendToOriginOnly } from './origin-headers.ts';

/** Milliseconds that a page may leave a question without an answer; a page has as long to show what it is to show. */
const STUCK_MS = 20_000;

/** Milliseconds between two questions whether a page still answers. */
const PULSE_MS = 2_000;

/** Milliseconds in which a document begins to arrive; the answer of a slow server is judged over HTTP. */
const NAVIGATION_MS = 30_000;

/** Windows that a page may open by links. Each is closed at once: no check looks at one. */
const MAX_WINDOWS = 10;

/** A page that no person could use, and none can be judged by. */
export interface UnusablePage {
  /** Absolute URL, redacted. */
  readonly url: string;
  /** What it does, as the end of a sentence about it. */
  readonly what: string;
  /** The page did nothing wrong itself: it leads to another one, whose answer does not come. */
  readonly isLeft?: true;
}

/** Opens contexts and pages with the options of the run, for one check, and gives all of them up when one cannot be used. */
export class Opener {
  readonly #browser: Browser;
  readonly #readiness: Readiness;
  readonly #redactor: Redactor;
  readonly #contexts: BrowserContext[] = [];
  #unusable: UnusablePage | undefined;

  constructor(browser: Browser, readiness: Readiness) {
    this.#browser = browser;
    this.#readiness = readiness;
    this.#redactor = new Redactor(secretsOf(readiness));
  }

  /** The page by which everything was given up. */
  get unusable(): UnusablePage | undefined {
    return this.#unusable;
  }

  /** Nothing of the caller's Playwright options reaches other origins: no extra headers, no stored state. */
  async context(): Promise<BrowserContext> {
    const { baseURL, network } = this.#readiness;
    if (this.#unusable) throw new Error(`${this.#unusable.url} ${this.#unusable.what}`);
    const context = await this.#browser.newContext({
      ...(baseURL !== undefined && { baseURL }),
      // Chromium takes no further authority; over HTTP the certificate was verified against it.
      ignoreHTTPSErrors: network.ignoreHTTPSErrors || network.ca !== undefined,
      extraHTTPHeaders: {},
      storageState: { cookies: [], origins: [] },
      // A service worker answers from a cache and fetches behind the page's back.
      serviceWorkers: 'block',
      acceptDownloads: false,
    });
    context.setDefaultNavigationTimeout(NAVIGATION_MS);
    // As browsers do with windows that nobody clicked for; Playwright turns that off.
    await context.addInitScript(() => {
      window.open = () => null;
    });
    this.#contexts.push(context);
    return context;
  }

  async page(context: BrowserContext): Promise<Page> {
    const { baseURL, headers } = this.#readiness;
    const page = await context.newPage();
    if (baseURL !== undefined) await sendToOriginOnly(page, new URL(baseURL).origin, headers);
    page.on('crash', () => this.#giveUp(page, 'crashes the browser: it takes more memory than there is'));
    this.#refuseWindows(page, page, { count: 0 });
    void this.#feelPulse(page);
    return page;
  }

  /** Text without secrets. */
  redact(text: string): string {
    return this.#redactor.text(text);
  }

  #refuseWindows(page: Page, opening: Page, opened: { count: number }): void {
    opening.on('popup', (window) => {
      opened.count += 1;
      if (opened.count > MAX_WINDOWS) this.#giveUp(page, 'opens one window after the other');
      this.#refuseWindows(page, window, opened);
      window.close().catch(() => {});
    });
  }

  /** A script that never ends leaves every question to its page without an answer, and none of them ends by itself. */
  async #feelPulse(page: Page): Promise<void> {
    const asked = documentsOf(page);
    while (!page.isClosed()) {
      const over = new AbortController();
      // A page that is just being left, or is closed, refuses to answer, and is not stuck.
      const answer = page.evaluate(() => true).catch(() => true);
      const late = delay(STUCK_MS, false, { ref: false, signal: over.signal }).catch(() => true);
      if (!(await Promise.race([answer, late]))) {
        const seconds = STUCK_MS / 1000;
        const [url] = asked;
        // Chromium puts every question off until the next document comes.
        if (url === undefined) this.#giveUp(page, `answers nothing for ${seconds} seconds: a script of it never ends`);
        else this.#giveUp(page, `leads to ${this.redact(url)}, which does not answer in ${seconds} seconds`, true);
      }
      over.abort();
      await delay(PULSE_MS, undefined, { ref: false });
    }
  }

  #giveUp(page: Page, what: string, isLeft = false): void {
    this.#unusable ??= { url: this.redact(page.url()), what, ...(isLeft && { isLeft }) };
    // Whatever still waits for an answer is refused one.
    for (const context of this.#contexts) context.close().catch(() => {});
  }
}

/** URLs of the documents that were asked for to take the place of a page's, as long as they are on their way. */
function documentsOf(page: Page): ReadonlySet<string> {
  const underWay = new Set<string>();
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) underWay.add(request.url());
  });
  page.on('requestfinished', (request) => underWay.delete(request.url()));
  page.on('requestfailed', (request) => underWay.delete(request.url()));
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) underWay.clear();
  });
  return underWay;
}
