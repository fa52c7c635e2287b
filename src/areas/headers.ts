export { csp } from './headers/csp.ts';
export { cspClerk } from './headers/csp-clerk.ts';
export { securityHeaders } from './headers/security.ts';
