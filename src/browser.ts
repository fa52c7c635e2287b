import type { Browser, BrowserContext, Page, Request } from '@playwright/test';
import type { Readiness } from './config/options.ts';
import { Opener } from './browser/opener.ts';
import type { UnusablePage } from './browser/opener.ts';

/** A move of a tab to another address: a document, or a change that a script made. */
export interface Move {
  /** Absolute URL, redacted. */
  readonly url: string;
  /** Status of the document; left out for a move without one, and for one that failed. */
  readonly status?: number;
}

/** What Chromium, Firefox and WebKit say of a document that the page itself left for another one. */
const ABORTED = /^(net::ERR_ABORTED|NS_BINDING_ABORTED|Load request cancelled)/;

/** Milliseconds for which the body of an answer is awaited; one that a script never reads, or a stream, has no end. */
const BODY_MS = 2_000;

/** Exceptions, and errors of the console, that are kept of a visit; and characters of each. */
const KEPT = { lines: 50, characters: 2_000 };

/**
 * A browser tab for one check, in a context of its own: nobody is signed in, the extra headers of the options go to
 * the target's exact origin only, and everything that went wrong is kept.
 */
export class Tab {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly #moves: Move[] = [];
  /** Requests, and until when their answer is awaited, in milliseconds of `performance.now()`. */
  readonly #underWay = new Map<Request, number>();
  readonly #errors: string[] = [];
  readonly #console: string[] = [];
  readonly #opener: Opener;
  readonly #children: Tab[] = [];

  private constructor(page: Page, opener: Opener) {
    this.page = page;
    this.context = page.context();
    this.#opener = opener;
    this.#record();
  }

  /** @internal Opens a tab in a context of its own. */
  static async open(browser: Browser, readiness: Readiness): Promise<Tab> {
    const opener = new Opener(browser, readiness);
    return new Tab(await opener.page(await opener.context()), opener);
  }

  /** @internal The page by which this tab and all that came from it were given up; undefined as long as they can be used. */
  get unusable(): UnusablePage | undefined {
    return this.#opener.unusable;
  }

  /** Addresses that the tab went through, in order. */
  get moves(): readonly Move[] {
    return this.#moves;
  }

  /** Number of requests without a complete answer so far. */
  get underWay(): number {
    const now = performance.now();
    return [...this.#underWay.values()].filter((until) => until > now).length;
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
    return this.#opener.redact(text);
  }

  /** Another tab in a context of its own; closed together with this one. */
  async fresh(): Promise<Tab> {
    return this.#adopt(await this.#opener.context());
  }

  /** Another tab in the same context, as a person opens one beside this; closed together with this one. */
  async beside(): Promise<Tab> {
    return this.#adopt(this.context);
  }

  /**
   * A fresh tab with a copy of this context's cookies: the same person and the same session, and no other tab that
   * could tell it what happens; closed together with this one.
   * @internal
   */
  async twin(): Promise<Tab> {
    const tab = await this.fresh();
    await tab.context.addCookies(await this.context.cookies());
    return tab;
  }

  /**
   * Makes the tab one of somebody who was never here: without cookies, and without what pages stored. It costs a third of
   * a fresh one, because the browser still knows the app's scripts: a page at rest stays where it is, and does nothing more.
   * @internal
   */
  async wipe(): Promise<void> {
    const { page, context } = this;
    // Without the network, a page that moves on and on comes to rest; its last move may still interrupt ours.
    await context.setOffline(true);
    if (!(await page.evaluate(comeToRest).catch(() => false))) await this.#leave();
    await context.clearCookies();
    await context.setOffline(false);
    this.forget();
  }

  /** Forgets what was kept so far, before the next visit. */
  forget(): void {
    for (const kept of [this.#moves, this.#errors, this.#console]) kept.length = 0;
  }

  /** @internal Closes the context with everything in it. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.close()));
    await this.context.close();
  }

  /** Leaves a page that does not stay where it is. */
  async #leave(): Promise<void> {
    const { page } = this;
    for (let tries = 0; tries < 5 && page.url() !== 'about:blank'; tries += 1) {
      await page
        .goto('about:blank')
        .catch(() => page.waitForURL('about:blank', { timeout: 1_000 }))
        .catch(() => {});
    }
  }

  async #adopt(context: BrowserContext): Promise<Tab> {
    const tab = new Tab(await this.#opener.page(context), this.#opener);
    this.#children.push(tab);
    return tab;
  }

  #record(): void {
    const { page } = this;
    const isDocument = (request: Request) => request.isNavigationRequest() && request.frame() === page.mainFrame();
    page.on('request', (request) => this.#underWay.set(request, Infinity));
    page.on('requestfinished', (request) => this.#underWay.delete(request));
    page.on('requestfailed', (request) => this.#underWay.delete(request));
    page.on('response', (response) => {
      const request = response.request();
      if (this.#underWay.has(request)) this.#underWay.set(request, performance.now() + BODY_MS);
      if (isDocument(request)) this.#moves.push({ url: this.redact(response.url()), status: response.status() });
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
    page.on('pageerror', (error) => this.#keep(this.#errors, firstLines(error.stack ?? error.message)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#keep(this.#console, message.text());
    });
  }

  #keep(lines: string[], line: string): void {
    if (lines.length < KEPT.lines) lines.push(this.redact(line.slice(0, KEPT.characters)));
  }
}

/** Runs in the page: empties its stores, and keeps its scripts from storing, asking or going anywhere again. */
async function comeToRest(): Promise<boolean> {
  for (let timer = Number(setTimeout(() => {})); timer > 0; timer -= 1) clearTimeout(timer);
  Storage.prototype.setItem = () => {};
  Object.defineProperty(document, 'cookie', { value: '', writable: true });
  window.fetch = () => new Promise(() => {});
  XMLHttpRequest.prototype.send = () => {};
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of await indexedDB.databases()) if (name !== undefined) indexedDB.deleteDatabase(name);
  return true;
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
