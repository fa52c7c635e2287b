import type { Severity } from './result.ts';

/** The areas of the checklist; the same word names `src/areas/<area>.ts`, `specs/<area>.spec.ts`, `tests/areas/<area>.test.ts` and `docs/checks/<area>.md`. */
export const AREAS = [
  'environment',
  'routes',
  'api',
  'webhook',
  'headers',
  'cors',
  'exposure',
  'monitoring',
  'errors',
  'session',
  'performance',
] as const;

/** One area of the checklist. */
export type Area = (typeof AREAS)[number];

/**
 * How a check works, and with that its tags.
 * `http`: anonymous requests. `browser`: a real browser. `signed-in`: a test user. `writes`: leaves something in the target, mode `full` only.
 */
export type Method = 'http' | 'browser' | 'signed-in' | 'writes';

/** One row of the catalogue. */
export interface CatalogEntry {
  /** Stable public id, `<area>/<name>`. */
  readonly id: string;
  /** What is true when it passes. */
  readonly title: string;
  /** Row of Clerk's production checklist. */
  readonly row: string;
  readonly severity: Severity;
  readonly methods: readonly Method[];
  /** Part of the post-deploy smoke run. */
  readonly smoke: boolean;
  /** Options without which nothing can be observed, as paths into the options; `false` in one says that the app has none. */
  readonly needs: readonly string[];
  /** What an attacker or a user gets when it fails. */
  readonly why: string;
  /** The usual way to make it pass. */
  readonly fix: string;
  /** Clerk's or the standard's page. */
  readonly docs: string;
}

const CLERK_DOCS = 'https://clerk.com/docs';

