import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';
import { NextResponse } from 'next/server';
import type { NextFetchEvent, NextRequest } from 'next/server';
import { cors } from '@/lib/cors';
import { contentSecurityPolicy } from '@/lib/csp';
import { env } from '@/lib/env';

/** What may be wrong with the app, or right and unusual. */
type Deviation = 'api-not-matched' | 'api-protected-here';

const has = (name: Deviation): boolean => process.env.APP_DEVIATION === name;

const isProtectedPage = createRouteMatcher(['/dashboard(.*)', '/settings(.*)']);
const isCrossOriginApi = createRouteMatcher(['/api/((?!webhooks/).*)']);
const isUserApi = createRouteMatcher(['/api/me', '/api/projects']);

const withClerk = clerkMiddleware(
  async (auth, request) => {
    if (isCrossOriginApi(request)) {
      if (has('api-protected-here') && isUserApi(request) && request.method !== 'OPTIONS') {
        const { userId } = await auth();
        if (!userId) return refusal(request);
      }
      return cors(request, env.allowedOrigin);
    }
    if (isProtectedPage(request)) await auth.protect();
  },
  () => ({
    publishableKey: env.publishableKey,
    signInUrl: '/sign-in',
    signUpUrl: '/sign-up',
    authorizedParties: [env.appOrigin, env.allowedOrigin],
    contentSecurityPolicy: contentSecurityPolicy(env.publishableKey, env.sentryDsn),
  }),
);

/** With what lets pages of the other origin read it. */
function refusal(request: NextRequest): NextResponse {
  const allowed = cors(request, env.allowedOrigin).headers.get('access-control-allow-origin');
  return NextResponse.json(
    { error: 'unauthenticated' },
    { status: 401, headers: { Vary: 'Origin', ...(allowed && { 'Access-Control-Allow-Origin': allowed }) } },
  );
}

export default function middleware(request: NextRequest, event: NextFetchEvent): ReturnType<typeof withClerk> {
  // As with a matcher that leaves the API out.
  if (has('api-not-matched') && request.nextUrl.pathname.startsWith('/api/')) return NextResponse.next();
  return withClerk(request, event);
}

export const config = {
  matcher: [
    '/((?!_next/static/|_next/image|images/|favicon\\.ico$|robots\\.txt$|sitemap\\.xml$).*)',
    '/(api|trpc)(.*)',
  ],
};
