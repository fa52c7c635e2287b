import { createFileRoute } from '@tanstack/react-router';
import { json } from '../../../shared/api.ts';
import { clerkStatus } from '../../../shared/operations.ts';
import { settings } from '../../settings.ts';

export const Route = createFileRoute('/api/health')({
  server: {
    handlers: {
      GET: async () => {
        const status = await clerkStatus(settings);
        return json({ status, checks: { clerk: { status } } }, status === 'pass' ? 200 : 503);
      },
    },
  },
});
