import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { atMost } from '../../src/browser/at-most.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { goOnAfterSignIn } from '../../src/user/browser-session.ts';
import { serve } from '../support/server.ts';

/** A page whose Clerk waits for a router that goes nowhere. */
const STUCK = `<!doctype html><script>
  const never = () => new Promise(() => {});
  window.Clerk = { buildAfterSignInUrl: () => '/dashboard', navigate: never, setActive: never, signOut: never };
</script>`;

describe('a page whose Clerk never answers', () => {
  let browser: Browser;
  let page: Page;
  before(async () => {
    const { origin } = await serve((_, response) => response.setHeader('content-type', 'text/html').end(STUCK));
    browser = await chromium.launch(browserLaunchOptions());
    page = await browser.newPage();
    await page.goto(origin);
  });
  after(() => browser.close());

  test('is not waited for once it was asked to send the person on', { timeout: 30_000 }, () => goOnAfterSignIn(page));

  test('is waited for no longer than was said', { timeout: 10_000 }, async () => {
    const started = performance.now();
    await atMost(
      200,
      page.evaluate(() => window.Clerk.signOut()),
    );
    assert.ok(performance.now() - started >= 190);
  });

  test('keeps nobody waiting who is done', { timeout: 10_000 }, async () => {
    const started = performance.now();
    await atMost(
      60_000,
      page.evaluate(() => true),
    );
    assert.ok(performance.now() - started < 10_000);
  });
});
