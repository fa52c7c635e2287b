import { SignUp } from '@clerk/tanstack-react-start';
import { createFileRoute } from '@tanstack/react-router';

export const Route = createFileRoute('/sign-up/$')({
  head: () => ({ meta: [{ title: 'Sign up · Fernwork' }] }),
  component: () => <SignUp routing="path" path="/sign-up" />,
});
