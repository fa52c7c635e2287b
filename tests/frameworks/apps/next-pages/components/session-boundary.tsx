import { useAuth } from '@clerk/nextjs';
import { useRouter } from 'next/router';
import type { ReactNode } from 'react';
import { signInTo } from '@/lib/sign-in';

/** Shows its children to signed-in users only, and says why when the session ends while the page is open. */
export function SessionBoundary({ children }: { children: ReactNode }) {
  const { isLoaded, isSignedIn } = useAuth();
  const { asPath } = useRouter();
  if (!isLoaded || isSignedIn) return children;
  return (
    <section role="alert" className="card">
      <h1>Your session has expired</h1>
      <p>Sign in again to go on where you left off: what you were writing is kept.</p>
      <a className="button" href={signInTo(asPath)}>
        Sign in
      </a>
    </section>
  );
}
