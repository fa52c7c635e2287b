import { check, test } from '../fixtures/index.ts';
import { publishableKeyLive } from '../src/areas/environment.ts';

test('the app runs on the right publishable key', check('environment/publishable-key-live'), async ({ verify }) => {
  await verify(publishableKeyLive);
});
