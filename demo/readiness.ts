import { existsSync, readFileSync } from 'node:fs';
import type { ReadinessOptions } from '../src/index.ts';
import type { DemoTarget } from './instances.ts';
import { APP_FOLDER } from './paths.ts';

const NOBODY = 'nobody watches the demo';

/** A team writes the day on which somebody looked. */
const BY_US = { by: 'the authors of the demo', on: new Date().toISOString().slice(0, 10) };

/** The options that a team with this app would write. */
export function demoReadiness({
  kind,
  url,
  backendApiUrl,
  secretKey,
  webhookSecret,
  user,
  auditLog,
}: DemoTarget): ReadinessOptions {
  return {
    name: kind === 'live' ? 'readiness' : 'staging',
    baseURL: url,
    profile: kind === 'live' ? 'production' : 'staging',
    routes: {
      public: ['/', '/pricing'],
      protected: [
        { path: '/dashboard', contains: 'Your projects' },
        { path: '/settings/billing', contains: 'Billing' },
      ],
      signIn: '/sign-in',
      signUp: '/sign-up',
    },
    api: ['/api/me', { path: '/api/projects', methods: ['GET', 'POST'], body: { name: 'Readiness probe' } }],
    webhook: { path: '/api/webhooks/clerk', secret: webhookSecret, effects: (id) => entriesOf(auditLog, id) },
    health: { path: '/api/health' },
    cors: { allowedOrigins: ['https://app.demo.example'] },
    clerk: { secretKey, apiUrl: backendApiUrl },
    session: { user: { email: user.email } },
    mode: 'full',
    project: { root: APP_FOLDER },
    // 20 a minute; an empty message is refused with 400 and stored nowhere.
    rateLimit: { path: '/api/contact', burst: 30 },
    errors: { crashPath: '/crash' },
    errorTracking: { page: '/dashboard' },
    attest: {
      'monitoring/auth-events': {
        evidence: `an example: here a team links the log of its sign-ins; ${NOBODY}`,
        ...BY_US,
      },
      'monitoring/webhook-alerts': { evidence: `an example: here a team links its alert; ${NOBODY}`, ...BY_US },
      'monitoring/uptime': { evidence: `an example: here a team links its status page; ${NOBODY}`, ...BY_US },
    },
    // The demo's certificate is made at start and signed by nobody.
    network: { ignoreHTTPSErrors: true },
  };
}

/** How often the app kept that it handled a delivery; a team asks its database. */
function entriesOf(log: string, delivery: string): number {
  if (!existsSync(log)) return 0;
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"${delivery}"`)).length;
}
