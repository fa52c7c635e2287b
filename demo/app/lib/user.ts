import 'server-only';
import { cache } from 'react';
import { auth, currentUser } from '@clerk/nextjs/server';

/** What pages may know of the user. Clerk's own object holds more than a browser should get. */
export interface Viewer {
  readonly id: string;
  readonly firstName: string;
  readonly email: string;
}

/** The signed-in user, asked of Clerk once for each request; anyone else is sent to sign-in. */
export const requireViewer = cache(async (): Promise<Viewer> => {
  const { userId } = await auth.protect();
  const user = await currentUser();
  return { id: userId, firstName: user?.firstName ?? 'there', email: user?.primaryEmailAddress?.emailAddress ?? '' };
});
