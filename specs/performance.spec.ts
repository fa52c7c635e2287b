import { check, test } from '../fixtures/index.ts';
import { staticBypass } from '../src/areas/performance.ts';

test('static files do not pass through authentication', check('performance/static-bypass'), async ({ verify }) => {
  await verify(staticBypass);
});
