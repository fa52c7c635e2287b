// The process of the Hono app; `start.ts` starts it.
import { serve } from '@hono/node-server';
import { createApp } from './app.ts';
import { deployment } from './shared/deployment.ts';

const { port, settings, deviation } = deployment();
serve({ fetch: createApp(settings, deviation).fetch, port, hostname: '127.0.0.1' }, () => console.log('App listens'));
