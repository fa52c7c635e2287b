import { randomBytes } from 'node:crypto';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { serveDns } from '../support/dns.ts';
import { closedPort } from '../support/server.ts';

/** Options that make as many checks as possible run, with short bounds; nothing but loopback is asked. */
export async function everyOption(baseURL: string): Promise<ReadinessOptions> {
  return {
    baseURL,
    profile: 'staging',
    mode: 'full',
    routes: { public: ['/', '/pricing'], protected: ['/dashboard'], signIn: '/sign-in', signUp: '/sign-up' },
    api: ['/api/me', { path: '/api/projects', methods: ['GET', 'POST'] }],
    webhook: { path: '/api/webhooks/clerk', secret: `whsec_${randomBytes(24).toString('base64')}` },
    health: { path: '/api/health' },
    cors: { allowedOrigins: ['https://app.example.com'] },
    rateLimit: { path: '/api/contact', burst: 10 },
    errors: { crashPath: '/crash' },
    clerk: {
      secretKey: `sk_test_${randomBytes(24).toString('hex')}`,
      apiUrl: `http://127.0.0.1:${await closedPort()}`,
    },
    network: {
      dns: [(await serveDns({})).address],
      // Long enough for a machine that does other things as well.
      requestTimeoutMs: 1_500,
      requestsPerSecond: 5000,
      maxRedirects: 5,
    },
  };
}
