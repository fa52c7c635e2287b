// The process of the Express app; `demo.ts` starts it.
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AppSettings } from '../demo.ts';
import { ALLOWED_ORIGIN } from '../defects/tools.ts';
import { listen } from '../net/listen.ts';
import { createApp, partsOf } from './app/app.ts';
import type { Settings } from './app/settings.ts';
import { APP_HEADER } from './defects/change.ts';
import { EXPRESS_APPS } from './defects/index.ts';

/** Longer than the front keeps a connection that nobody uses. */
const KEEP_ALIVE_MS = 70_000;

const given = JSON.parse(process.env.EXPRESS_DEMO_SETTINGS ?? '{}') as AppSettings;
const settings: Settings = { ...given, allowedOrigin: ALLOWED_ORIGIN };
const server = createServer(process.env.EXPRESS_DEMO_DEFECTS === 'on' ? changeable() : createApp(partsOf(settings)));
server.keepAliveTimeout = KEEP_ALIVE_MS;
await listen(server, given.port);
console.log('Express listens');

/** The app beside one more for each defect, made when first asked for. */
function changeable(): RequestListener {
  const apps = new Map<string, RequestListener>();
  return (request, response) => {
    const asked = String(request.headers[APP_HEADER]);
    const make = EXPRESS_APPS.get(asked) ?? createApp;
    const name = EXPRESS_APPS.has(asked) ? asked : 'pristine';
    const app = apps.get(name) ?? make(partsOf(settings), settings);
    apps.set(name, app);
    app(request, response);
  };
}
