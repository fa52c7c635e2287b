import type { APIRoute } from 'astro';
import { clerkStatus } from '../../../shared/operations.ts';
import { json } from '../../../shared/api.ts';
import { settings } from '../../settings.ts';

export const GET: APIRoute = async () => {
  const status = await clerkStatus(settings);
  return json({ status, checks: { clerk: { status } } }, status === 'pass' ? 200 : 503, {
    'Cache-Control': 'no-store',
  });
};
