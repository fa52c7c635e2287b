import { json } from '@/lib/api';

/** Unknown API paths: programs want JSON and not the branded page. */
function notFound(): Response {
  return json({ error: 'not_found' }, 404);
}

export { notFound as GET, notFound as POST, notFound as PUT, notFound as PATCH, notFound as DELETE };
