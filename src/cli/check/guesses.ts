// Paths that apps use by convention. Each is only asked for, and counts only where a path beside it that no app has
// answers otherwise.

/** Pages behind sign-in. */
export const USUAL_PROTECTED = [
  '/dashboard',
  '/account',
  '/settings',
  '/profile',
  '/user-profile',
  '/billing',
  '/admin',
  '/app',
  '/onboarding',
] as const;

/** Pages to sign in at. */
export const USUAL_SIGN_IN = ['/sign-in', '/login', '/signin', '/auth/sign-in', '/auth/login'] as const;

/** Pages to sign up at. */
export const USUAL_SIGN_UP = ['/sign-up', '/register', '/signup', '/auth/sign-up'] as const;

/** API routes about the user. */
export const USUAL_API = [
  '/api/me',
  '/api/user',
  '/api/users',
  '/api/account',
  '/api/profile',
  '/api/projects',
] as const;

/** Endpoints for Clerk's webhooks, the most telling first. */
export const USUAL_WEBHOOK = [
  '/api/webhooks/clerk',
  '/api/webhook/clerk',
  '/api/clerk/webhook',
  '/api/clerk/webhooks',
  '/webhooks/clerk',
  '/api/clerk-webhook',
  '/api/webhooks',
  '/api/webhook',
] as const;

/** Health endpoints. */
export const USUAL_HEALTH = [
  '/api/health',
  '/health',
  '/healthz',
  '/api/healthz',
  '/api/health-check',
  '/api/status',
  '/api/healthcheck',
] as const;
