import type { H3Event } from 'h3';
import { callerOf } from '../shared/api.ts';
import { has, settings } from './settings.ts';

/** The user who calls the API, or the answer to somebody else. */
export function caller(event: H3Event): string | Response {
  const { userId } = event.context.auth();
  if (has('api-open') && !userId) return 'nobody';
  return callerOf(userId, toWebRequest(event), settings);
}
