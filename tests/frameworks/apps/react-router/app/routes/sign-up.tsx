import { SignUp } from '@clerk/react-router';

export const meta = () => [{ title: 'Sign up · Fernwork' }];

export default function SignUpPage() {
  return <SignUp routing="path" path="/sign-up" />;
}
