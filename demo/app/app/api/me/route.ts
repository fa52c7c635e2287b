import { auth } from '@clerk/nextjs/server';
import { json, unauthenticated } from '@/lib/api';

export async function GET(): Promise<Response> {
  const { userId } = await auth();
  return userId ? json({ userId }) : unauthenticated();
}
