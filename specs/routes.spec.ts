import { check, test } from '../fixtures/index.ts';
import {
  bypass,
  notCacheable,
  notCacheableSignedIn,
  openRedirect,
  openRedirectSignedIn,
  protectedRedirect,
  publicReachable,
  undeclared,
} from '../src/areas/routes.ts';

test('public pages are reachable without signing in', check('routes/public-reachable'), async ({ verify }) => {
  await verify(publicReachable);
});

test('protected pages send anonymous visitors to sign-in', check('routes/protected-redirect'), async ({ verify }) => {
  await verify(protectedRedirect);
});

test('no variant of a refused request gets through', check('routes/bypass'), async ({ verify, signedInIfAny }) => {
  await verify(bypass, signedInIfAny && { signedIn: signedInIfAny });
});

test(
  'refusals of protected pages are not stored for others',
  check('routes/not-cacheable', notCacheable.part),
  async ({ verify }) => {
    await verify(notCacheable);
  },
);

test(
  'protected answers to the test user are not stored for others',
  check('routes/not-cacheable', notCacheableSignedIn.part),
  async ({ verify, signedIn }) => {
    await verify(notCacheableSignedIn, { signedIn });
  },
);

test(
  'no redirect parameter leads an anonymous visitor to a foreign site',
  check('routes/open-redirect', openRedirect.part),
  async ({ verify }) => {
    await verify(openRedirect);
  },
);

test(
  'no redirect parameter leads the test user to a foreign site after signing in',
  check('routes/open-redirect', openRedirectSignedIn.part),
  async ({ verify, tab, testUser }) => {
    await verify(openRedirectSignedIn, { tab, user: testUser });
  },
);

test('pages that are not declared public require sign-in', check('routes/undeclared'), async ({ verify }) => {
  await verify(undeclared);
});
