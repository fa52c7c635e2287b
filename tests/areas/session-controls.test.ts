import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { afterTokenLife, openSignedIn } from '../../src/areas/session/open-page.ts';
import type { RevokedPage } from '../../src/areas/session/revoked-open-page.ts';
import { Tab } from '../../src/browser.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';

const PROMPT = '<section role="alert"><h1>Your session has expired</h1><a href="/sign-in">Sign in</a></section>';
const PAGE = `<h1>Top secret</h1><form action="/dashboard" method="post"><input name="note"><button>Save</button></form>`;

/** What a page does as soon as scripts cannot read the session cookie any more. */
const atOnce = (what: string): string => `<script>
  setInterval(() => { if (!/__session=[^;]/.test(document.cookie)) { ${what} } }, 5);
</script>`;

describe('a form of a page whose session is over', () => {
  let server: Server;
  let browser: Browser;
  let script = '';
  before(async () => {
    server = createServer((request, response) => {
      const isUser = /__session=[^;]/.test(request.headers.cookie ?? '');
      response.writeHead(isUser || request.method === 'GET' ? 200 : 401, { 'content-type': 'text/html' });
      response.end(`<!doctype html><title>App</title>${isUser ? PAGE + script : PROMPT}`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch(browserLaunchOptions());
  });
  after(async () => {
    await browser.close();
    server.close();
  });

  async function submit(reaction: string): Promise<RevokedPage> {
    script = reaction;
    const readiness = resolveOptions(
      {
        baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        profile: 'staging',
        routes: { protected: [{ path: '/dashboard', contains: 'Top secret' }], signIn: '/sign-in' },
      },
      {},
    );
    const target = await Target.connect(readiness);
    const tab = await Tab.open(browser, readiness);
    try {
      await tab.context.addCookies([{ name: '__session', value: 'token', url: target.identity.origin }]);
      const context = { readiness, target, identity: target.identity, tab };
      const [route] = readiness.routes.protected || [];
      assert.ok(route);
      const plan = { route, end: 'its session is revoked', interaction: 'a form submitted' } as const;
      const page = await afterTokenLife(await openSignedIn(tab, plan, context), context);
      assert.ok(typeof page === 'object');
      return page;
    } finally {
      await tab.close();
      await target.close();
    }
  }

  test('is submitted', async () => {
    const { interaction, submitted, after: seen } = await submit('');
    assert.deepEqual([interaction, submitted?.status, seen.affordance], ['a form submitted', 401, 'link']);
  });

  test('is no matter where the page takes it away by itself', async () => {
    const { interaction, after: seen } = await submit(atOnce(`document.body.innerHTML = ${JSON.stringify(PROMPT)}`));
    assert.deepEqual([interaction, seen.affordance, seen.showsProtected], ['left alone', 'link', false]);
  });

  test('is no matter where a dialog lies over it', async () => {
    const dialog = `<div style="position:fixed;inset:0;background:white">${PROMPT}</div>`;
    const { interaction, after: seen } = await submit(
      atOnce(
        `document.body.firstElementChild.id || document.body.insertAdjacentHTML('afterbegin', ${JSON.stringify(dialog)}) || (document.body.firstElementChild.id = 'over')`,
      ),
    );
    assert.deepEqual([interaction, seen.affordance], ['left alone', 'link']);
  });
});
