import { auth } from '@clerk/nextjs/server';
import { json, jsonObject, unauthenticated } from '@/lib/api';
import { isForeignOrigin } from '@/lib/origin';
import { projects } from '@/lib/projects';

const MAX_NAME_LENGTH = 100;

export async function GET(): Promise<Response> {
  const { userId } = await auth();
  return userId ? json({ projects: projects.of(userId) }) : unauthenticated();
}

export async function POST(request: Request): Promise<Response> {
  const { userId } = await auth();
  if (!userId) return unauthenticated();
  if (isForeignOrigin(request)) return json({ error: 'foreign_origin' }, 403);
  const name = (await jsonObject(request))?.name;
  if (typeof name !== 'string' || name.trim() === '' || name.length > MAX_NAME_LENGTH) return json({ error: 'invalid_name' }, 400);
  return json({ project: projects.add(userId, name.trim()) }, 201);
}
