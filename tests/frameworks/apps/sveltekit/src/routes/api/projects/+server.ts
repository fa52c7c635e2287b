import { projectName } from '../../../../shared/operations.ts';
import { projects } from '../../../../shared/projects.ts';
import { json } from '../../../../shared/api.ts';
import { caller } from '../../../guard.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = (event) => {
  const user = caller(event);
  return typeof user === 'string' ? json({ projects: projects.of(user) }) : user;
};

export const POST: RequestHandler = async (event) => {
  const user = caller(event);
  if (typeof user !== 'string') return user;
  const name = projectName(await event.request.json().catch(() => undefined));
  return name === undefined ? json({ error: 'invalid_name' }, 400) : json({ project: projects.add(user, name) }, 201);
};
