import { randomBytes } from 'node:crypto';
import { createMiddleware } from '@tanstack/react-start';
import { headersOf } from '../shared/policy.ts';
import { settings } from './settings.ts';

/** What browsers are told about every answer; `nonce` is that of its policy. */
export const browserHeaders = createMiddleware().server(async ({ next }) => {
  const nonce = randomBytes(16).toString('base64');
  const result = await next({ context: { nonce } });
  const { headers } = result.response;
  for (const [name, value] of Object.entries(headersOf(settings, nonce))) headers.set(name, value);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'private, no-store');
  return result;
});
