import type { ReadinessOptions } from '../src/index.ts';
import type { DemoTarget } from './instances.ts';
import { APP_FOLDER } from './paths.ts';

/** The options that a team with this app would write. */
export function demoReadiness({
  kind,
  url,
  backendApiUrl,
  secretKey,
  webhookSecret,
  user,
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
    api: ['/api/me', { path: '/api/projects', methods: ['GET', 'POST'] }],
    webhook: { path: '/api/webhooks/clerk', secret: webhookSecret },
    health: { path: '/api/health' },
    cors: { allowedOrigins: ['https://app.demo.example'] },
    clerk: { secretKey, apiUrl: backendApiUrl },
    session: { user: { email: user.email } },
    mode: 'full',
    project: { root: APP_FOLDER },
    // The demo's certificate is made at start and signed by nobody.
    network: { ignoreHTTPSErrors: true },
  };
}
