import { ALLOWED_ORIGIN } from '../../demo/defects/tools.ts';
import { nextEnvironment, startInstance } from '../../demo/demo.ts';
import type { RunningInstance } from '../../demo/demo.ts';
import { demoPorts, randomKeys } from '../../demo/instances.ts';
import type { InstanceKind } from '../../demo/instances.ts';
import { createCertificate } from '../../demo/net/certificate.ts';
import { prepareScripts } from '../../demo/prepare.ts';
import { startServerProcess } from '../../demo/server-process.ts';
import type { Framework } from './frameworks.ts';
import { nodeOf, prepare } from './prepare.ts';

/** A deployed app, and the folder of its project. */
export interface Site extends RunningInstance {
  readonly framework: Framework;
  readonly folder: string;
}

export interface StartOptions {
  /** What of the app is wrong, or right and unusual; default: nothing. */
  readonly deviation?: string;
  /** Default: `live`. */
  readonly kind?: InstanceKind;
}

/** Starts the app of a framework behind the demo's front, against a Clerk of its own. */
export async function start(framework: Framework, { deviation, kind = 'live' }: StartOptions = {}): Promise<Site> {
  await prepareScripts(() => {}, framework.scripts);
  const folder = await prepare(framework);
  const running = await startInstance({
    kind,
    app: (settings) =>
      startServerProcess({
        name: `the ${framework.name} app`,
        node: nodeOf(framework, folder),
        args: framework.serve.args,
        cwd: folder,
        env: {
          ...nextEnvironment(settings),
          APP_SETTINGS: JSON.stringify({ ...settings, allowedOrigin: ALLOWED_ORIGIN }),
          // What the servers of Astro, SvelteKit and Nuxt, and the SDKs for them, read themselves.
          HOST: '127.0.0.1',
          PORT: String(settings.port),
          ORIGIN: settings.origin,
          ADDRESS_HEADER: 'X-Forwarded-For',
          PUBLIC_CLERK_API_URL: settings.apiUrl,
          PUBLIC_CLERK_PUBLISHABLE_KEY: settings.publishableKey,
          PUBLIC_CLERK_TELEMETRY_DISABLED: '1',
          NUXT_CLERK_API_URL: settings.apiUrl,
          NUXT_CLERK_SECRET_KEY: settings.secretKey,
          NUXT_PUBLIC_CLERK_PUBLISHABLE_KEY: settings.publishableKey,
          NUXT_PUBLIC_CLERK_TELEMETRY_DISABLED: 'true',
          ...(deviation !== undefined && { APP_DEVIATION: deviation }),
        },
        ready: framework.serve.ready,
      }),
    defects: undefined,
    certificate: await createCertificate(),
    ports: demoPorts(kind, 0),
    keys: randomKeys(kind),
  });
  return { ...running, framework, folder };
}
