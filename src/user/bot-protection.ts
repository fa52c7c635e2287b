import type { BrowserContext } from '@playwright/test';
import type { Identity } from '../target/identity.ts';

/** Query parameter of a testing token. */
const TESTING_TOKEN = '__clerk_testing_token';

/**
 * Lets the pages of a context pass bot protection: each request to the Frontend API carries a testing token.
 * `@clerk/testing` does it where the Frontend API has a host of its own. It sends requests from Node, past the browser,
 * so on the app's own origin (proxy mode) they would lack the extra headers of the options: there, and where the
 * package is not installed, the browser sends them itself.
 */
export async function passBotProtection(
  context: BrowserContext,
  { origin, clerk: { frontendApi } }: Identity,
  testingToken: string,
): Promise<void> {
  if (frontendApi === undefined) return;
  const proxied = new URL(frontendApi).origin === origin;
  const testing = proxied ? undefined : await import('@clerk/testing/playwright').catch(() => undefined);
  if (testing) {
    // Read from there on every request.
    process.env['CLERK_TESTING_TOKEN'] = testingToken;
    const options = { frontendApiUrl: frontendApi.replace(/^https?:\/\//, '') };
    return testing.setupClerkTestingToken({ context, options });
  }
  await context.route(
    (url) => url.href.startsWith(`${frontendApi}/v1/`),
    async (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set(TESTING_TOKEN, testingToken);
      await route.fallback({ url: url.href });
    },
  );
}
