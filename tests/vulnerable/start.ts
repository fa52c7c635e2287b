import { startClerkStandIn } from '../../demo/clerk/stand-in.ts';
import { startFront } from '../../demo/front/front.ts';
import { DEMO_USER, randomKeys } from '../../demo/instances.ts';
import { createCertificate } from '../../demo/net/certificate.ts';
import { freePort } from '../../demo/net/listen.ts';
import { startNext } from '../../demo/next-server.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { prepare } from './prepare.ts';
import type { Release } from './releases.ts';

/** The app with one release, deployed. */
export interface Site {
  /** What the team that runs it would write. */
  readonly options: ReadinessOptions;
  close(): Promise<void>;
}

/** Builds the app with a release where needed, and starts it behind the demo's front against the Clerk stand-in. */
export async function start(release: Release): Promise<Site> {
  const folder = await prepare(release);
  const closers: Array<() => Promise<void>> = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const certificate = await createCertificate();
    const { secretKey, webhookSecret, password } = randomKeys('live');
    const clerk = await startClerkStandIn({
      kind: 'live',
      certificate,
      secretKey,
      user: { ...DEMO_USER, password },
      frontendApiPort: 0,
      backendApiPort: 0,
      // No browser comes here.
      scripts: folder,
    });
    closers.push(() => clerk.close());
    const port = await freePort();
    const front = await startFront({
      port: 0,
      upstreamPort: port,
      certificate,
      defects: undefined,
      site: () => {
        throw new Error('this front knows no defects');
      },
    });
    closers.push(() => front.close());
    const next = await startNext(
      port,
      {
        CLERK_PUBLISHABLE_KEY: clerk.publishableKey,
        CLERK_SECRET_KEY: secretKey,
        CLERK_API_URL: clerk.backendApiUrl,
        CLERK_WEBHOOK_SIGNING_SECRET: webhookSecret,
      },
      folder,
    );
    closers.push(() => next.close());
    return {
      options: {
        baseURL: front.url,
        routes: {
          public: ['/'],
          protected: [
            { path: '/dashboard', contains: 'Figures of this quarter' },
            { path: '/item/private', contains: 'The combination of the vault' },
          ],
          signIn: '/sign-in',
        },
        api: [{ path: '/api/admin/users', unauthenticatedStatus: [404] }],
        webhook: { path: '/api/webhooks/clerk', secret: webhookSecret },
        network: { ignoreHTTPSErrors: true },
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
