import { isIP } from 'node:net';
import * as v from 'valibot';
import { AREAS, CATALOG, areaOf } from '../catalog.ts';
import { didYouMean } from './suggest.ts';
import type { EffectsProbe, Probe, ReadinessOptions } from './options.ts';

const DAY = v.pipe(v.string(), v.check(isDay, 'must be a day as YYYY-MM-DD'));
const TEXT = v.pipe(
  v.string(),
  v.check((text) => text.trim() !== '', 'must not be empty'),
);
const PATH = v.pipe(
  v.string(),
  v.check((path) => path.startsWith('/') && !path.startsWith('//'), 'must be a path that starts with one "/"'),
  v.check((path) => !/[\s#]/.test(path), 'must not contain white space or "#"'),
  // As a browser sends it.
  v.transform((path) => path.replace(/[^\0-\x7f]+/g, encodeURIComponent)),
);
const HTTP_URL = v.pipe(
  v.string(),
  v.check((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), 'must be an absolute http(s) URL'),
  v.check(
    (url) => !URL.canParse(url) || new URL(url).username === '',
    'must not contain a user or password; use headers instead',
  ),
);
const SITE_URL = v.pipe(
  HTTP_URL,
  v.check(
    (url) => !URL.canParse(url) || /^\/+$/.test(new URL(url).pathname),
    'must be the origin of the site without a path; paths belong into routes, api and the like',
  ),
  v.check(
    (url) => !URL.canParse(url) || (new URL(url).search === '' && new URL(url).hash === ''),
    'must not have a query or a fragment',
  ),
);
const PAGE = v.pipe(
  v.string(),
  v.check(
    (page) =>
      (page.startsWith('/') && !page.startsWith('//')) ||
      (URL.canParse(page) && /^https?:$/.test(new URL(page).protocol)),
    'must be a path that starts with "/" or an absolute http(s) URL',
  ),
);
const ORIGIN = v.pipe(
  v.string(),
  v.check(
    (origin) => URL.canParse(origin) && new URL(origin).origin === origin,
    'must be an origin such as "https://app.example.com", without a path',
  ),
);
const METHOD = v.pipe(v.string(), v.regex(/^[A-Z]+$/, 'must be an HTTP method in capitals'));
const STATUS = v.pipe(
  v.number(),
  v.integer('must be a whole number'),
  v.minValue(100, 'must be an HTTP status'),
  v.maxValue(599, 'must be an HTTP status'),
);
const STATUSES = v.pipe(v.array(STATUS), v.minLength(1, 'must name at least one status'));
const COUNT = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1'));
const HEADER_NAME = v.pipe(v.string(), v.regex(/^(?!\d+$)[!#$%&'*+.^_`|~\w-]+$/, 'must be a header name'));
const HEADER_VALUE = v.pipe(v.string(), v.regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be a header value on one line'));
/** The signing secret of a webhook endpoint, from the environment or the options. */
export const WEBHOOK_SECRET = v.pipe(
  v.string(),
  v.regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, 'must be a webhook signing secret: whsec_ and base64'),
);
/** As `dns.setServers` takes it. */
const RESOLVER = v.pipe(
  v.string(),
  v.check(isResolver, 'must be an IP address, with a port or without: "1.1.1.1", "127.0.0.1:5353", "[::1]:5353"'),
);
const CHECK_ID = v.pipe(
  v.string(),
  v.check((id) => /^[\w-]+\/[\w-]+$/.test(id), 'must be a check id such as "headers/csp"'),
  v.check(
    isKnownOrForeign,
    ({ input }) =>
      `is no check of this pack${didYouMean(
        input,
        CATALOG.map(({ id }) => id),
      )}`,
  ),
);

/** A day of the calendar; `Date.parse` takes 30 February for 2 March. */
function isDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return false;
  const date = new Date(day);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(day);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isResolver(server: string): boolean {
  const [, bracketed, plain = '', port = '53'] =
    /^(?:\[([^\]]+)\]|([^:]+|[^:]*:[^:]*:.*?))(?::(\d+))?$/.exec(server) ?? [];
  return isIP(bracketed ?? plain) > 0 && Number(port) > 0 && Number(port) < 65_536;
}

function isKnownOrForeign(id: string): boolean {
  return CATALOG.some((entry) => entry.id === id) || !AREAS.some((area) => area === areaOf(id));
}

/** Known failures by check id, in the options or in a file. */
export const WAIVERS = v.record(CHECK_ID, v.strictObject({ reason: TEXT, until: DAY }));

/** Shape of {@link ReadinessOptions}; unknown keys are errors. */
export const SCHEMA = v.strictObject({
  baseURL: v.optional(SITE_URL),
  name: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]+$/, 'may contain letters, digits, ".", "_" and "-" only'))),
  profile: v.optional(v.picklist(['production', 'staging', 'preview'])),
  mode: v.optional(v.picklist(['read-only', 'full'])),
  strict: v.optional(v.boolean()),
  headers: v.optional(v.record(HEADER_NAME, v.optional(HEADER_VALUE))),
  routes: v.optional(
    v.strictObject({
      public: v.optional(v.array(PATH)),
      protected: v.optional(
        v.union([
          v.literal(false),
          v.array(
            v.union([
              PATH,
              v.strictObject({
                path: PATH,
                contains: v.optional(TEXT),
                unauthenticated: v.optional(v.picklist(['redirect', 'hidden', 'unauthorized'])),
                guard: v.optional(v.picklist(['server', 'client'])),
              }),
            ]),
          ),
        ]),
      ),
      signIn: v.optional(PAGE),
      signUp: v.optional(PAGE),
      ignore: v.optional(v.array(TEXT)),
      redirects: v.optional(
        v.array(v.pipe(PATH, v.regex(/[?&][^=&]+=$/, 'must end in a parameter and "=", as "/go?to="'))),
      ),
    }),
  ),
  api: v.optional(
    v.union([
      v.literal(false),
      v.array(
        v.union([
          PATH,
          v.strictObject({
            path: PATH,
            methods: v.optional(v.pipe(v.array(METHOD), v.minLength(1, 'must name at least one method'))),
            unauthenticatedStatus: v.optional(STATUSES),
            authenticatedStatus: v.optional(STATUSES),
            body: v.optional(v.unknown()),
          }),
        ]),
      ),
    ]),
  ),
  webhook: v.optional(
    v.union([
      v.literal(false),
      v.strictObject({
        path: PATH,
        secret: v.optional(WEBHOOK_SECRET),
        effects: v.optional(v.custom<EffectsProbe>(isFunction, 'must be a function')),
      }),
    ]),
  ),
  health: v.optional(v.union([v.literal(false), v.strictObject({ path: PATH, contains: v.optional(TEXT) })])),
  cors: v.optional(v.union([v.literal(false), v.strictObject({ allowedOrigins: v.array(ORIGIN) })])),
  csp: v.optional(v.strictObject({ ignoreNeeds: v.optional(v.array(TEXT)) })),
  rateLimit: v.optional(
    v.union([
      v.literal(false),
      v.strictObject({
        path: PATH,
        method: v.optional(METHOD),
        burst: v.optional(COUNT),
        body: v.optional(v.unknown()),
      }),
    ]),
  ),
  errors: v.optional(v.union([v.literal(false), v.strictObject({ crashPath: PATH })])),
  errorTracking: v.optional(v.union([v.literal(false), v.strictObject({ page: v.optional(PATH) })])),
  clerk: v.optional(
    v.strictObject({
      secretKey: v.optional(
        v.pipe(v.string(), v.regex(/^sk_(test|live)_\S+$/, 'must be a Clerk secret key: sk_live_… or sk_test_…')),
      ),
      publishableKey: v.optional(
        v.pipe(v.string(), v.regex(/^pk_(test|live)_\S+$/, 'must be a Clerk publishable key: pk_live_… or pk_test_…')),
      ),
      apiUrl: v.optional(HTTP_URL),
    }),
  ),
  session: v.optional(
    v.strictObject({
      user: v.optional(
        v.union([
          v.literal('ephemeral'),
          v.pipe(
            v.string(),
            v.regex(/^user_/, 'must be "ephemeral", an id as "user_…" or an object'),
            v.transform((id) => id as `user_${string}`),
          ),
          v.strictObject({
            email: v.pipe(v.string(), v.email('must be an e-mail address')),
            password: v.optional(TEXT),
          }),
        ]),
      ),
    }),
  ),
  project: v.optional(v.strictObject({ root: TEXT })),
  attest: v.optional(v.record(CHECK_ID, v.strictObject({ evidence: TEXT, by: TEXT, on: DAY, until: v.optional(DAY) }))),
  probe: v.optional(v.record(CHECK_ID, v.custom<Probe>(isFunction, 'must be a function'))),
  waive: v.optional(v.union([TEXT, WAIVERS])),
  network: v.optional(
    v.strictObject({
      ignoreHTTPSErrors: v.optional(v.boolean()),
      ca: v.optional(TEXT),
      resolve: v.optional(v.record(TEXT, v.pipe(v.string(), v.ip('must be an IP address')))),
      dns: v.optional(v.array(RESOLVER)),
      concurrency: v.optional(v.pipe(COUNT, v.maxValue(64, 'must be at most 64'))),
      requestsPerSecond: v.optional(v.pipe(COUNT, v.maxValue(10_000, 'must be at most 10000'))),
      requestTimeoutMs: v.optional(COUNT),
      maxBodyBytes: v.optional(COUNT),
      maxRedirects: v.optional(COUNT),
    }),
  ),
  report: v.optional(
    v.strictObject({
      dir: v.optional(TEXT),
      formats: v.optional(v.array(v.picklist(['html', 'markdown', 'sarif', 'ctrf']))),
      compare: v.optional(TEXT),
    }),
  ),
}) satisfies v.GenericSchema<unknown, ReadinessOptions>;
