import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { isOneColour } from '../../src/browser/one-colour.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';

describe('screenshots of a real browser', () => {
  let browser: Browser;
  let page: Page;
  before(async () => {
    browser = await chromium.launch(browserLaunchOptions());
    page = await browser.newPage({ viewport: { width: 320, height: 200 } });
  });
  after(() => browser.close());

  const cases: ReadonlyArray<readonly [name: string, html: string, oneColour: boolean]> = [
    ['an empty page', '', true],
    ['a page in one other colour', '<body style="background:#123456">', true],
    ['white text on white', '<body style="background:#fff;color:#fff">Sign in', true],
    ['one word', 'Sign in', false],
    [
      'a dot of one pixel in the last row',
      '<body style="margin:0"><div style="position:absolute;left:319px;top:199px;width:1px;height:1px;background:#fefefe">',
      false,
    ],
    ['a gradient', '<body style="background:linear-gradient(90deg,#000,#fff);height:100vh">', false],
  ];
  for (const [name, html, oneColour] of cases) {
    test(`${name}: ${oneColour ? 'one colour' : 'something drawn'}`, async () => {
      await page.setContent(html);
      assert.equal(isOneColour(await page.screenshot()), oneColour);
    });
  }

  test('something that is no such image is an error, not a verdict', async () => {
    assert.throws(() => isOneColour(Buffer.alloc(64)), /not an 8-bit/);
  });
});
