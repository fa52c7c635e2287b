import { createFileRoute } from '@tanstack/react-router';
import { loginPath } from '../../shared/paths.ts';
import { settings } from '../settings.ts';

export const Route = createFileRoute('/login')({
  server: {
    handlers: {
      GET: ({ request }) => {
        const next = new URL(request.url).searchParams.get('next') ?? '';
        return new Response(null, { status: 302, headers: { Location: loginPath(next, settings.origin) } });
      },
    },
  },
});
