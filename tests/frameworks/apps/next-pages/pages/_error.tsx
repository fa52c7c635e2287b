import { useAuth } from '@clerk/nextjs';
import type { NextPageContext } from 'next';
import { useRouter } from 'next/router';
import { signInTo } from '@/lib/sign-in';

/** For errors only: paths that lead nowhere get `app/not-found.tsx`, because there is a folder `app`. */
export default function ErrorPage() {
  const { isLoaded, isSignedIn } = useAuth();
  const { asPath } = useRouter();
  return (
    <section role="alert" className="card">
      <h1>Something went wrong</h1>
      <p>The error was reported to us.</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        Try again
      </button>
      {isLoaded && !isSignedIn && (
        <p>
          You are signed out. <a href={signInTo(asPath)}>Sign in</a>
        </p>
      )}
    </section>
  );
}

/** Makes the page for each answer: the policy's nonce differs. */
ErrorPage.getInitialProps = ({ res, err }: NextPageContext) => ({ statusCode: res?.statusCode ?? err?.statusCode });
