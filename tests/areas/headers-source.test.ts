import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import { policy } from '../../src/areas/headers/policy.ts';
import { allowsFetch, allowsRuntimeStyles, allowsScript, matchesSource } from '../../src/areas/headers/source.ts';

const PAGE = new URL('https://app.example.com/sign-in');

/** source, URL, page, does it match? */
const SOURCES: ReadonlyArray<readonly [source: string, url: string, matches: boolean, page?: string]> = [
  ['*', 'https://clerk.example.com/v1/client', true],
  ['*', 'blob:https://app.example.com/1', false],
  ['*', 'data:text/plain,x', false],
  ['https:', 'https://clerk.example.com/', true],
  ['http:', 'https://clerk.example.com/', true],
  ['https:', 'http://clerk.example.com/', false],
  ['blob:', 'blob:https://app.example.com/1', true],
  ["'self'", 'https://app.example.com/api', true],
  ["'self'", 'https://app.example.com:8443/api', false],
  ["'self'", 'http://app.example.com/api', false],
  ["'self'", 'https://app.example.com/api', true, 'http://app.example.com/'],
  ["'self'", 'blob:https://app.example.com/1', false],
  ['self', 'https://app.example.com/api', false],
  ['clerk.example.com', 'https://clerk.example.com/v1', true],
  ['clerk.example.com', 'http://clerk.example.com/v1', false],
  ['clerk.example.com', 'https://clerk.example.com/v1', true, 'http://app.example.com/'],
  ['CLERK.example.com', 'https://clerk.example.com/v1', true],
  ['https://clerk.example.com', 'https://clerk.example.com:8443/v1', false],
  ['https://clerk.example.com:8443', 'https://clerk.example.com:8443/v1', true],
  ['https://clerk.example.com:*', 'https://clerk.example.com:8443/v1', true],
  ['https://clerk.example.com:443', 'https://clerk.example.com/v1', true],
  ['http://clerk.example.com:80', 'https://clerk.example.com/v1', true],
  ['*.example.com', 'https://clerk.example.com/v1', true],
  ['*.example.com', 'https://a.b.example.com/v1', true],
  ['*.example.com', 'https://example.com/v1', false],
  ['*.example.com', 'https://evilexample.com/v1', false],
  ['clerk.*.com', 'https://clerk.example.com/v1', false],
  ['https://clerk.example.com/v1/', 'https://clerk.example.com/v1/client', true],
  ['https://clerk.example.com/v1', 'https://clerk.example.com/v1/client', false],
  ['https://clerk.example.com/v1', 'https://clerk.example.com/v1', true],
  ['https://clerk.example.com/', 'https://clerk.example.com/v1/client', true],
  ['https://clerk.example.com/npm/', 'https://clerk.example.com/v1/client', false],
  ['https://clerk.example.com/%76%31/', 'https://clerk.example.com/v1/client', true],
  ['127.0.0.1:4311', 'https://127.0.0.1:4311/v1', true],
  ["'none'", 'https://clerk.example.com/', false],
  ['wss://clerk.example.com', 'https://clerk.example.com/', false],
];

test('a source expression matches URLs as CSP 3 says', async (t) => {
  for (const [source, url, matches, page] of SOURCES) {
    await t.test(
      `${source} ${matches ? 'matches' : 'does not match'} ${url}${page === undefined ? '' : ` on ${page}`}`,
      () => {
        assert.equal(matchesSource(source, new URL(url), new URL(page ?? PAGE)), matches);
      },
    );
  }
});

let browser: Browser;
before(async () => {
  browser = await chromium.launch(browserLaunchOptions());
});
after(() => browser.close());

test('the same answers as Chromium gives', async () => {
  const page = await browser.newPage();
  let header = '';
  await page.route('**/*', (route) =>
    route.request().resourceType() === 'document'
      ? route.fulfill({
          contentType: 'text/html',
          headers: { 'content-security-policy': header },
          body: '<!doctype html><title>x</title>',
        })
      : route.fulfill({ status: 200, headers: { 'access-control-allow-origin': '*' }, body: 'ok' }),
  );
  const different: string[] = [];
  // Mixed content is stopped by another rule than the policy, and a page cannot fetch a blob that it did not make.
  const comparable = SOURCES.filter(
    ([, url, , on]) => url.startsWith('https:') || (url.startsWith('http:') && on !== undefined),
  );
  for (const [source, url, , on] of comparable) {
    header = `connect-src ${source}`;
    await page.goto((on === undefined ? PAGE : new URL(on)).href);
    const allowed = await page.evaluate(
      (to) =>
        fetch(to, { mode: 'no-cors' }).then(
          () => true,
          () => false,
        ),
      url,
    );
    const ours = matchesSource(source, new URL(url), on === undefined ? PAGE : new URL(on));
    if (allowed !== ours)
      different.push(`${source} → ${url} on ${on ?? PAGE.href}: Chromium ${allowed ? 'allows' : 'blocks'}`);
  }
  await page.close();
  assert.ok(comparable.length > 25);
  assert.deepEqual(different, []);
});

