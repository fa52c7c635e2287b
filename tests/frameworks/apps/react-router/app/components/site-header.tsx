import { useAuth, useClerk } from '@clerk/react-router';
import { Link } from 'react-router';

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
          <Link to="/sign-in">Sign in</Link> <Link to="/sign-up">Sign up</Link>
        </>
      )}
    </header>
  );
}
