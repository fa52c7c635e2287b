import type { APIRoute } from 'astro';
import { json } from '../../../shared/api.ts';
import { caller } from '../../guard.ts';

export const GET: APIRoute = (context) => {
  const user = caller(context);
  return typeof user === 'string' ? json({ userId: user }) : user;
};
