import { check, test } from '../fixtures/index.ts';
import { rateLimit } from '../src/areas/abuse.ts';

test('a burst of requests meets a rate limit', check('abuse/rate-limit'), async ({ verify }) => {
  await verify(rateLimit);
});
