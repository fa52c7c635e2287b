import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';

/** The only guard of this app, so that whatever slips past it is served. */
const isProtected = createRouteMatcher(['/dashboard(.*)', '/item/private(.*)', '/api/admin(.*)']);

export default clerkMiddleware(
  async (auth, request) => {
    if (isProtected(request)) await auth.protect();
  },
  () => ({ publishableKey: process.env.CLERK_PUBLISHABLE_KEY, signInUrl: '/sign-in' }),
);

export const config = {
  matcher: ['/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|ico)).*)', '/(api|trpc)(.*)'],
};
