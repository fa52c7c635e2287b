export { forgedSignature } from './webhook/forged-signature.ts';
