import { signInPath } from '../../shared/paths.ts';
import { has } from '../settings.ts';

/** What is wrong with one of these apps: it compares an address that the router has not read yet. */
export default defineEventHandler((event) => {
  const isPrivate = ['/dashboard', '/settings', '/settings/billing'].includes(getRequestURL(event).pathname);
  if (has('guard-by-path') && isPrivate && !event.context.auth().userId)
    return sendRedirect(event, signInPath(event.path));
});
