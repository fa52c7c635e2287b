import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { Tab } from '../../src/browser.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { judgeTarget } from './judge.ts';
import { everyOption } from './options.ts';
import { HOSTILE_PAGES } from './pages.ts';

/** Milliseconds for a check that opens one page and may watch it for 20 s. */
const BUDGET = 60_000;

/** The check that opens one page, and watches what becomes of it. */
const WATCHING = 'errors/error-page';

describe('in a browser, a page that', () => {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch(browserLaunchOptions());
  });
  after(() => browser.close());

  for (const { name, start, says = /no way to sign in|no text|nothing/ } of HOSTILE_PAGES) {
    it(name, { timeout: BUDGET }, async () => {
      const options = await everyOption(await start());
      const run = await judgeTarget(options, browser, ({ id }) => id === WATCHING);
      assert.equal(run.aborted, undefined);
      assert.equal(run.verdict, 'NOT READY', run.reason);
      const { status, reason } = run.checks.find(({ id }) => id === WATCHING) ?? assert.fail('it was not checked');
      assert.equal(status, 'fail', reason);
      assert.match(reason, says);
    });
  }

  it('crashes is given up at once', { timeout: BUDGET }, async () => {
    const tab = await Tab.open(browser, resolveOptions({ baseURL: 'http://127.0.0.1:1' }, {}));
    const devTools = await tab.context.newCDPSession(tab.page);
    const closed = new Promise((close) => tab.context.once('close', close));
    devTools.send('Page.crash').catch(() => {});
    await closed;
    assert.match(tab.unusable?.what ?? '', /crashes the browser/);
    await assert.rejects(tab.fresh(), /crashes the browser/);
    await tab.close();
  });
});
