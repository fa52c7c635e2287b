import { check, test } from '../fixtures/index.ts';
import { allowedOrigin, untrustedOrigin } from '../src/areas/cors.ts';

test('foreign origins get no CORS permission', check('cors/untrusted-origin'), async ({ verify }) => {
  await verify(untrustedOrigin);
});

test('declared origins get exactly the permission they need', check('cors/allowed-origin'), async ({ verify }) => {
  await verify(allowedOrigin);
});
