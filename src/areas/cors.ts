export { allowedOrigin } from './cors/allowed-origin.ts';
export { untrustedOrigin } from './cors/untrusted-origin.ts';
export { untrustedOriginSignedIn } from './cors/untrusted-origin-signed-in.ts';
