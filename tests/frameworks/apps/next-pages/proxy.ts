import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';
import { BASE_PATH } from '@/lib/base-path';
import { cors } from '@/lib/cors';
import { contentSecurityPolicy } from '@/lib/csp';
import { env } from '@/lib/env';
import { has } from '@/lib/page';

const isProtectedPage = createRouteMatcher(['/dashboard(.*)', '/settings(.*)']);
const isCrossOriginApi = createRouteMatcher(['/api/((?!webhooks/).*)']);

export default clerkMiddleware(
  async (auth, request) => {
    if (isCrossOriginApi(request)) return cors(request, env.allowedOrigin);
    if (isProtectedPage(request) && !has('guard-in-browser') && !has('guard-on-first-load')) await auth.protect();
  },
  () => ({
    publishableKey: env.publishableKey,
    signInUrl: `${BASE_PATH}/sign-in`,
    signUpUrl: `${BASE_PATH}/sign-up`,
    authorizedParties: [env.appOrigin, env.allowedOrigin],
    contentSecurityPolicy: contentSecurityPolicy(env.publishableKey, env.sentryDsn),
  }),
);

export const config = {
  matcher: [
    // Next.js puts the base path in front of each, and none of the others matches it alone.
    '/',
    '/((?!_next/static/|_next/image|images/|favicon\\.ico$|robots\\.txt$|sitemap\\.xml$).*)',
    '/(api|trpc)(.*)',
  ],
};
