import type { ActionFunctionArgs, LoaderFunctionArgs } from 'react-router';
import { projectName } from '../../shared/operations.ts';
import { projects } from '../../shared/projects.ts';
import { json } from '../../shared/api.ts';
import { caller } from '../guard.ts';

export const loader = async (args: LoaderFunctionArgs): Promise<Response> =>
  json({ projects: projects.of(await caller(args)) });

export async function action(args: ActionFunctionArgs): Promise<Response> {
  const user = await caller(args);
  const name = projectName(await args.request.json().catch(() => undefined));
  return name === undefined ? json({ error: 'invalid_name' }, 400) : json({ project: projects.add(user, name) }, 201);
}
