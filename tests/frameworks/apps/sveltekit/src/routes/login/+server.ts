import { redirect } from '@sveltejs/kit';
import { settings } from '../../settings.ts';
import type { RequestHandler } from './$types';

/** Links of the old app, `/login?next=/dashboard`: lead to pages of this app only. */
export const GET: RequestHandler = ({ url: { searchParams } }) => {
  const next = searchParams.get('next') ?? '';
  const url = URL.canParse(next, settings.origin) ? new URL(next, settings.origin) : undefined;
  const path = url?.origin === settings.origin ? url.pathname + url.search : '/dashboard';
  redirect(302, `/sign-in?redirect_url=${encodeURIComponent(path)}`);
};
