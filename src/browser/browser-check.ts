import type { Tab } from '../browser.ts';
import type { ProtectedRoute } from '../config/options.ts';
import type { TestUser } from '../test-user.ts';
import type { CheckContext } from '../verify.ts';

/** @throws Error when a browser check runs without a tab: a mistake in its spec. */
export function tabOf({ tab }: CheckContext): Tab {
  if (!tab) throw new Error('a browser check needs a tab: verify(check, { tab })');
  return tab;
}

/** @throws Error when a signed-in check runs without a user: a mistake in its spec. */
export function userOf({ user }: CheckContext): TestUser {
  if (!user) throw new Error('a signed-in check needs a user: verify(check, { user: testUser })');
  return user;
}

/** Where to sign in: the app's own page, or wherever a protected page leads to. */
export function signInPage({ path }: ProtectedRoute, { readiness: { routes }, identity }: CheckContext): string {
  const own = routes.signIn?.startsWith('/') === true ? routes.signIn : path;
  return new URL(own, identity.origin).href;
}
