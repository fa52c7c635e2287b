export { bypass } from './routes/bypass.ts';
export { notCacheable, notCacheableSignedIn } from './routes/not-cacheable.ts';
export { openRedirect } from './routes/open-redirect.ts';
export { openRedirectSignedIn } from './routes/open-redirect-signed-in.ts';
export { protectedRedirect } from './routes/protected-redirect.ts';
export type { ProtectedPageEvidence } from './routes/protected-redirect.ts';
export { publicReachable } from './routes/public-reachable.ts';
export { undeclared } from './routes/undeclared.ts';
