import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { waitForClerk, goOnAfterSignIn } from '../../src/user/browser-session.ts';
import { startExpressDemo } from './demo.ts';
import type { ExpressDemo } from './demo.ts';

let demo: ExpressDemo;
let browser: Browser;

before(async () => {
  demo = await startExpressDemo({ defects: false });
  browser = await chromium.launch(browserLaunchOptions());
});

after(async () => {
  await browser?.close();
  await demo?.close();
});

test('a person signs in with a password and comes back to the page, works, and signs out', async () => {
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  await page.goto(`${demo.url}/dashboard?tab=open`);
  await page.locator('input[name="identifier"]').fill(demo.user.email);
  await page.locator('input[name="password"]').fill(demo.user.password);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.waitForURL(`${demo.url}/dashboard?tab=open`);
  await page.getByRole('heading', { name: 'Your projects' }).waitFor();

  await page.getByLabel('Name of the project').fill('<b>Garden</b>');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('<b>Garden</b>').waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(`${demo.url}/`);
  await page.getByRole('link', { name: 'Sign in' }).waitFor();
  assert.deepEqual(problems, []);
  await page.close();
});

test('a session that ends while the page is open takes its content away and leads to sign-in', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${demo.url}/sign-in?redirect_url=/dashboard`);
  await page.locator('input[name="identifier"]').fill(demo.user.email);
  await page.locator('input[name="password"]').fill(demo.user.password);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByRole('heading', { name: 'Your projects' }).waitFor();
  await context.clearCookies();
  await page.getByLabel('Name of the project').fill('Lost');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('heading', { name: 'Your session has expired' }).waitFor();
  assert.equal(
    await page.getByRole('alert').getByRole('link', { name: 'Sign in' }).getAttribute('href'),
    '/sign-in?redirect_url=%2Fdashboard',
  );
  await context.close();
});

test('the pack goes on from the form to the page first asked for, wherever the app sends others', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${demo.url}/settings/billing`);
  await waitForClerk(page);
  const leaving = page.waitForRequest((request) => request.isNavigationRequest());
  await goOnAfterSignIn(page);
  assert.equal((await leaving).url(), `${demo.url}/settings/billing`);
  await context.close();
});

test('without the switch nobody can ask for a defect', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const headers = { 'x-demo-defect': 'express-guard-missing', 'x-demo-app': 'express-guard-missing' };
  const answer = await context.request.get(`${demo.url}/dashboard`, { headers, maxRedirects: 0 });
  assert.equal(answer.status(), 401);
  await context.close();
});
