export { cookies, cookiesSignedIn } from './headers/cookies.ts';
export { csp, cspSignedIn } from './headers/csp.ts';
export { cspClerk, cspClerkSignedIn } from './headers/csp-clerk.ts';
export { cspViolations, cspViolationsSignedIn } from './headers/csp-violations.ts';
export { securityHeaders, securityHeadersSignedIn } from './headers/security.ts';
