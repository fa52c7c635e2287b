import { useAuth } from '@clerk/react-router';
import { Outlet, useLocation } from 'react-router';
import type { LoaderFunctionArgs, MiddlewareFunction } from 'react-router';
import { signInPath } from '../../shared/paths.ts';
import { pageUser } from '../guard.ts';
import { has } from '../settings.ts';

const isGuardedElsewhere = has('guard-in-layout-loader') || has('guard-in-component') || has('guard-in-each-loader');

export const middleware: MiddlewareFunction<Response>[] = [
  async (args, next) => {
    if (!isGuardedElsewhere) await pageUser(args);
    return next();
  },
];

/** Without a loader, going to a page of this layout would ask nobody. */
export async function loader(args: LoaderFunctionArgs): Promise<null> {
  if (has('guard-in-layout-loader')) await pageUser(args);
  return null;
}

/** Shows its pages to signed-in users only, and says why when the session ends while one is open. */
export default function PrivateLayout() {
  const { isLoaded, isSignedIn } = useAuth();
  const { pathname, search } = useLocation();
  if (!isLoaded || isSignedIn) return <Outlet />;
  return (
    <section role="alert">
      <h1>Your session has expired</h1>
      <p>Sign in again to go on where you left off: what you were writing is kept.</p>
      <a href={signInPath(pathname + search)}>Sign in</a>
    </section>
  );
}
