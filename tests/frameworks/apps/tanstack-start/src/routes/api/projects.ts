import { createFileRoute } from '@tanstack/react-router';
import { json } from '../../../shared/api.ts';
import { projectName } from '../../../shared/operations.ts';
import { projects } from '../../../shared/projects.ts';
import { caller } from '../../guard.ts';

export const Route = createFileRoute('/api/projects')({
  server: {
    handlers: {
      GET: async ({ request }) => {
        const user = await caller(request);
        return typeof user === 'string' ? json({ projects: projects.of(user) }) : user;
      },
      POST: async ({ request }) => {
        const user = await caller(request);
        if (typeof user !== 'string') return user;
        const name = projectName(await request.json().catch(() => undefined));
        if (name === undefined) return json({ error: 'invalid_name' }, 400);
        return json({ project: projects.add(user, name) }, 201);
      },
    },
  },
});
