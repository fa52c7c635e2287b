import { useAuth } from '@clerk/nextjs';
import type { NextPageContext } from 'next';
import Link from 'next/link';
import { useRouter } from 'next/router';

export default function ErrorPage({ statusCode }: { statusCode: number }) {
  const { isLoaded, isSignedIn } = useAuth();
  const { asPath } = useRouter();
  if (statusCode === 404)
    return (
      <section className="card">
        <h1>We could not find that page</h1>
        <p>The link may be old, or the page has moved.</p>
        <Link className="button" href="/">
          Back to Fernwork
        </Link>
      </section>
    );
  return (
    <section role="alert" className="card">
      <h1>Something went wrong</h1>
      <p>The error was reported to us.</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        Try again
      </button>
      {isLoaded && !isSignedIn && (
        <p>
          You are signed out. <a href={`/sign-in?redirect_url=${encodeURIComponent(asPath)}`}>Sign in</a>
        </p>
      )}
    </section>
  );
}

ErrorPage.getInitialProps = ({ res, err }: NextPageContext) => ({
  statusCode: res?.statusCode ?? err?.statusCode ?? 404,
});
