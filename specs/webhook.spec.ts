import { check, test } from '../fixtures/index.ts';
import { forgedSignature } from '../src/areas/webhook.ts';

test('forged deliveries are rejected', check('webhook/forged-signature'), async ({ verify }) => {
  await verify(forgedSignature);
});
