import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';
import { cors } from '@/lib/cors';
import { contentSecurityPolicy } from '@/lib/csp';
import { env } from '@/lib/env';
import { has } from '@/lib/page';

const isProtectedPage = createRouteMatcher(['/dashboard(.*)', '/settings(.*)']);
const isCrossOriginApi = createRouteMatcher(['/api/((?!webhooks/).*)']);

export default clerkMiddleware(
  async (auth, request) => {
    if (isCrossOriginApi(request)) return cors(request, env.allowedOrigin);
    // As written by hand: what Next.js serves under another address is forgotten.
    if (has('guard-by-address')) {
      if (/^\/(?:dashboard|settings)/.test(new URL(request.url).pathname)) await auth.protect();
    } else if (isProtectedPage(request) && !has('guard-in-browser')) await auth.protect();
  },
  () => ({
    publishableKey: env.publishableKey,
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    authorizedParties: [env.appOrigin, env.allowedOrigin],
    contentSecurityPolicy: contentSecurityPolicy(env.publishableKey, env.sentryDsn),
  }),
);

export const config = {
  matcher: [
    '/((?!_next/static/|_next/image|images/|favicon\\.ico$|robots\\.txt$|sitemap\\.xml$).*)',
    '/(api|trpc)(.*)',
  ],
};
