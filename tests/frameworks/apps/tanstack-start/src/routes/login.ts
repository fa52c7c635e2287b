import { createFileRoute } from '@tanstack/react-router';
import { settings } from '../settings.ts';

/** Links of the old app, `/login?next=/dashboard`: lead to pages of this app only. */
export const Route = createFileRoute('/login')({
  server: {
    handlers: {
      GET: ({ request }) => {
        const next = new URL(request.url).searchParams.get('next') ?? '';
        const url = URL.canParse(next, settings.origin) ? new URL(next, settings.origin) : undefined;
        const path = url?.origin === settings.origin ? url.pathname + url.search : '/dashboard';
        const Location = `/sign-in?redirect_url=${encodeURIComponent(path)}`;
        return new Response(null, { status: 302, headers: { Location } });
      },
    },
  },
});
