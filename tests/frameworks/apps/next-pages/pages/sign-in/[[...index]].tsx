import { SignIn } from '@clerk/nextjs';
import { BASE_PATH } from '@/lib/base-path';

export default function SignInPage() {
  return (
    <div className="center">
      <SignIn routing="path" path={`${BASE_PATH}/sign-in`} />
    </div>
  );
}
