// The process of the Fastify app; `start.ts` starts it.
import { createApp } from './app.ts';
import { deployment } from './shared/deployment.ts';

const { port, settings, deviation } = deployment();
await createApp(settings, deviation).listen({ port, host: '127.0.0.1' });
console.log('App listens');
