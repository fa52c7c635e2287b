import { createFileRoute } from '@tanstack/react-router';
import { json } from '../../../shared/api.ts';
import { caller } from '../../guard.ts';

export const Route = createFileRoute('/api/me')({
  server: {
    handlers: {
      GET: async ({ request }) => {
        const user = await caller(request);
        return typeof user === 'string' ? json({ userId: user }) : user;
      },
    },
  },
});
