import { check, test } from '../fixtures/index.ts';
import { protectedRedirect, publicReachable } from '../src/areas/routes.ts';

test('public pages are reachable without signing in', check('routes/public-reachable'), async ({ verify }) => {
  await verify(publicReachable);
});

test('protected pages send anonymous visitors to sign-in', check('routes/protected-redirect'), async ({ verify }) => {
  await verify(protectedRedirect);
});
