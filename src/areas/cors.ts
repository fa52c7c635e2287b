export { allowedOrigin } from './cors/allowed-origin.ts';
export { untrustedOrigin } from './cors/untrusted-origin.ts';
