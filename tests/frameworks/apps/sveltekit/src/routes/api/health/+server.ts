import { clerkStatus } from '../../../../shared/operations.ts';
import { json } from '../../../../shared/api.ts';
import { settings } from '../../../settings.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async () => {
  const status = await clerkStatus(settings);
  return json({ status, checks: { clerk: { status } } }, status === 'pass' ? 200 : 503);
};
