import { randomBytes } from 'node:crypto';
import { createContext } from 'react-router';
import type { MiddlewareFunction } from 'react-router';
import { headersOf } from '../shared/policy.ts';
import { settings } from './settings.ts';

/** The nonce of the answer's policy. */
export const nonceContext = createContext<string>();

/** What browsers are told about every answer. */
export const browserHeaders: MiddlewareFunction<Response> = async ({ context }, next) => {
  const nonce = randomBytes(16).toString('base64');
  context.set(nonceContext, nonce);
  const response = await next();
  for (const [name, value] of Object.entries(headersOf(settings, nonce))) response.headers.set(name, value);
  if (!response.headers.has('Cache-Control')) response.headers.set('Cache-Control', 'private, no-store');
  return response;
};
