import { createMiddleware } from '@tanstack/react-start';
import { withCors } from '../shared/api.ts';
import { has, settings } from './settings.ts';

export const cors = createMiddleware().server(async ({ request, pathname, next }) => {
  if (!pathname.startsWith('/api/')) return next();
  return withCors(request, settings, has('cors-reflects'), async () => (await next()).response);
});