const WORKERS: ReadonlyArray<readonly [text: string, allowed: boolean]> = [
  ["worker-src 'self' blob:", true],
  ["worker-src 'self'; default-src blob:", false],
  ["default-src 'self'", false],
  ["child-src blob:; default-src 'none'; script-src 'unsafe-inline'", true],
  ["script-src 'self' 'unsafe-inline' blob:; default-src 'none'", true],
  ["script-src 'nonce-YWJj' 'strict-dynamic'", true],
  ["img-src 'none'", true],
  ['worker-src *', false],
];

test('workers fall back as in Chromium: worker-src, child-src, script-src, default-src', async () => {
  const page = await browser.newPage();
  let header = '';
  await page.route('**/*', (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': header },
      body: '<!doctype html><title>x</title>',
    }),
  );
  for (const [text, allowed] of WORKERS) {
    header = text;
    await page.goto(PAGE.href);
    const started = await page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          document.addEventListener('securitypolicyviolation', () => resolve(false), { once: true });
          try {
            const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
            worker.onmessage = () => resolve(true);
          } catch {
            resolve(false);
          }
        }),
    );
    assert.equal(started, allowed, `Chromium, ${text}`);
    assert.equal(
      allowsFetch(policy(text), 'worker-src', new URL('blob:https://app.example.com/1'), PAGE),
      allowed,
      text,
    );
  }
  await page.close();
});

test('frames fall back to child-src and default-src', () => {
  const frame = new URL('https://challenges.cloudflare.com/x');
  assert.equal(
    allowsFetch(policy("child-src https://challenges.cloudflare.com; default-src 'self'"), 'frame-src', frame, PAGE),
    true,
  );
  assert.equal(allowsFetch(policy("default-src 'self'; script-src *"), 'frame-src', frame, PAGE), false);
});

test('strict-dynamic without a nonce or a hash lets no script begin that could insert others', () => {
  const inserted = { url: new URL('https://cdn.example.com/a.js'), parserInserted: false };
  const allows = (sources: string) =>
    allowsScript(policy(`script-src https: 'strict-dynamic' ${sources}`), inserted, PAGE);
  assert.deepEqual(["'self'", "'nonce-abc'", "'sha256-YWJj'"].map(allows), [false, true, true]);
});
test('strict-dynamic ignores hosts for parser-inserted scripts and trusts those that scripts insert', () => {
  const strict = policy("script-src https: 'strict-dynamic' 'nonce-abc'");
  const url = new URL('https://clerk.example.com/npm/clerk.js');
  assert.equal(allowsScript(strict, { url, parserInserted: true }, PAGE), false);
  assert.equal(allowsScript(strict, { url, nonce: 'abc', parserInserted: true }, PAGE), true);
  assert.equal(allowsScript(strict, { url, nonce: 'ABC', parserInserted: true }, PAGE), false);
  assert.equal(allowsScript(strict, { url, parserInserted: false }, PAGE), true);
});

test('inline scripts run by nonce, by hash, or by an effective unsafe-inline', () => {
  const script = { text: 'alert(1)', parserInserted: true };
  const hash = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
  assert.equal(allowsScript(policy("script-src 'unsafe-inline'"), script, PAGE), true);
  assert.equal(allowsScript(policy("script-src 'unsafe-inline' 'nonce-abc'"), script, PAGE), false);
  assert.equal(allowsScript(policy(`script-src ${hash}`), script, PAGE), true);
  assert.equal(allowsScript(policy(`script-src ${hash}`), { ...script, text: 'alert(2)' }, PAGE), false);
});

test('run-time styles need an unsafe-inline that no nonce or hash disables', () => {
  assert.equal(allowsRuntimeStyles(policy("style-src 'self' 'unsafe-inline'")), true);
  assert.equal(allowsRuntimeStyles(policy("default-src 'unsafe-inline' 'strict-dynamic'")), true);
  assert.equal(allowsRuntimeStyles(policy("style-src 'self' 'unsafe-inline' 'nonce-abc'")), false);
  assert.equal(allowsRuntimeStyles(policy("style-src 'self'")), false);
  assert.equal(allowsRuntimeStyles(policy("style-src 'unsafe-inline'; style-src-elem 'self'")), false);
  assert.equal(allowsRuntimeStyles(policy("img-src 'self'")), true);
});
