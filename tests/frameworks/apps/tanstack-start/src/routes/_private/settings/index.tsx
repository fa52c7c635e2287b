import { createFileRoute, redirect } from '@tanstack/react-router';

export const Route = createFileRoute('/_private/settings/')({
  loader: () => {
    throw redirect({ to: '/settings/billing' });
  },
});
