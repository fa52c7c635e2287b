import type { ClerkMiddlewareOptions } from '@clerk/nextjs/server';

type ContentSecurityPolicy = NonNullable<ClerkMiddlewareOptions['contentSecurityPolicy']>;

/**
 * What this app adds to Clerk's strict policy (a fresh nonce for each answer, and `strict-dynamic`).
 * Browsers that know `strict-dynamic` ignore the hosts in `script-src`; the others need them.
 * @see https://clerk.com/docs/guides/secure/best-practices/csp-headers
 */
export function contentSecurityPolicy(publishableKey: string, sentryDsn?: string): ContentSecurityPolicy {
  const frontendApi = `https://${frontendApiHost(publishableKey)}`;
  return {
    strict: true,
    directives: {
      'script-src': [frontendApi, 'https://challenges.cloudflare.com'],
      'connect-src': [frontendApi, ...(sentryDsn ? [new URL(sentryDsn).origin] : [])],
      'object-src': ['none'],
      'base-uri': ['none'],
      'frame-ancestors': ['none'],
    },
  };
}

/** A publishable key is `pk_<kind>_` and the base64 of the Frontend API's host and a `$`. */
function frontendApiHost(publishableKey: string): string {
  return atob(publishableKey.split('_')[2] ?? '').replace(/\$$/, '');
}
