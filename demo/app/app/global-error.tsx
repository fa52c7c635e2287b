'use client';

import './globals.css';

interface GlobalErrorProps {
  readonly error: Error & { readonly digest?: string };
  readonly reset: () => void;
}

/** For errors in the root layout, ClerkProvider included: who the user is cannot be asked here, so the link is always shown. */
export default function GlobalError({ error, reset }: GlobalErrorProps) {
  return (
    <html lang="en">
      <body>
        <main>
          <section role="alert" className="card">
            <h1>Something went wrong</h1>
            <p>Fernwork could not be started. {error.digest && <>The error&apos;s number is {error.digest}.</>}</p>
            <button type="button" className="button" onClick={reset}>
              Try again
            </button>
            <p>
              Signed out? <a href="/sign-in">Sign in</a>
            </p>
          </section>
        </main>
      </body>
    </html>
  );
}
