import { clerkStatus } from '../../shared/operations.ts';
import { json } from '../../shared/api.ts';
import { settings } from '../settings.ts';

export async function loader(): Promise<Response> {
  const status = await clerkStatus(settings);
  return json({ status, checks: { clerk: { status } } }, status === 'pass' ? 200 : 503);
}
