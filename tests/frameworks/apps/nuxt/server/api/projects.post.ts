import { json } from '../../shared/api.ts';
import { projectName } from '../../shared/operations.ts';
import { projects } from '../../shared/projects.ts';
import { caller } from '../caller.ts';

export default defineEventHandler(async (event) => {
  const user = caller(event);
  if (typeof user !== 'string') return user;
  const name = projectName(await readBody(event).catch(() => undefined));
  return name === undefined ? json({ error: 'invalid_name' }, 400) : json({ project: projects.add(user, name) }, 201);
});
