import { json } from '@/lib/api';
import { isClerkReachable } from '@/lib/clerk-status';

export const dynamic = 'force-dynamic';

/** For load balancers and uptime monitors. Says which dependency fails, and nothing else about the server. */
export async function GET(): Promise<Response> {
  const status = (await isClerkReachable()) ? 'pass' : 'fail';
  return json({ status, checks: { clerk: { status } } }, status === 'pass' ? 200 : 503);
}
