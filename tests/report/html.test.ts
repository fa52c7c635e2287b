import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from '@playwright/test';
import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { html } from '../../src/report/html.ts';
import { SAMPLES } from './samples.ts';

type Sample = keyof typeof SAMPLES;

const WIDTHS = [360, 768, 1440];
const NAMES = Object.keys(SAMPLES) as Sample[];

let browser: Browser;
let folder: string;

before(async () => {
  browser = await chromium.launch(browserLaunchOptions());
  folder = mkdtempSync(join(tmpdir(), 'clerk-readiness-'));
  for (const name of NAMES) writeFileSync(join(folder, `${name}.html`), html(SAMPLES[name]));
});

after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Opens a scorecard; whatever the browser complains about or asks for ends the test. */
async function open(
  name: Sample,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (failure) => complaints.push(failure.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
  return { page, complaints, requests };
}

/** What axe looks at; unfolded where everything is to be seen. A long page takes it many seconds. */
const AXE_CASES: ReadonlyArray<readonly [name: Sample, width: number, colorScheme: 'light' | 'dark', unfold: boolean]> =
  [
    ['three', 360, 'light', true],
    ['three', 360, 'dark', false],
    ['three', 1440, 'light', false],
    ['three', 1440, 'dark', true],
    ['smoke', 1440, 'light', false],
    ['smoke', 1440, 'dark', false],
    ['ready', 360, 'dark', false],
    ['sixty', 1440, 'light', false],
    ['aborted', 360, 'light', false],
    ['hostile', 360, 'light', false],
  ];

test('axe finds nothing, narrow and wide, light and dark, folded and unfolded', async () => {
  for (const [name, width, colorScheme, unfold] of AXE_CASES) {
    const { page } = await open(name, { colorScheme, viewport: { width, height: 900 } });
    if (unfold) await unfoldAll(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`),
      [],
      `${name} at ${width}, ${colorScheme}`,
    );
    await page.context().close();
  }
});

async function unfoldAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}

test('nothing is wider than the screen, nothing is loaded and the policy is not violated', async () => {
  for (const name of NAMES) {
    for (const width of WIDTHS) {
      const { page, complaints, requests } = await open(name, { viewport: { width, height: 900 } });
      await unfoldAll(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${name} at ${width}: ${wide} px`);
      assert.deepEqual(complaints, [], name);
      assert.equal(requests.length, 1, requests.join('\n'));
      assert.equal(await page.evaluate(() => 'pwned' in window), false);
      await page.context().close();
    }
  }
});

test('the policy of the page stops what was injected nevertheless', async () => {
  const page = await (await browser.newContext()).newPage();
  const injected = html(SAMPLES.ready).replace(
    '<main>',
    '<main><script>window.pwned=1</script><img src="https://evil.example/i.png" onerror="window.pwned=1"><p style="color:red" onclick="window.pwned=1" id="click">x</p>',
  );
  const asked: string[] = [];
  await page.route('**/*', (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: 'text/html', body: injected });
  });
  await page.goto('http://127.0.0.1/');
  await page.click('#click');
  assert.equal(await page.evaluate(() => 'pwned' in window), false);
  assert.deepEqual(asked, ['http://127.0.0.1/']);
  assert.equal(await page.locator('#filters').isVisible(), true, 'the script of the page itself runs');
  await page.context().close();
});

test('filters narrow the checklist by status and by words, say how many are left, and a link lifts them', async () => {
  const { page } = await open('three');
  const total = SAMPLES.three.checks.length;
  const shown = () => page.locator('.checks > li:visible').count();
  assert.equal(await shown(), total);
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').innerText(), 'Skip to the checklist');

  await page.locator('.chip.fail input').focus();
  await page.keyboard.press('Space');
  assert.equal(await shown(), 3);
  assert.equal(await page.locator('#shown').innerText(), `3 of ${total} checks shown`);
  assert.equal(await page.locator('.area:visible').count(), 3);
  await page.getByRole('searchbox', { name: 'Search' }).fill('FORGED tokens');
  assert.equal(await shown(), 1);
  await page.keyboard.press('Enter');
  assert.equal(await shown(), 1, 'Enter sends nothing');
  await page.getByRole('searchbox').fill('no such words');
  assert.equal(await page.locator('#shown').innerText(), `0 of ${total} checks shown`);

  await page.locator('#dated ~ ul a').first().click();
  assert.equal(await shown(), total);
  const waived = page.locator('li[data-status=waived] > details');
  assert.equal(await waived.evaluate((details: HTMLDetailsElement) => details.open), true);

  await page.getByRole('button', { name: 'Unfold all' }).click();
  assert.equal(await page.locator('.checks > li > details:not([open])').count(), 0);
  await page.getByRole('button', { name: 'Fold all', exact: true }).click();
  assert.equal(await page.locator('.checks > li > details[open]').count(), 0);
});

test('curl is copied by a button, exactly', async () => {
  const { page } = await open('three', { permissions: ['clipboard-read', 'clipboard-write'] });
  const box = page.locator('.curl').first();
  await box.getByRole('button').click();
  await box.getByText('Copied').waitFor();
  const expected = SAMPLES.three.checks.find(({ id }) => id === 'routes/protected-redirect')?.findings[0]?.curl;
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), expected);
});

test('without scripts everything can be read, and nothing is offered that does not work', async () => {
  const { page } = await open('three', { javaScriptEnabled: false });
  assert.equal(await page.locator('.checks > li').count(), SAMPLES.three.checks.length);
  assert.equal(await page.locator('#filters').isVisible(), false);
  assert.equal(await page.getByRole('button', { name: 'Copy' }).count(), 0);
  const passing = page.locator('li[data-status=pass]').first();
  assert.equal(await passing.locator('.body').isVisible(), false);
  await passing.locator('summary').first().click();
  assert.equal(await passing.locator('.body').isVisible(), true);
  await page.locator('#dated ~ ul a').first().click();
  assert.equal(await page.locator('li[data-status=waived] .body').isVisible(), true, 'a link unfolds its check');
});

test('on paper everything is unfolded and there are no buttons, with scripts and without', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await open('three', { javaScriptEnabled, colorScheme: 'dark' });
    if (javaScriptEnabled) await page.locator('.chip.fail input').check();
    const bodies = page.locator('.checks .body');
    const hidden = () => bodies.evaluateAll((all) => all.filter((body) => !body.checkVisibility()).length);
    assert.ok((await hidden()) > 0, 'on the screen most are folded');
    await page.emulateMedia({ media: 'print' });
    assert.equal(await hidden(), 0);
    assert.equal(await bodies.count(), SAMPLES.three.checks.length);
    assert.equal(await page.locator('.evidence pre').first().isVisible(), true);
    assert.equal(await page.getByRole('button', { name: /Copy|Fold|Unfold/ }).count(), 0);
    assert.equal(await page.locator('nav').isVisible(), false);
    const [background] = await page
      .locator('body')
      .evaluateAll(([body]) => [getComputedStyle(body as Element).backgroundColor]);
    assert.equal(background, 'rgb(255, 255, 255)');
  }
});
