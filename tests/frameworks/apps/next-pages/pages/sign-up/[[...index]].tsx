import { SignUp } from '@clerk/nextjs';
import { BASE_PATH } from '@/lib/base-path';

export default function SignUpPage() {
  return (
    <div className="center">
      <SignUp routing="path" path={`${BASE_PATH}/sign-up`} />
    </div>
  );
}
