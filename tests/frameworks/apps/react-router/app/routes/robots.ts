export const loader = (): Response =>
  new Response('User-agent: *\nDisallow: /api/\n', { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
