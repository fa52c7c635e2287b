import { useAuth } from '@clerk/tanstack-react-start';
import { createFileRoute, Outlet, useLocation } from '@tanstack/react-router';
import { signInPath } from '../../shared/paths.ts';
import { guardedRoute, requireUser } from '../guard.ts';

export const Route = createFileRoute('/_private')({
  server: { middleware: [guardedRoute] },
  beforeLoad: ({ location }) => requireUser({ data: location.href }),
  component: PrivateLayout,
});

/** Shows its pages to signed-in users only, and says why when the session ends while one is open. */
function PrivateLayout() {
  const { isLoaded, isSignedIn } = useAuth();
  const { href } = useLocation();
  if (!isLoaded || isSignedIn) return <Outlet />;
  return (
    <section role="alert">
      <h1>Your session has expired</h1>
      <p>Sign in again to go on where you left off: what you were writing is kept.</p>
      <a href={signInPath(href)}>Sign in</a>
    </section>
  );
}
