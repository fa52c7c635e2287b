import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClerkControl, ClerkStandIn } from './clerk/stand-in.ts';
import { startClerkStandIn } from './clerk/stand-in.ts';
import { DEFECTS } from './defects/index.ts';
import type { Defect, Site } from './defects/defect.ts';
import { startFront } from './front/front.ts';
import type { Front } from './front/front.ts';
import { auditLog, DEMO_USER, demoPorts, randomKeys } from './instances.ts';
import type { DemoKeys, DemoPorts, DemoTarget, InstanceKind } from './instances.ts';
import type { Certificate } from './net/certificate.ts';
import { createCertificate } from './net/certificate.ts';
import { assertFree, freePort } from './net/listen.ts';
import { startNext } from './next-server.ts';
import { CACHE_FOLDER } from './paths.ts';
import { prepare, SCRIPTS_FOLDER } from './prepare.ts';
import { startSentryStandIn } from './sentry.ts';

/** The path that Clerk's SDKs take for their proxy. Source: DEFAULT_PROXY_PATH of @clerk/shared */
const PROXY_PATH = '/__clerk';

/** A running instance, with a hand on its Clerk. */
export interface Instance extends DemoTarget {
  readonly clerk: ClerkControl;
  /** What a defect may know of it. */
  readonly site: Site;
}

export interface Demo {
  readonly instances: Readonly<Partial<Record<InstanceKind, Instance>>>;
  /** What all instances serve, in PEM. */
  readonly certificate: string;
  close(): Promise<void>;
}

export interface DemoOptions {
  readonly kinds: readonly InstanceKind[];
  /** Whether requests may ask for defects, or the defects on offer. */
  readonly defects: boolean | ReadonlyMap<string, Defect>;
  /** Whether the live instance's Frontend API is reached through a path of the app's own origin. */
  readonly proxied?: boolean;
  /** The first port; 0, the default, takes free ones. */
  readonly basePort?: number;
  /** Random when left out. */
  readonly keys?: Readonly<Record<InstanceKind, DemoKeys>>;
  readonly say?: (line: string) => void;
}

/** Builds what is out of date and starts the whole demo on this machine. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { kinds, defects, proxied = false, basePort = 0, keys, say = () => {} } = options;
  const ports = kinds.map((kind) => demoPorts(kind, basePort));
  if (basePort !== 0) await assertFree(ports.flatMap((each) => Object.values(each)));
  await prepare(say);
  const certificate = await createCertificate();
  const started = await Promise.allSettled(
    kinds.map((kind, i) =>
      startInstance({
        kind,
        app: startNextApp,
        defects: defects === true ? DEFECTS : defects || undefined,
        proxied: proxied && kind === 'live',
        certificate,
        ports: ports[i] ?? demoPorts(kind, 0),
        keys: keys?.[kind] ?? randomKeys(kind),
      }),
    ),
  );
  const running = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const close = async (): Promise<void> => void (await Promise.all(running.map((each) => each.close())));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  return {
    instances: Object.fromEntries(running.map(({ instance }) => [instance.kind, instance])),
    certificate: certificate.cert,
    close,
  };
}

/** What an app is told about where it runs. */
export interface AppSettings {
  /** Where the front expects it, over HTTP. */
  readonly port: number;
  /** The public origin. */
  readonly origin: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  /** Clerk's Backend API. */
  readonly apiUrl: string;
  readonly webhookSecret: string;
  readonly sentryDsn: string;
  readonly auditLog: string;
  /** Proxy mode: the path of the app's own origin, and where the Frontend API really is. */
  readonly proxy?: { readonly url: string; readonly frontendApiUrl: string; readonly certificateFile: string };
}

/** Starts an app; resolves when it answers. */
export type StartApp = (settings: AppSettings) => Promise<{ close(): Promise<void> }>;

export interface InstanceOptions {
  readonly kind: InstanceKind;
  readonly app: StartApp;
  /** The defects on offer; undefined: none. */
  readonly defects: ReadonlyMap<string, Defect> | undefined;
  readonly proxied?: boolean;
  readonly certificate: Certificate;
  readonly ports: DemoPorts;
  readonly keys: DemoKeys;
}

