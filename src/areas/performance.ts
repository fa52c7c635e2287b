export { authBundle } from './performance/auth-bundle.ts';
export { frontendApiCalls } from './performance/frontend-api-calls.ts';
export { middlewareRuntime } from './performance/middleware-runtime.ts';
export { staticBypass } from './performance/static-bypass.ts';
export { userLookups } from './performance/user-data-cached.ts';
