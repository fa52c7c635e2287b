import type { CDPSession, Page } from '@playwright/test';

/**
 * Adds headers to the requests of a page that go to one exact origin, and to no other.
 * Playwright's own means would hand them on: `extraHTTPHeaders` sends them everywhere, and what `route.continue` sets
 * stays on through redirects. The browser's Fetch domain pauses every hop and forgets the headers after it
 * (https://chromedevtools.github.io/devtools-protocol/tot/Fetch/#method-continueRequest).
 */
export async function sendToOriginOnly(
  page: Page,
  origin: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(headers).length === 0) return;
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    void carryOn(
      session,
      requestId,
      request.url.startsWith(`${origin}/`) ? { ...request.headers, ...headers } : undefined,
    );
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `${origin}/*`, requestStage: 'Request' }] });
}

async function carryOn(
  session: CDPSession,
  requestId: string,
  headers: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const list = headers && Object.entries(headers).map(([name, value]) => ({ name, value }));
  // The page may be gone before its request goes out.
  await session.send('Fetch.continueRequest', { requestId, ...(list && { headers: list }) }).catch(() => {});
}
