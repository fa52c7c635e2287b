import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { chromium } from '@playwright/test';
import { cspViolations } from '../../src/areas/headers.ts';
import { Tab } from '../../src/browser.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Target } from '../../src/target/target.ts';

/** Adds Clerk's script once its own modules are there, which no load event waits for: so do Vite's builds. */
const PAGE = `<!doctype html><title>App</title><body><h1>Welcome</h1><script>
  import('/app.js');
</script>`;

const APP = `setTimeout(() => {
  const script = document.createElement('script');
  script.src = '/npm/@clerk/clerk-js@6/dist/clerk.browser.js';
  document.head.append(script);
}, 300);`;

const FILES: Readonly<Record<string, string>> = {
  '/app.js': APP,
  '/npm/@clerk/clerk-js@6/dist/clerk.browser.js': 'window.Clerk = { loaded: true };',
};

test('headers/csp-violations sees Clerk load where a module asks for it after the load event', async () => {
  const server = createServer((request, response) => {
    const file = FILES[request.url ?? ''];
    response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript');
    response.end(file ?? PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const readiness = resolveOptions({ baseURL: origin, profile: 'staging', routes: { public: ['/'] } }, {});
  const browser = await chromium.launch(browserLaunchOptions());
  const target = await Target.connect(readiness);
  const tab = await Tab.open(browser, readiness);
  try {
    const [visit] = await cspViolations.collect({ readiness, target, identity: target.identity, tab });
    assert.equal(visit?.clerkLoaded, true);
  } finally {
    await target.close();
    await browser.close();
    server.close();
  }
});
