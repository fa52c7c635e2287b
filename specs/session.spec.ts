import { check, test } from '../fixtures/index.ts';
import {
  expiredCookie,
  expiredPage,
  outage,
  returnAfterSignIn,
  revokedOpenPage,
  signOut,
} from '../src/areas/session.ts';

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

test(
  'a page that is open while its session is revoked asks for sign-in',
  check('session/revoked-open-page'),
  async ({ verify, tab, testUser }) => {
    await verify(revokedOpenPage, { tab, user: testUser });
  },
);

test(
  'after signing out, nothing of the session is left',
  check('session/sign-out'),
  async ({ verify, tab, testUser }) => {
    await verify(signOut, { tab, user: testUser });
  },
);

test('public pages stay usable while Clerk is down', check('session/outage'), async ({ verify, tab }) => {
  await verify(outage, { tab });
});
