import type { RequestHandler } from './$types';

export const GET: RequestHandler = () =>
  new Response('User-agent: *\nDisallow: /api/\n', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
