import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishableKey, randomSecretKey, randomText, randomWebhookSecret } from './clerk/keys.ts';
import type { InstanceKind } from './clerk/keys.ts';
import { HOST } from './net/listen.ts';
import { CACHE_FOLDER } from './paths.ts';

export type { InstanceKind } from './clerk/keys.ts';

/** What a client of the demo needs to know of one instance. */
export interface DemoTarget {
  readonly kind: InstanceKind;
  /** The deployed URL, without a slash at the end. */
  readonly url: string;
  /** Host and port of the Frontend API, as in the publishable key. */
  readonly frontendApi: string;
  /** Where the browser reaches the Frontend API instead, in proxy mode. */
  readonly proxyUrl?: string;
  readonly backendApiUrl: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly user: { readonly email: string; readonly password: string };
  /** Where the app keeps what it did; `AUDIT_LOG` in `app/.env.example`. */
  readonly auditLog: string;
}

/** The secrets of one instance: right in form, random, and known to no real service. */
export interface DemoKeys {
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly password: string;
}

export interface DemoPorts {
  readonly front: number;
  readonly frontendApi: number;
  readonly backendApi: number;
  readonly next: number;
}

/** `+clerk_test` marks a test user: Clerk sends it no mail. */
export const DEMO_USER = { email: 'jane+clerk_test@example.com', firstName: 'Jane', lastName: 'Fern' } as const;

const KEYS_FILE = join(CACHE_FOLDER, 'keys.json');
const DEFAULT_PORT = 4310;

/** The first port: `DEMO_PORT`, else 4310. */
export function basePort(): number {
  const value = process.env.DEMO_PORT ?? String(DEFAULT_PORT);
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_522)
    throw new Error(`DEMO_PORT must be a port number below 65523, not ${JSON.stringify(value)}`);
  return port;
}

/** Live instance at the base, test instance ten higher. Base 0 stands for free ports. */
export function demoPorts(kind: InstanceKind, base: number): DemoPorts {
  if (base === 0) return { front: 0, frontendApi: 0, backendApi: 0, next: 0 };
  const first = kind === 'live' ? base : base + 10;
  return { front: first, frontendApi: first + 1, backendApi: first + 2, next: first + 3 };
}

export function randomKeys(kind: InstanceKind): DemoKeys {
  return { secretKey: randomSecretKey(kind), webhookSecret: randomWebhookSecret(), password: randomText(20) };
}

/**
 * The keys of this checkout. A Playwright configuration is read before the server starts, and again in each worker, so
 * whoever comes first makes the keys and everybody else reads them. Delete the file for new ones.
 */
export function demoKeys(): Readonly<Record<InstanceKind, DemoKeys>> {
  mkdirSync(CACHE_FOLDER, { recursive: true });
  const candidate = `${KEYS_FILE}.${process.pid}`;
  writeFileSync(candidate, JSON.stringify({ live: randomKeys('live'), test: randomKeys('test') }, null, 2), {
    mode: 0o600,
  });
  try {
    // A link fails when the name is taken, and never shows a half-written file.
    linkSync(candidate, KEYS_FILE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(candidate);
  }
  return JSON.parse(readFileSync(KEYS_FILE, 'utf8')) as Record<InstanceKind, DemoKeys>;
}

/** Each instance has its own, found by whoever knows its ports. */
export function auditLog({ next }: DemoPorts): string {
  return join(CACHE_FOLDER, `audit-${next}.jsonl`);
}

/** Where the demo will be and with which keys: known before it is started. */
export function demoTargets(base: number = basePort()): Readonly<Record<InstanceKind, DemoTarget>> {
  const keys = demoKeys();
  const target = (kind: InstanceKind): DemoTarget => {
    const ports = demoPorts(kind, base);
    const frontendApi = `${HOST}:${ports.frontendApi}`;
    return {
      kind,
      url: `https://${HOST}:${ports.front}`,
      frontendApi,
      backendApiUrl: `http://${HOST}:${ports.backendApi}`,
      publishableKey: publishableKey(kind, frontendApi),
      secretKey: keys[kind].secretKey,
      webhookSecret: keys[kind].webhookSecret,
      user: { email: DEMO_USER.email, password: keys[kind].password },
      auditLog: auditLog(ports),
    };
  };
  return { live: target('live'), test: target('test') };
}
