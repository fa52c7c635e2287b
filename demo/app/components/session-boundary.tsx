'use client';

import { useAuth } from '@clerk/nextjs';
import { usePathname, useSearchParams } from 'next/navigation';
import type { ReactNode } from 'react';

/**
 * Shows its children to signed-in users only. When the session ends while the page is open (it expired, was revoked,
 * or ended in another tab), it takes the protected content away and says why, instead of leaving a page that no longer works.
 * A prompt and not a redirect: nobody is thrown out in the middle of a sentence, and nothing can loop.
 */
export function SessionBoundary({ children }: { children: ReactNode }) {
  const { isLoaded, isSignedIn } = useAuth();
  return isLoaded && !isSignedIn ? <SessionExpired /> : children;
}

function SessionExpired() {
  const pathname = usePathname();
  const search = useSearchParams().toString();
  const here = search ? `${pathname}?${search}` : pathname;
  return (
    <section role="alert" className="card">
      <h1>Your session has expired</h1>
      <p>Sign in again to go on where you left off: what you were writing is kept.</p>
      {/* A full page load, so that nothing of the old session stays in memory. */}
      <a className="button" href={`/sign-in?redirect_url=${encodeURIComponent(here)}`}>
        Sign in
      </a>
    </section>
  );
}
