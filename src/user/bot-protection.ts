import type { BrowserContext } from '@playwright/test';
import type { Identity } from '../target/identity.ts';

/** Query parameter of a testing token. */
const TESTING_TOKEN = '__clerk_testing_token';

/**
 * Lets the pages of a context pass bot protection: each request to the Frontend API carries a testing token.
 * `@clerk/testing` does it for a production instance with a host of its own. Elsewhere the browser sends the token itself:
 * the package sends requests from Node, so on the app's own origin (proxy mode) they would lack the extra headers of the
 * options; and it prints the address of a request that fails, which in development names the browser's own token.
 */
export async function passBotProtection(
  context: BrowserContext,
  { origin, clerk: { frontendApi, publishableKeyKind } }: Identity,
  testingToken: string,
): Promise<void> {
  if (frontendApi === undefined) return;
  const fits = publishableKeyKind === 'live' && new URL(frontendApi).origin !== origin;
  const testing = fits ? await import('@clerk/testing/playwright').catch(() => undefined) : undefined;
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
