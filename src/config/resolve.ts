import * as v from 'valibot';
import { ReadinessConfigError } from './error.ts';
import { SCHEMA, WEBHOOK_SECRET } from './schema.ts';
import { validate } from './validate.ts';
import { readWaivers } from './waivers.ts';
import type {
  ApiRoute,
  ProtectedRoute,
  ProtectedRouteOptions,
  Readiness,
  ReadinessOptions,
  ReportFormat,
} from './options.ts';
import { isGlob } from '../target/glob.ts';

/** Environment variables that stand in for options left out. */
export const ENVIRONMENT = {
  baseURL: 'READINESS_BASE_URL',
  secretKey: 'CLERK_SECRET_KEY',
  apiUrl: 'CLERK_API_URL',
  webhookSecret: 'CLERK_WEBHOOK_SIGNING_SECRET',
  /** Name in Clerk's former samples; apps still read it. */
  formerWebhookSecret: 'CLERK_WEBHOOK_SECRET',
} as const;

const DEFAULT_NAME = 'readiness';
const DEFAULT_REPORT_DIR = 'readiness-report';
const DEFAULT_FORMATS: readonly ReportFormat[] = ['html', 'markdown'];

/**
 * Validates options and applies every default.
 * @throws ReadinessConfigError naming the field and the fix.
 */
export function resolveOptions(input: ReadinessOptions, env: NodeJS.ProcessEnv = process.env): Readiness {
  const options = withoutUndefined(validate(input));
  const name = options.name ?? DEFAULT_NAME;
  const baseURL = options.baseURL ?? fromEnvironment(env, 'baseURL', SCHEMA.entries.baseURL);
  // Builds have made-up ones, which are no mistake where no webhook is looked at.
  const webhookSecret = () =>
    fromEnvironment(env, 'webhookSecret', WEBHOOK_SECRET) ??
    fromEnvironment(env, 'formerWebhookSecret', WEBHOOK_SECRET);
  const declaredPublic = options.routes?.public ?? ['/'];
  return assertConsistent({
    name,
    baseURL: baseURL === undefined ? undefined : withoutTrailingSlash(baseURL),
    profile: options.profile ?? 'production',
    mode: options.mode ?? 'read-only',
    strict: options.strict ?? false,
    headers: Object.fromEntries(
      Object.entries(options.headers ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    routes: {
      ...options.routes,
      public: declaredPublic.filter((path) => !isGlob(path)),
      publicGlobs: declaredPublic.filter(isGlob),
      protected: options.routes?.protected === false ? false : (options.routes?.protected ?? []).map(protectedRoute),
      ignore: options.routes?.ignore ?? [],
      redirects: options.routes?.redirects ?? [],
    },
    api: options.api === false ? false : (options.api ?? []).map(apiRoute),
    ...(options.webhook !== undefined && {
      webhook: options.webhook && {
        path: options.webhook.path,
        ...defined('secret', options.webhook.secret ?? webhookSecret()),
        ...defined('effects', options.webhook.effects),
      },
    }),
    ...defined('health', options.health),
    ...defined('cors', options.cors),
    csp: { ignoreNeeds: options.csp?.ignoreNeeds ?? [] },
    ...(options.rateLimit !== undefined && {
      rateLimit: options.rateLimit && { method: 'POST', burst: 40, body: {}, ...options.rateLimit },
    }),
    ...defined('errors', options.errors),
    ...defined('errorTracking', options.errorTracking),
    clerk: {
      ...defined(
        'secretKey',
        options.clerk?.secretKey ?? fromEnvironment(env, 'secretKey', SCHEMA.entries.clerk.wrapped.entries.secretKey),
      ),
      ...defined('publishableKey', options.clerk?.publishableKey),
      apiUrl:
        options.clerk?.apiUrl ??
        fromEnvironment(env, 'apiUrl', SCHEMA.entries.clerk.wrapped.entries.apiUrl) ??
        'https://api.clerk.com',
    },
    session: { ...defined('user', testUser(options.session?.user)) },
    ...defined('project', options.project),
    attest: options.attest ?? {},
    probe: options.probe ?? {},
    ...waivers(options.waive),
    network: {
      ignoreHTTPSErrors: false,
      resolve: {},
      dns: [],
      concurrency: 8,
      requestsPerSecond: 200,
      requestTimeoutMs: 15_000,
      maxBodyBytes: 5 * 1024 * 1024,
      maxRedirects: 10,
      ...options.network,
    },
    report: {
      dir: options.report?.dir ?? (name === DEFAULT_NAME ? DEFAULT_REPORT_DIR : `${DEFAULT_REPORT_DIR}/${name}`),
      formats: [...new Set(options.report?.formats ?? DEFAULT_FORMATS)],
      ...defined('compare', options.report?.compare),
    },
  });
}

/** Options that make no sense without others. */
function assertConsistent(readiness: Readiness): Readiness {
  const { session, mode, clerk } = readiness;
  if (session.user !== 'ephemeral') return readiness;
  const needed = [
    ...(mode === 'full' ? [] : ["mode: 'full'"]),
    ...(clerk.secretKey === undefined ? ['clerk.secretKey (or CLERK_SECRET_KEY)'] : []),
  ];
  if (needed.length === 0) return readiness;
  throw new ReadinessConfigError(
    `session.user is 'ephemeral', so a user is created for the run and removed after it: set ${needed.join(' and ')}, or name a user of yours with session.user.email`,
  );
}

type UserOption = NonNullable<ReadinessOptions['session']>['user'];

function testUser(user: UserOption): Readiness['session']['user'] {
  return typeof user === 'object' ? { email: user.email, ...defined('password', user.password) } : user;
}

function fromEnvironment<T>(
  env: NodeJS.ProcessEnv,
  option: keyof typeof ENVIRONMENT,
  schema: v.GenericSchema<unknown, T>,
): T | undefined {
  const name = ENVIRONMENT[option];
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new ReadinessConfigError(`The environment variable ${name} ${result.issues[0].message}`);
}

function waivers(waive: ReadinessOptions['waive']): Pick<Readiness, 'waive' | 'waiverFile'> {
  return typeof waive === 'string' ? { waive: readWaivers(waive), waiverFile: waive } : { waive: waive ?? {} };
}

function protectedRoute(route: string | ProtectedRouteOptions): ProtectedRoute {
  return { guard: 'server', ...(typeof route === 'string' ? { path: route } : withoutUndefined(route)) };
}

function apiRoute(route: Exclude<ReadinessOptions['api'], false | undefined>[number]): ApiRoute {
  return {
    methods: ['GET'],
    unauthenticatedStatus: [401],
    ...(typeof route === 'string' ? { path: route } : withoutUndefined(route)),
  };
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Without the keys that are given as undefined, as from an unset environment variable; they would hide the defaults. */
function withoutUndefined<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutUndefined(inner)])) as T;
}

/** `{ [key]: value }`, or nothing when the value is undefined. */
function defined<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: T });
}