/** Every check of the pack, in the order of the checklist. */
export const CATALOG = [
  {
    id: 'environment/publishable-key-live',
    title: 'The app runs on the right publishable key',
    row: 'Using pk_live_ keys',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A development instance has a 100-user cap, shared OAuth credentials and test codes that sign anyone in.',
    fix: 'Set the pk_live_ publishable key in the hosting environment and redeploy: public variables are inlined at build time.',
    docs: `${CLERK_DOCS}/guides/development/deployment/production`,
  },
  {
    id: 'routes/public-reachable',
    title: 'Public pages are reachable without signing in',
    row: '(control)',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A public page behind the guard or broken is an outage, and an app that refuses everybody would make every guard check look good.',
    fix: 'Leave public pages out of the protected matcher and repair what answers 5xx.',
    docs: `${CLERK_DOCS}/reference/nextjs/clerk-middleware`,
  },
  {
    id: 'routes/protected-redirect',
    title: 'Protected pages send anonymous visitors to sign-in',
    row: 'Middleware protects all non-public routes',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: ['routes.protected'],
    why: 'A page that renders for an anonymous visitor in any request shape publishes its data.',
    fix: 'Guard the page on the server: auth.protect() in clerkMiddleware and in the page itself.',
    docs: `${CLERK_DOCS}/reference/nextjs/clerk-middleware`,
  },
  {
    id: 'api/unauthenticated-401',
    title: 'API routes answer 401 to anonymous requests',
    row: 'API routes check userId',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: ['api'],
    why: 'An API route that answers without a session gives its data to anyone who knows the path.',
    fix: 'Check userId in every handler and answer 401 JSON before doing anything else.',
    docs: `${CLERK_DOCS}/reference/nextjs/app-router/auth`,
  },
  {
    id: 'webhook/forged-signature',
    title: 'Forged webhook deliveries are rejected',
    row: 'Webhook signatures verified',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: ['webhook.path'],
    why: 'An endpoint that takes unsigned events lets anyone create, change or delete users in your database.',
    fix: 'Verify every delivery with verifyWebhook() and answer 400 when it throws; keep the endpoint out of the guard.',
    docs: `${CLERK_DOCS}/guides/development/webhooks/syncing`,
  },
  {
    id: 'headers/csp',
    title: 'A Content Security Policy is enforced on every page',
    row: 'CSP headers configured',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'Without an enforced policy one injected script reads the session token, which is script-readable by design.',
    fix: 'Turn on contentSecurityPolicy: { strict: true } in clerkMiddleware, or send your own policy on every HTML answer.',
    docs: `${CLERK_DOCS}/guides/secure/best-practices/csp-headers`,
  },
  {
    id: 'headers/csp-clerk',
    title: 'The Content Security Policy allows what Clerk needs',
    row: 'CSP headers include Clerk domains',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A policy that blocks Clerk breaks sign-in for everybody, often only in one browser or after one change.',
    fix: 'Add the Frontend API host, img.clerk.com, challenges.cloudflare.com and worker-src blob: as Clerk documents.',
    docs: `${CLERK_DOCS}/guides/secure/best-practices/csp-headers`,
  },
  {
    id: 'headers/security',
    title: 'Security headers are set',
    row: '(beyond)',
    severity: 'medium',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'HSTS, nosniff, frame protection and a Referrer-Policy close whole classes of attack for one line each.',
    fix: 'Set the headers for every path in the framework configuration or at the CDN.',
    docs: 'https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides',
  },
  {
    id: 'cors/untrusted-origin',
    title: 'Foreign origins get no CORS permission',
    row: 'CORS allows only the production domain',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A permission for a foreign origin lets any website read answers made with your user’s cookies.',
    fix: 'Compare the Origin header with an exact list, never by prefix, suffix or reflection, and send Vary: Origin.',
    docs: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS',
  },
  {
    id: 'cors/allowed-origin',
    title: 'Declared origins get exactly the permission they need',
    row: 'CORS configured correctly',
    severity: 'high',
    methods: ['http'],
    smoke: false,
    needs: ['cors.allowedOrigins', 'api'],
    why: 'A forgotten preflight breaks the front end on another origin, and only in browsers.',
    fix: 'Answer OPTIONS with the exact origin, the methods and the Authorization and Content-Type headers.',
    docs: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS',
  },
  {
    id: 'exposure/dotfiles',
    title: 'No dotfile, repository or backup is served',
    row: '.env files are never exposed',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A served .env file hands over the Clerk secret key and with it every user.',
    fix: 'Serve a build output folder only, deny dotfiles at the web server, then rotate every key that was exposed.',
    docs: 'https://owasp.org/www-project-web-security-testing-guide/',
  },
  {
    id: 'monitoring/health',
    title: 'The health endpoint tells the truth about Clerk',
    row: 'Health check endpoint',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: ['health.path'],
    why: 'A health endpoint that is cached, guarded or blind to Clerk lets an outage go unseen.',
    fix: 'Answer anonymous GET and HEAD with 200 or 503, Cache-Control: no-store, and a check of Clerk’s Backend API by name.',
    docs: 'https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check',
  },
  {
    id: 'errors/not-found-page',
    title: 'Unknown paths get a branded 404 page',
    row: 'Custom error pages',
    severity: 'medium',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A soft 404 misleads monitors and search engines; a default page strands the visitor; a stack trace helps an attacker.',
    fix: 'Add app/not-found.tsx (or the framework’s equivalent) with a way back, and answer with status 404.',
    docs: 'https://nextjs.org/docs/app/api-reference/file-conventions/not-found',
  },
  {
    id: 'errors/auth-failure',
    title: 'Broken credentials are refused gracefully',
    row: 'Graceful handling of auth failures',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A 5xx on a stale or damaged cookie locks a real user out until the cookie is cleared by hand.',
    fix: 'Let clerkMiddleware run before your own token handling and answer 401 or a redirect, never an exception.',
    docs: `${CLERK_DOCS}/guides/sessions/session-tokens`,
  },
  {
    id: 'session/expired-return',
    title: 'An expired session leads to sign-in and back',
    row: 'Session expiry handled gracefully',
    severity: 'critical',
    methods: ['http', 'browser', 'signed-in'],
    smoke: true,
    needs: ['routes.protected'],
    why: 'Every user meets an expired session; a blank page, a loop or a lost place looks like a broken product.',
    fix: 'Let auth.protect() redirect with the return path, and show a sign-in prompt where the page is already open.',
    docs: `${CLERK_DOCS}/guides/secure/session-options`,
  },
  {
    id: 'performance/static-bypass',
    title: 'Static files do not pass through authentication',
    row: 'Matcher excludes static files',
    severity: 'medium',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A matcher that catches static files slows every page, bills an invocation for each file, and may redirect a stylesheet to sign-in.',
    fix: 'Use the matcher of Clerk’s quickstart, which leaves out _next and files with an extension.',
    docs: `${CLERK_DOCS}/reference/nextjs/clerk-middleware`,
  },
] as const satisfies readonly CatalogEntry[];

/** Id of a check of this pack. */
export type CheckId = (typeof CATALOG)[number]['id'];

const BY_ID: ReadonlyMap<string, CatalogEntry> = new Map(CATALOG.map((entry) => [entry.id, entry]));

/** The entry of an id; undefined for ids that consumers define themselves. */
export function catalogEntry(id: string): CatalogEntry | undefined {
  return BY_ID.get(id);
}

/** Area of a check id: the part before the slash. */
export function areaOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
