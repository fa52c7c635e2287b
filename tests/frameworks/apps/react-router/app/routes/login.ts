import { redirect } from 'react-router';
import type { LoaderFunctionArgs } from 'react-router';
import { settings } from '../settings.ts';

/** Links of the old app, `/login?next=/dashboard`: lead to pages of this app only. */
export function loader({ request }: LoaderFunctionArgs): Response {
  const next = new URL(request.url).searchParams.get('next') ?? '';
  const url = URL.canParse(next, settings.origin) ? new URL(next, settings.origin) : undefined;
  const path = url?.origin === settings.origin ? url.pathname + url.search : '/dashboard';
  return redirect(`/sign-in?redirect_url=${encodeURIComponent(path)}`);
}
