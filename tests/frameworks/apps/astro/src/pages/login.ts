import type { APIRoute } from 'astro';
import { settings } from '../settings.ts';

/** Links of the old app: `/login?next=/dashboard`. Leads to pages of this app only. */
export const GET: APIRoute = ({ url, redirect }) => {
  const next = url.searchParams.get('next') ?? '';
  const to = URL.canParse(next, settings.origin) ? new URL(next, settings.origin) : undefined;
  const path = to?.origin === settings.origin ? to.pathname + to.search : '/dashboard';
  return redirect(`/sign-in?redirect_url=${encodeURIComponent(path)}`);
};
