import { settings } from '../settings.ts';

/** Links of the old app, `/login?next=/dashboard`: lead to pages of this app only. */
export default defineEventHandler((event) => {
  const next = getRequestURL(event).searchParams.get('next') ?? '';
  const url = URL.canParse(next, settings.origin) ? new URL(next, settings.origin) : undefined;
  const path = url?.origin === settings.origin ? url.pathname + url.search : '/dashboard';
  return sendRedirect(event, `/sign-in?redirect_url=${encodeURIComponent(path)}`);
});
