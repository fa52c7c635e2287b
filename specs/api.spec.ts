import { check, test } from '../fixtures/index.ts';
import { authenticated, csrf, errorShape, forgedToken, unauthenticated401 } from '../src/areas/api.ts';

test('API routes answer 401 to anonymous requests', check('api/unauthenticated-401'), async ({ verify }) => {
  await verify(unauthenticated401);
});

test('forged session tokens are refused', check('api/forged-token'), async ({ verify, signedInIfAny }) => {
  await verify(forgedToken, { signedIn: signedInIfAny });
});

test('API routes answer a signed-in user', check('api/authenticated'), async ({ verify, signedIn }) => {
  await verify(authenticated, { signedIn });
});

test('errors of the API are terse and no HTML', check('api/error-shape'), async ({ verify }) => {
  await verify(errorShape);
});

test('a foreign page cannot act as the user', check('api/csrf'), async ({ verify, signedIn }) => {
  await verify(csrf, { signedIn });
});
