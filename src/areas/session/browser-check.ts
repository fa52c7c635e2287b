import type { Tab } from '../../browser.ts';
import type { TestUser } from '../../test-user.ts';
import type { CheckContext } from '../../verify.ts';

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
