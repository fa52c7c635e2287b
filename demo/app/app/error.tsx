'use client';

import { useAuth } from '@clerk/nextjs';
import { usePathname } from 'next/navigation';

interface ErrorPageProps {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}

/** For errors inside the layout. Shows the digest, by which support finds the error in the log, and never the message. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  const { isLoaded, isSignedIn } = useAuth();
  const pathname = usePathname();
  return (
    <section role="alert" className="card">
      <h1>Something went wrong</h1>
      <p>The error was reported to us. {error.digest && <>Its number is {error.digest}.</>}</p>
      <button type="button" className="button" onClick={reset}>
        Try again
      </button>
      {isLoaded && !isSignedIn && (
        <p>
          You are signed out. <a href={`/sign-in?redirect_url=${encodeURIComponent(pathname)}`}>Sign in</a>
        </p>
      )}
    </section>
  );
}
