import { check, test } from '../fixtures/index.ts';
import { unauthenticated401 } from '../src/areas/api.ts';

test('API routes answer 401 to anonymous requests', check('api/unauthenticated-401'), async ({ verify }) => {
  await verify(unauthenticated401);
});
