import { json } from '../../shared/api.ts';
import { caller } from '../caller.ts';

export default defineEventHandler((event) => {
  const user = caller(event);
  return typeof user === 'string' ? json({ userId: user }) : user;
});
