import type { APIRoute } from 'astro';
import { projectName } from '../../../shared/operations.ts';
import { projects } from '../../../shared/projects.ts';
import { json } from '../../../shared/api.ts';
import { caller } from '../../guard.ts';
import { has } from '../../settings.ts';

export const GET: APIRoute = (context) => {
  const user = caller(context);
  return typeof user === 'string' ? json({ projects: projects.of(user) }) : user;
};

export const POST: APIRoute = async (context) => {
  try {
    // The body is read before anybody looks at the session.
    if (has('api-shows-error')) projectName(await context.request.json());
    const user = caller(context);
    if (typeof user !== 'string') return user;
    const name = projectName(await context.request.json().catch(() => undefined));
    return name === undefined ? json({ error: 'invalid_name' }, 400) : json({ project: projects.add(user, name) }, 201);
  } catch (error) {
    return json({ error: error instanceof Error ? error.stack : String(error) }, 400);
  }
};
