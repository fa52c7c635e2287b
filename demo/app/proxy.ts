import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';
import { contentSecurityPolicy } from '@/lib/csp';
import { cors } from '@/lib/cors';
import { env } from '@/lib/env';

/** Pages for signed-in users. The pages ask again (`lib/user.ts`): this guard alone would be one mistake from open. */
const isProtectedPage = createRouteMatcher(['/dashboard(.*)', '/settings(.*)']);

/** API routes guard themselves, because programs want a 401 and no redirect. Clerk's servers need no CORS for webhooks. */
const isCrossOriginApi = createRouteMatcher(['/api/((?!webhooks/).*)']);

export default clerkMiddleware(
  async (auth, request) => {
    if (isCrossOriginApi(request)) return cors(request, env.allowedOrigin);
    if (isProtectedPage(request)) await auth.protect();
  },
  () => ({
    publishableKey: env.publishableKey,
    ...(env.clerkProxyUrl && { proxyUrl: env.clerkProxyUrl, frontendApiProxy: { enabled: true } }),
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    // Refuses session tokens that were issued to pages of any other origin.
    authorizedParties: [env.appOrigin, env.allowedOrigin],
    contentSecurityPolicy: contentSecurityPolicy(env.publishableKey, env.sentryDsn),
  }),
);

export const config = {
  // Everything but the files that are the same for everybody. By place, not by extension: `/dashboard/x.css` is a page.
  matcher: ['/((?!_next/static/|_next/image|images/|favicon\\.ico$|robots\\.txt$|sitemap\\.xml$).*)', '/(api|trpc)(.*)'],
};
