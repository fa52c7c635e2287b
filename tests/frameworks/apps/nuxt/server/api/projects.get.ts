import { json } from '../../shared/api.ts';
import { projects } from '../../shared/projects.ts';
import { caller } from '../caller.ts';

export default defineEventHandler((event) => {
  const user = caller(event);
  return typeof user === 'string' ? json({ projects: projects.of(user) }) : user;
});
