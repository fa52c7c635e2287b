import { chromium } from '@playwright/test';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { browserLaunchOptions } from '../src/config/browser.ts';

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch(browserLaunchOptions());
}

/** Everything that went wrong in the pages of a context. */
export interface Complaints {
  readonly all: readonly string[];
}

/** The parts of clerk-js that the tests use. */
export interface ClerkJs {
  readonly loaded: boolean;
  readonly session?: { readonly id: string; getToken(options: { skipCache: boolean }): Promise<string | null> } | null;
}

/** Notes policy violations, uncaught exceptions, console errors and failed requests, from the first script on. */
export async function watch(context: BrowserContext): Promise<Complaints> {
  const all: string[] = [];
  await context.exposeFunction('noteViolation', (text: string) => all.push(`policy violation: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      (window as unknown as { noteViolation(text: string): void }).noteViolation(
        `${effectiveDirective} ${blockedURI} on ${location.pathname}`,
      );
    });
  });
  context.on('weberror', (error) => all.push(`exception: ${error.error().message}`));
  context.on('console', (message) => message.type() === 'error' && all.push(`console: ${message.text()}`));
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // A navigation that begins while the page still loads ends its requests.
    if (reason !== 'net::ERR_ABORTED') all.push(`request: ${request.url()} ${reason}`);
  });
  return { all };
}

export async function waitForClerk(page: Page): Promise<void> {
  await page.waitForFunction(() => (window as { Clerk?: ClerkJs }).Clerk?.loaded === true);
}
