export { forgedSignature } from './webhook/forged-signature.ts';
export { replay } from './webhook/replay.ts';
export { staleTimestamp } from './webhook/stale-timestamp.ts';
export { validDelivery } from './webhook/valid-delivery.ts';
