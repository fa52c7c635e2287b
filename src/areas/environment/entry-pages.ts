import type { ProtectedRoute, Readiness } from '../../config/options.ts';
import type { Visit } from '../../target/exchange.ts';
import { endOf, isSignIn } from '../../target/sign-in.ts';
import type { CheckContext, Expectation } from '../../verify.ts';

/** Pages through which people come in. */
export type EntryName = 'sign-in' | 'sign-up';

/** A page to sign in or up on. */
export interface EntryPage {
  readonly name: EntryName;
  /** Path on the target, or an absolute URL. */
  readonly page: string;
}

/** A protected page as anonymous visitors get it. */
export interface GuardedVisit {
  readonly path: string;
  readonly visit: Visit;
}

/** Protected pages that are visited; one guard leads everybody to the same page. */
const MAX_GUARDED = 3;

/** What is said when no sign-in page is known. */
export const NO_ENTRY = 'no sign-in page is known: set routes.signIn, and routes.protected to pages that lead there';

/** Visits the protected pages that redirect those who are not signed in. */
export function guardedVisits({ target, readiness }: CheckContext): Promise<GuardedVisit[]> {
  return Promise.all(
    redirecting(readiness).map(async ({ path }) => ({ path, visit: await target.anonymous.page(path) })),
  );
}

/** The pages of the options; sign-in where the first protected page leads, when it is not named. */
export function entryPages(guarded: readonly GuardedVisit[], expectation: Expectation): EntryPage[] {
  const { routes } = expectation.readiness;
  const signIn = routes.signIn ?? learned(guarded, expectation);
  return [
    ...(signIn === undefined ? [] : [{ name: 'sign-in', page: signIn } as const]),
    ...(routes.signUp === undefined ? [] : [{ name: 'sign-up', page: routes.signUp } as const]),
  ];
}

function redirecting({ routes }: Readiness): readonly ProtectedRoute[] {
  return (routes.protected || [])
    .filter(({ guard, unauthenticated = 'redirect' }) => guard === 'server' && unauthenticated === 'redirect')
    .slice(0, MAX_GUARDED);
}

function learned(guarded: readonly GuardedVisit[], expectation: Expectation): string | undefined {
  const end = guarded.map(({ visit }) => endOf(visit)).find((url) => isSignIn(url, expectation));
  return end?.origin === expectation.identity.origin ? end.pathname : undefined;
}
