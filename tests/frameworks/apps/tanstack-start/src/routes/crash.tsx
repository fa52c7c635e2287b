import { createFileRoute } from '@tanstack/react-router';

export const Route = createFileRoute('/crash')({
  loader: () => {
    throw new Error('fire drill: this page always fails');
  },
  component: () => null,
});
