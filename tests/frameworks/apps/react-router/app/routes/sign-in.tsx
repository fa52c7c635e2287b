import { SignIn } from '@clerk/react-router';

export const meta = () => [{ title: 'Sign in · Fernwork' }];

export default function SignInPage() {
  return <SignIn routing="path" path="/sign-in" />;
}
