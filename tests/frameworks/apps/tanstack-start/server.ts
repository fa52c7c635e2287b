import { serve } from 'srvx';
import type { ServerMiddleware } from 'srvx';
import { staticMiddleware } from 'srvx/static';
import { deployment } from './shared/deployment.ts';
import app from './dist/server/server.js';

/** Files of the build have a hash in their name, so that browsers may keep them for ever. */
const buildFiles: ServerMiddleware = async ({ url }, next) => {
  const response = await next();
  if (response.ok && new URL(url).pathname.startsWith('/assets/'))
    response.headers.set('Cache-Control', 'public, max-age=31536000, immutable');
  return response;
};

const server = serve({
  hostname: '127.0.0.1',
  port: deployment().port,
  silent: true,
  middleware: [buildFiles, staticMiddleware({ dir: './dist/client' })],
  fetch: (request) => app.fetch(request),
});

await server.ready();
console.log('App listens');
