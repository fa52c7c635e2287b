import { useAuth, useClerk } from '@clerk/tanstack-react-start';
import { Link } from '@tanstack/react-router';

export function SiteHeader() {
  const { isLoaded, isSignedIn } = useAuth();
  const { signOut } = useClerk();
  return (
    <header>
      <Link to="/">Fernwork</Link> <Link to="/pricing">Pricing</Link>{' '}
      {isSignedIn && (
        <>
          <Link to="/dashboard">Dashboard</Link> <Link to="/settings/billing">Billing</Link>{' '}
          <button type="button" onClick={() => signOut()}>
            Sign out
          </button>
        </>
      )}
      {isLoaded && !isSignedIn && (
        <>
          <a href="/sign-in">Sign in</a> <a href="/sign-up">Sign up</a>
        </>
      )}
    </header>
  );
}
