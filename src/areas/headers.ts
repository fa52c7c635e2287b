export { cookies, cookiesSignedIn } from './headers/cookies.ts';
export { csp } from './headers/csp.ts';
export { cspClerk } from './headers/csp-clerk.ts';
export { cspViolations } from './headers/csp-violations.ts';
export { securityHeaders } from './headers/security.ts';
