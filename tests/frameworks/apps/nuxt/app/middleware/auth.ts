import { signInPath } from '#shared/paths';

/** Sends whoever is signed out to sign-in and back. */
export default defineNuxtRouteMiddleware(({ fullPath, path }) => {
  const has = import.meta.server ? useRequestEvent()?.context.has : undefined;
  const isOpen = path.startsWith('/admin/')
    ? has?.('hidden-page-open')
    : has?.('guard-forgotten') || has?.('guard-by-path');
  if (isOpen) return;
  const { isSignedIn } = useAuth();
  if (isSignedIn.value !== false) return;
  if (has?.('guard-answers-401')) return abortNavigation({ statusCode: 401, message: 'Sign in to see this page' });
  return navigateTo(signInPath(fullPath));
});
