import { check, test } from '../fixtures/index.ts';
import { forgedSignature, replay, staleTimestamp, validDelivery } from '../src/areas/webhook.ts';

test('forged deliveries are rejected', check('webhook/forged-signature'), async ({ verify }) => {
  await verify(forgedSignature);
});

test('old deliveries are refused', check('webhook/stale-timestamp'), async ({ verify }) => {
  await verify(staleTimestamp);
});

test('genuine deliveries are accepted', check('webhook/valid-delivery'), async ({ verify }) => {
  await verify(validDelivery);
});

test('a delivery that comes twice has one effect', check('webhook/replay'), async ({ verify }) => {
  await verify(replay);
});
