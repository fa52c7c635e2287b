import { SignIn } from '@clerk/tanstack-react-start';
import { createFileRoute } from '@tanstack/react-router';

export const Route = createFileRoute('/sign-in/$')({
  head: () => ({ meta: [{ title: 'Sign in · Fernwork' }] }),
  component: () => <SignIn routing="path" path="/sign-in" />,
});
