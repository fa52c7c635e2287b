import { check, test } from '../fixtures/index.ts';
import { health } from '../src/areas/monitoring.ts';

test('the health endpoint tells the truth about Clerk', check('monitoring/health'), async ({ verify }) => {
  await verify(health);
});
