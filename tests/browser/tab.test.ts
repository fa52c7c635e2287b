import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { followToSignIn, look, openPage, reaction, still } from '../../src/browser/page-visit.ts';
import { Tab } from '../../src/browser.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { resolveOptions } from '../../src/config/resolve.ts';

const PAGES: Readonly<Record<string, string>> = {
  '/keeps': `<h1>Kept</h1><script>
    localStorage.setItem('who', 'me'); sessionStorage.setItem('who', 'me'); indexedDB.open('who');</script>`,
  '/moves': '<script>location.replace("/moves?" + Math.random())</script>',
  '/prompts': `<h1>Secret</h1><script>
    setTimeout(() => { document.body.innerHTML = '<main><a href="/sign-in?redirect_url=/prompts">Sign in</a></main>'; }, 300);
  </script>`,
  '/stays': '<h1>Secret</h1>stays',
  '/reacts': '<h1>Old</h1><script>fetch("/news").then(() => location.assign("/elsewhere"))</script>',
  '/asked': '<h1>Asked</h1>',
  '/writes': `<h1>Busy</h1><script>
    const write = () => { localStorage.setItem('who', 'me'); document.cookie = 'who=me'; };
    setInterval(write, 5);
    (function again() { write(); fetch('/').then(again, again); })();</script>`,
  '/streams': '<h1>Streams</h1><script>fetch("/stream")</script>',
  // Left while somebody reads it.
  '/is-left': `<h1>Secret</h1><script>
    Object.defineProperty(document.body, 'innerText', { get() { location.assign('/stays?'); return 'Secret'; } });</script>`,
  '/never-stays': `<h1>Secret</h1><script>
    Object.defineProperty(document.body, 'innerText', {
      get() { location.assign('/never-stays?' + Math.random()); return 'Secret'; } });</script>`,
  '/goes-on': '<h1>Secret</h1><script>setTimeout(() => location.assign("/stays"), 3000)</script>',
  '/leaves': '<h1>Secret</h1><script>setTimeout(() => location.assign("/never"), 100)</script>',
  '/sign-in': '<form><input name="identifier"></form>',
};

describe('a tab', () => {
  let server: Server;
  let browser: Browser;
  let origin: string;
  let tab: Tab;
  before(async () => {
    let news: ServerResponse | undefined;
    server = createServer((request, response) => {
      if (request.url === '/stream') return void response.write('the first of many');
      if (request.url === '/never') return;
      if (request.url === '/news') return void (news = response);
      if (request.url === '/asked' && news) {
        // The page that is being left reacts just now; this request of it is cut off.
        news.end();
        return void (news = undefined);
      }
      response.setHeader('set-cookie', 'who=me; Path=/');
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><title>App</title><body>${PAGES[request.url?.split('?')[0] ?? ''] ?? 'Home'}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch(browserLaunchOptions());
    tab = await Tab.open(browser, resolveOptions({ baseURL: origin, profile: 'staging' }, {}));
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  test('that was wiped holds nothing of the person who was there', async () => {
    await openPage(tab, { path: '/keeps', origin, contains: 'Kept' });
    assert.equal((await tab.context.cookies()).length, 1);
    await tab.wipe();
    assert.deepEqual(await tab.context.cookies(), []);
    assert.deepEqual(tab.moves, []);
    await tab.page.goto(`${origin}/`);
    const left = await tab.page.evaluate(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
    }));
    assert.deepEqual(left, { local: 0, session: 0, databases: 0 });
  });

  test('that was wiped is written to no more by the page that was there', async () => {
    await openPage(tab, { path: '/writes', origin, contains: 'Busy' });
    await tab.wipe();
    await tab.page.waitForTimeout(100);
    assert.deepEqual(await tab.context.cookies(), []);
    assert.equal(await tab.page.evaluate(() => localStorage.length), 0);
  });

  test('opens a page though the one before is on its way elsewhere', async () => {
    await openPage(tab, { path: '/reacts', origin, contains: 'Old' });
    const { failure, showsProtected } = await openPage(tab, { path: '/asked', origin, contains: 'Asked' });
    assert.deepEqual([failure, showsProtected], [undefined, true]);
  });

  test('does not wait for an answer without an end', async () => {
    await openPage(tab, { path: '/streams', origin, contains: 'Streams' });
    assert.equal(tab.underWay, 1);
    const started = performance.now();
    await still(tab);
    assert.ok(performance.now() - started < 6_000);
    assert.equal(tab.underWay, 0);
  });

  test('that moves on and on can be wiped, and is there for the next visit', async () => {
    const circle = await openPage(tab, { path: '/moves', origin });
    assert.ok(circle.moves.length > 3);
    await tab.wipe();
    const next = await openPage(tab, { path: '/stays', origin, contains: 'Secret' });
    assert.equal(next.showsProtected, true);
    assert.deepEqual(
      next.moves.map(({ url }) => url),
      [`${origin}/stays`],
    );
  });

  test('is watched until it offers sign-in and shows nothing protected, and followed to the form', async () => {
    const options = { path: '/prompts', origin, contains: 'Secret' };
    await openPage(tab, options);
    const seen = await reaction(tab, options);
    assert.deepEqual([seen.affordance, seen.showsProtected], ['link', false]);
    const signIn = await followToSignIn(tab, options);
    assert.equal(signIn.affordance, 'form');
    assert.equal(signIn.moves.at(-1)?.url, `${origin}/sign-in?redirect_url=/prompts`);
  });

  test('is watched for as long as something may still come, and no longer', async () => {
    const options = { path: '/stays', origin, contains: 'Secret' };
    await openPage(tab, options);
    const started = performance.now();
    const seen = await reaction(tab, options);
    assert.equal(seen.showsProtected, true);
    assert.equal(seen.affordance, undefined);
    assert.ok(performance.now() - started > 3_000);
  });

  test('that is left while it is looked at is told of as it is afterwards', async () => {
    const options = { path: '/is-left', origin };
    await tab.page.goto(`${origin}/is-left`);
    tab.forget();
    const seen = await look(tab, options);
    assert.equal(seen.moves.at(-1)?.url, `${origin}/stays?`);
    assert.equal(seen.text, 'Secret stays');
  });

  test('that is left whenever it is looked at goes in circles', async () => {
    await tab.page.goto(`${origin}/never-stays`);
    tab.forget();
    const seen = await look(tab, { path: '/never-stays', origin });
    assert.ok(seen.moves.length >= 5, `${seen.moves.length} moves`);
  });

  test('that is on its way when its time is over is not taken for one that stays', async () => {
    const options = { path: '/goes-on', origin, contains: 'Secret' };
    tab.forget();
    await tab.page.goto(`${origin}/goes-on`);
    await assert.rejects(reaction(tab, options, 0), /\/goes-on did not come to rest/);
  });

  test('that leads to a page that does not answer is given up, and that is said', async () => {
    const lost = await Tab.open(browser, resolveOptions({ baseURL: origin, profile: 'staging' }, {}));
    await lost.page.goto(`${origin}/leaves`);
    await assert.rejects(reaction(lost, { path: '/leaves', origin, contains: 'Secret' }));
    assert.deepEqual(lost.unusable, {
      url: `${origin}/leaves`,
      what: `leads to ${origin}/never, which does not answer in 20 seconds`,
      isLeft: true,
    });
  });
});
