// The process of the Fastify app; `start.ts` starts it.
import { createApp } from './app.ts';
import { deployment } from './shared/deployment.ts';

const { port, settings, defect } = deployment();
await createApp(settings, defect).listen({ port, host: '127.0.0.1' });
console.log('App listens');
