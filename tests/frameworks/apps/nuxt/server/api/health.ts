import { json } from '../../shared/api.ts';
import { clerkStatus } from '../../shared/operations.ts';
import { settings } from '../settings.ts';

export default defineEventHandler(async () => {
  const status = await clerkStatus(settings);
  return json({ status, checks: { clerk: { status } } }, status === 'pass' ? 200 : 503);
});
