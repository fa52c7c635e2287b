import { json } from '../../../../shared/api.ts';
import { caller } from '../../../guard.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) => {
  const user = caller(event);
  return typeof user === 'string' ? json({ userId: user }) : user;
};
