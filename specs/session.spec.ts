import { check, test } from '../fixtures/index.ts';
import { expiredCookie, expiredPage, returnAfterSignIn } from '../src/areas/session.ts';

test(
  'an expired or tampered cookie leads to sign-in',
  check('session/expired-return', { methods: ['http'] }),
  async ({ verify }) => {
    await verify(expiredCookie);
  },
);

test(
  'a person with an expired or tampered cookie sees sign-in',
  check('session/expired-return', { methods: ['browser'] }),
  async ({ verify, tab }) => {
    await verify(expiredPage, { tab });
  },
);

test(
  'signing in leads back to the page first asked for',
  check('session/expired-return', { methods: ['browser', 'signed-in'] }),
  async ({ verify, tab, testUser }) => {
    await verify(returnAfterSignIn, { tab, user: testUser });
  },
);
