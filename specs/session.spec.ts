import { check, test } from '../fixtures/index.ts';
import { expiredCookie, expiredPage, returnAfterSignIn } from '../src/areas/session.ts';

test(
  'an expired or tampered cookie leads to sign-in',
  check('session/expired-return', expiredCookie.part),
  async ({ verify }) => {
    await verify(expiredCookie);
  },
);

test(
  'a person with an expired or tampered cookie sees sign-in',
  check('session/expired-return', expiredPage.part),
  async ({ verify, tab }) => {
    await verify(expiredPage, { tab });
  },
);

test(
  'signing in leads back to the page first asked for',
  check('session/expired-return', returnAfterSignIn.part),
  async ({ verify, tab, testUser }) => {
    await verify(returnAfterSignIn, { tab, user: testUser });
  },
);
