import type { Browser, BrowserContext, Page, Request } from '@playwright/test';
import type { Readiness } from './config/options.ts';
import { sendToOriginOnly } from './browser/origin-headers.ts';
import { Redactor } from './target/redact.ts';
import { secretsOf } from './target/target.ts';

/** A move of a tab to another address: a document, or a change that a script made. */
export interface Move {
  /** Absolute URL, redacted. */
  readonly url: string;
  /** Status of the document; left out for a move without one, and for one that failed. */
  readonly status?: number;
}

/** What Chromium, Firefox and WebKit say of a document that the page itself left for another one. */
const ABORTED = /^(net::ERR_ABORTED|NS_BINDING_ABORTED|Load request cancelled)/;

/** Opens contexts and tabs with the options of the run. */
interface Opener {
  readonly context: () => Promise<BrowserContext>;
  readonly tab: (context: BrowserContext) => Promise<Tab>;
}

/**
 * A browser tab for one check, in a context of its own: nobody is signed in, the extra headers of the options go to
 * the target's exact origin only, and everything that went wrong is kept.
 */
export class Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly #moves: Move[] = [];
  readonly #underWay = new Set<Request>();
  readonly #errors: string[] = [];
  readonly #console: string[] = [];
  readonly #redactor: Redactor;
  readonly #opener: Opener;
  readonly #children: Tab[] = [];

  private constructor(page: Page, redactor: Redactor, opener: Opener) {
    this.page = page;
    this.context = page.context();
    this.#redactor = redactor;
    this.#opener = opener;
    this.#record();
  }

  /** Opens a tab. Nothing of the caller's Playwright options reaches other origins: no extra headers, no stored state. */
  static async open(browser: Browser, readiness: Readiness): Promise<Tab> {
    const redactor = new Redactor(secretsOf(readiness));
    const opener: Opener = {
      context: () =>
        browser.newContext({
          ...(readiness.baseURL !== undefined && { baseURL: readiness.baseURL }),
          // Chromium takes no further authority; over HTTP the certificate was verified against it.
          ignoreHTTPSErrors: readiness.network.ignoreHTTPSErrors || readiness.network.ca !== undefined,
          extraHTTPHeaders: {},
          storageState: { cookies: [], origins: [] },
          // A service worker answers from a cache and fetches behind the page's back.
          serviceWorkers: 'block',
        }),
      tab: async (context) => {
        const page = await context.newPage();
        if (readiness.baseURL !== undefined)
          await sendToOriginOnly(page, new URL(readiness.baseURL).origin, readiness.headers);
        return new Tab(page, redactor, opener);
      },
    };
    return opener.tab(await opener.context());
  }

  /** Addresses that the tab went through, in order. */
  get moves(): readonly Move[] {
    return this.#moves;
  }

  /** Number of requests without an answer so far. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Exceptions that no script caught. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** Errors in the console. */
  get consoleErrors(): readonly string[] {
    return this.#console;
  }

  /** Text without secrets. */
  redact(text: string): string {
    return this.#redactor.text(text);
  }

  /** Another tab in a context of its own; closed together with this one. */
  async fresh(): Promise<Tab> {
    return this.#adopt(await this.#opener.tab(await this.#opener.context()));
  }

  /** Another tab in the same context, as a person opens one beside this; closed together with this one. */
  async beside(): Promise<Tab> {
    return this.#adopt(await this.#opener.tab(this.context));
  }

  /**
   * A fresh tab with a copy of this context's cookies: the same person and the same session, and no other tab that
   * could tell it what happens; closed together with this one.
   */
  async twin(): Promise<Tab> {
    const tab = await this.fresh();
    await tab.context.addCookies(await this.context.cookies());
    return tab;
  }

  /**
   * Makes the tab one of somebody who was never here: without cookies, and without what pages stored. It costs half as
   * much as a fresh one, because the browser still knows the app's scripts.
   */
  async wipe(): Promise<void> {
    const { page, context } = this;
    await page.evaluate(emptyStores).catch(() => {});
    // Without the network, a page that moves on and on comes to rest; its last move may still interrupt ours.
    await context.setOffline(true);
    for (let tries = 0; tries < 5 && page.url() !== 'about:blank'; tries += 1) {
      await page
        .goto('about:blank')
        .catch(() => page.waitForURL('about:blank', { timeout: 1_000 }))
        .catch(() => {});
    }
    await context.setOffline(false);
    await context.clearCookies();
    this.forget();
  }

  /** Forgets what was kept so far, before the next visit. */
  forget(): void {
    for (const kept of [this.#moves, this.#errors, this.#console]) kept.length = 0;
  }

  /** Closes the context with everything in it. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.close()));
    await this.context.close();
  }

  #adopt(tab: Tab): Tab {
    this.#children.push(tab);
    return tab;
  }

  #record(): void {
    const { page } = this;
    const isDocument = (request: Request) => request.isNavigationRequest() && request.frame() === page.mainFrame();
    page.on('request', (request) => this.#underWay.add(request));
    page.on('requestfinished', (request) => this.#underWay.delete(request));
    page.on('requestfailed', (request) => this.#underWay.delete(request));
    page.on('response', (response) => {
      if (isDocument(response.request()))
        this.#moves.push({ url: this.redact(response.url()), status: response.status() });
    });
    page.on('requestfailed', (request) => {
      const failed = isDocument(request) && !ABORTED.test(request.failure()?.errorText ?? '');
      if (failed) this.#moves.push({ url: this.redact(request.url()) });
    });
    page.on('framenavigated', (frame) => {
      const url = this.redact(frame.url());
      if (
        frame === page.mainFrame() &&
        url !== 'about:blank' &&
        withoutFragment(this.#moves.at(-1)?.url) !== withoutFragment(url)
      )
        this.#moves.push({ url });
    });
    page.on('pageerror', (error) => this.#errors.push(this.redact(firstLines(error.stack ?? error.message))));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#console.push(this.redact(message.text()));
    });
  }
}

/** Runs in the page. */
async function emptyStores(): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) if (name !== undefined) indexedDB.deleteDatabase(name);
}

/** The message of an exception and where it was thrown. */
function firstLines(stack: string): string {
  return stack
    .split('\n')
    .slice(0, 2)
    .map((line) => line.trim())
    .join(' ');
}

function withoutFragment(url: string | undefined): string | undefined {
  return url?.split('#')[0];
}
