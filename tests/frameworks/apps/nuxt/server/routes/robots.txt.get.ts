export default defineEventHandler((event) => {
  setResponseHeader(event, 'Content-Type', 'text/plain; charset=utf-8');
  return 'User-agent: *\nDisallow: /api/\n';
});