export interface RunningInstance {
  readonly instance: Instance;
  close(): Promise<void>;
}

/** Starts Clerk first, then the front, because the app must know the addresses of both. */
export async function startInstance(options: InstanceOptions): Promise<RunningInstance> {
  const { kind, keys, ports, certificate } = options;
  const closers: Array<() => Promise<void>> = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const clerk = await startClerkStandIn({
      kind,
      certificate,
      secretKey: keys.secretKey,
      user: { ...DEMO_USER, password: keys.password },
      frontendApiPort: ports.frontendApi,
      backendApiPort: ports.backendApi,
      scripts: SCRIPTS_FOLDER,
    });
    closers.push(() => clerk.close());
    const sentry = await startSentryStandIn(certificate);
    closers.push(() => sentry.close());
    const port = ports.next === 0 ? await freePort() : ports.next;
    let site: Site | undefined;
    const front: Front = await startFront({
      port: ports.front,
      upstreamPort: port,
      certificate,
      defects: options.defects,
      site: () => (site ??= createSite(front.url, clerk)),
    });
    closers.push(() => front.close());
    const log = auditLog({ ...ports, next: port });
    rmSync(log, { force: true });
    closers.push(async () => rmSync(log, { force: true }));
    const proxyUrl = options.proxied === true ? `${front.url}${PROXY_PATH}` : undefined;
    const certificateFile = join(CACHE_FOLDER, `certificate-${port}.pem`);
    if (proxyUrl !== undefined) {
      writeFileSync(certificateFile, certificate.cert);
      closers.push(async () => rmSync(certificateFile, { force: true }));
    }
    const app = await options.app({
      port,
      auditLog: log,
      origin: front.url,
      publishableKey: clerk.publishableKey,
      secretKey: keys.secretKey,
      apiUrl: clerk.backendApiUrl,
      webhookSecret: keys.webhookSecret,
      sentryDsn: sentry.dsn,
      ...(proxyUrl !== undefined && {
        proxy: { url: proxyUrl, frontendApiUrl: `https://${clerk.frontendApi}`, certificateFile },
      }),
    });
    closers.push(() => app.close());
    return {
      instance: {
        kind,
        url: front.url,
        frontendApi: clerk.frontendApi,
        ...(proxyUrl !== undefined && { proxyUrl }),
        backendApiUrl: clerk.backendApiUrl,
        publishableKey: clerk.publishableKey,
        secretKey: keys.secretKey,
        webhookSecret: keys.webhookSecret,
        user: { email: DEMO_USER.email, password: keys.password },
        auditLog: log,
        clerk: clerk.control,
        site: (site ??= createSite(front.url, clerk)),
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const startNextApp: StartApp = (settings) => startNext(settings.port, nextEnvironment(settings));

/** What a Next.js app is told. The names are those of `app/.env.example`. */
export function nextEnvironment(settings: AppSettings): Readonly<Record<string, string>> {
  return {
    CLERK_PUBLISHABLE_KEY: settings.publishableKey,
    CLERK_SECRET_KEY: settings.secretKey,
    CLERK_API_URL: settings.apiUrl,
    CLERK_WEBHOOK_SIGNING_SECRET: settings.webhookSecret,
    APP_ORIGIN: settings.origin,
    SENTRY_DSN: settings.sentryDsn,
    AUDIT_LOG: settings.auditLog,
    ...(settings.proxy && {
      CLERK_PROXY_URL: settings.proxy.url,
      // The SDK's proxy sends requests there instead of to Clerk, and must take the demo's certificate.
      CLERK_FAPI_URL: settings.proxy.frontendApiUrl,
      NODE_EXTRA_CA_CERTS: settings.proxy.certificateFile,
    }),
  };
}

function createSite(url: string, clerk: ClerkStandIn): Site {
  let sessionId: string | undefined;
  return {
    url,
    frontendApi: clerk.frontendApi,
    publishableKey: clerk.publishableKey,
    signedInCookie: () => clerk.control.cookieHeader((sessionId ??= clerk.control.startSession(url))),
  };
}
