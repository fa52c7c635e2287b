import { check, test } from '../fixtures/index.ts';
import { allowedOrigin, untrustedOrigin, untrustedOriginSignedIn } from '../src/areas/cors.ts';

test('foreign origins get no CORS permission', check('cors/untrusted-origin'), async ({ verify }) => {
  await verify(untrustedOrigin);
});

test(
  'foreign origins get no CORS permission with a session either',
  check('cors/untrusted-origin', untrustedOriginSignedIn.part),
  async ({ verify, signedInIfAny }) => {
    await verify(untrustedOriginSignedIn, signedInIfAny && { signedIn: signedInIfAny });
  },
);

test('declared origins get exactly the permission they need', check('cors/allowed-origin'), async ({ verify }) => {
  await verify(allowedOrigin);
});
