import type { Attestation, Waiver } from '../result.ts';

/** What the target is: `production` demands a live instance and https, `staging` and `preview` allow a development instance. */
export type Profile = 'production' | 'staging' | 'preview';

/** `read-only` sends nothing that a correct app would store; `full` may deliver signed webhooks, create users and send bursts. */
export type Mode = 'read-only' | 'full';

/** How a protected page refuses an anonymous visitor: by redirect to sign-in, as if it did not exist, or with 401/403. */
export type Refusal = 'redirect' | 'hidden' | 'unauthorized';

/** A page behind sign-in. */
export interface ProtectedRouteOptions {
  /** Path, starting with `/`. */
  path: string;
  /** Text that only the real page contains; makes leaks provable. */
  contains?: string;
  /** How anonymous visitors are refused; default: any of the three. */
  unauthenticated?: Refusal;
  /** Where the guard runs; `client` pages may answer 200 with a shell that holds no data. Default `server`. */
  guard?: 'server' | 'client';
}

/** An API route behind sign-in. */
export interface ApiRouteOptions {
  /** Path, starting with `/`. */
  path: string;
  /** Methods it serves; default `['GET']`. */
  methods?: readonly string[];
  /** Statuses that refuse an anonymous request; default `[401]`. */
  unauthenticatedStatus?: readonly number[];
  /** Statuses that answer the test user; default: any 2xx. For a route that needs a role which the test user has not: `[403]`. */
  authenticatedStatus?: readonly number[];
  /** JSON that a method with a body takes; sent with a genuine session in mode `full` only. Default `{}`. */
  body?: unknown;
}

/** A dedicated, least-privilege test user of yours. */
export interface TestUserOptions {
  /** E-mail address by which Clerk knows the user. */
  email: string;
  /** Signs in with this password. Default: with a short-lived sign-in token, which needs `clerk.secretKey`. */
  password?: string | undefined;
}

/** A form of the report: `report.html`, `report.md`, `report.sarif` or `ctrf.json`. */
export type ReportFormat = 'html' | 'markdown' | 'sarif' | 'ctrf';

/** What a probe of the options is told. */
export interface ProbeRequest {
  /** Origin of the target. */
  readonly baseURL: string;
  /** When the run began to act; what happened before proves nothing. */
  readonly since: Date;
}

/** Looks for evidence that cannot be seen from outside: one sentence or a link when it is there, undefined when it is not. */
export type Probe = (request: ProbeRequest) => string | undefined | Promise<string | undefined>;

/** How often a webhook delivery had its effect in the app, by the id of the delivery. */
export type EffectsProbe = (deliveryId: string) => number | Promise<number>;

/** Options of the pack. Only `baseURL` is needed; each further option makes more checks provable. */
export interface ReadinessOptions {
  /**
   * URL of the deployed app. Default: the environment variable `READINESS_BASE_URL`.
   * @example 'https://staging.example.com'
   */
  baseURL?: string | undefined;
  /** Name of the target in projects and reports; default `readiness`. */
  name?: string;
  /** Default `production`. */
  profile?: Profile;
  /** Default `read-only`. */
  mode?: Mode;
  /** Warnings fail checks and INCOMPLETE fails the run. Default `false`. */
  strict?: boolean;
  /**
   * Sent with every request to the target's exact origin and to no other.
   * @example { 'x-vercel-protection-bypass': process.env.VERCEL_AUTOMATION_BYPASS_SECRET }
   */
  headers?: Record<string, string | undefined> | undefined;
  /** Pages, by their paths as browsers ask for them: with the base path, where the app is served under one. */
  routes?: {
    /** Pages that anyone may see, as paths or globs such as `/docs/**`; the home page first. Default `['/']`. */
    public?: readonly string[];
    /** Pages behind sign-in; `false` says that there are none. */
    protected?: ReadonlyArray<string | ProtectedRouteOptions> | false;
    /** Sign-in page: a path, or an absolute URL for the Account Portal. Default: learned from the redirects. */
    signIn?: string;
    /** Sign-up page: a path or an absolute URL. */
    signUp?: string;
    /** Globs of pages and API routes to leave out: `/blog/**`. */
    ignore?: readonly string[];
    /**
     * Endpoints of your own that redirect to an address in a parameter, up to its value.
     * @example ['/go?to=', '/login?returnTo=']
     */
    redirects?: readonly string[];
  };
  /** API routes behind sign-in; `false` says that there are none. */
  api?: ReadonlyArray<string | ApiRouteOptions> | false;
  /** Endpoint that receives Clerk's webhooks; `false` says that there is none. */
  webhook?:
    | {
        path: string;
        /** Default: the environment variable `CLERK_WEBHOOK_SIGNING_SECRET`, else `CLERK_WEBHOOK_SECRET`. */
        secret?: string | undefined;
        /** Counts the effects of a delivery, so that a replay can be shown to have one only. */
        effects?: EffectsProbe;
      }
    | false
    | undefined;
  /** Health endpoint; `false` says that there is none. */
  health?: { path: string; contains?: string } | false;
  /** Cross-origin access; `false` says that no other origin is allowed. */
  cors?: { allowedOrigins: readonly string[] } | false;
  /** Content Security Policy. */
  csp?: {
    /** Needs of Clerk that this app does without, by directive and source: `['img-src https://img.clerk.com']`. */
    ignoreNeeds?: readonly string[];
  };
  /** Endpoint with a rate limit, for the burst check in mode `full`. */
  rateLimit?:
    | {
        path: string;
        /** Default `POST`. */
        method?: string;
        /** Requests within which the limit must be met; default 40. */
        burst?: number;
        /** JSON to send; default `{}`. Choose what does no harm when it is accepted. */
        body?: unknown;
      }
    | false;
  /** A path that always fails, as `/crash`, to see the error page; `false` says that there is none. */
  errors?: { crashPath: string } | false;
  /** Error tracking in the browser, as Sentry; `false` says that there is none. */
  errorTracking?:
    | {
        /** Page on which an error is provoked while the test user is signed in; default: the first of `routes.protected`. */
        page?: string;
      }
    | false;
  /** Clerk's keys, for signing in and for what needs the Backend API. */
  clerk?: {
    /** Default: the environment variable `CLERK_SECRET_KEY`. Goes to Clerk's Backend API only. */
    secretKey?: string | undefined;
    /** Default: found in the pages of the target. */
    publishableKey?: string | undefined;
    /** Backend API; default: the environment variable `CLERK_API_URL`, else `https://api.clerk.com`. */
    apiUrl?: string | undefined;
  };
  /** Genuine sessions. */
  session?: {
    /**
     * A dedicated, least-privilege test user of yours, also by the id alone, as `'user_…'`; or `'ephemeral'`: a user who
     * is created for the run and removed after it, in mode `full` only.
     */
    user?: TestUserOptions | `user_${string}` | 'ephemeral' | undefined;
  };
  /** Turns the source-tree audit on. */
  project?: { root: string } | undefined;
  /** Evidence for what cannot be seen from outside, by check id. */
  attest?: Record<string, Attestation>;
  /**
   * Functions that look for evidence themselves, by check id.
   * @example { 'monitoring/uptime': async () => (await fetch(monitorUrl)).ok ? monitorUrl : undefined }
   */
  probe?: Record<string, Probe>;
  /**
   * Known failures, by check id; or the path of a JSON file with them, relative to the working directory, as
   * `clerk-readiness baseline` writes it.
   * @example './readiness-waivers.json'
   */
  waive?: Record<string, Waiver> | string;
  /** How the target is reached. Proxy variables of the environment (`HTTPS_PROXY`, `NO_PROXY`) are honoured. */
  network?: {
    /** Accept any certificate; for self-signed staging only. Default `false`. */
    ignoreHTTPSErrors?: boolean;
    /** Path of a PEM file with additional certificate authorities. */
    ca?: string | undefined;
    /** Addresses instead of DNS, as `curl --resolve`: `{ 'app.example.com': '203.0.113.7' }`. */
    resolve?: Record<string, string>;
    /** Resolvers to ask about Clerk's DNS records, as `host` or `host:port`; default: those of the machine. */
    dns?: readonly string[];
    /** Requests under way at once; default 8. */
    concurrency?: number;
    /** Requests started per second; default 200. */
    requestsPerSecond?: number;
    /** Milliseconds for one request, from sending to the end of the body; default 15,000. */
    requestTimeoutMs?: number;
    /** Bytes of a decoded body that are read; default 5 MiB. */
    maxBodyBytes?: number;
    /** Redirects followed in one visit; default 10. */
    maxRedirects?: number;
  };
  /** Where reports go, and in which forms. */
  report?: {
    /** Folder of `report.json`; default `readiness-report` (`readiness-report/<name>` for a target with a name of its own). */
    dir?: string;
    /** Forms beside `report.json`, which is always written; default `['html', 'markdown']`. */
    formats?: readonly ReportFormat[];
    /**
     * What to compare with, to name regressions first: `last` for the report that this run replaces, or the path of a `report.json`.
     * Default: nothing. It never fails a run that has nothing to compare with.
     */
    compare?: string | undefined;
  };
}

/** A protected page with its defaults. */
export type ProtectedRoute = Readonly<ProtectedRouteOptions> & { readonly guard: 'server' | 'client' };

/** An API route with its defaults. */
export type ApiRoute = Readonly<
  Required<Pick<ApiRouteOptions, 'path' | 'methods' | 'unauthenticatedStatus'>> &
    Pick<ApiRouteOptions, 'authenticatedStatus' | 'body'>
>;

/** Network bounds with their defaults. */
export interface Network {
  readonly ignoreHTTPSErrors: boolean;
  readonly ca?: string;
  readonly resolve: Readonly<Record<string, string>>;
  /** Empty: the resolvers of the machine. */
  readonly dns: readonly string[];
  readonly concurrency: number;
  readonly requestsPerSecond: number;
  readonly requestTimeoutMs: number;
  readonly maxBodyBytes: number;
  readonly maxRedirects: number;
}

/** The options, validated and with every default applied. */
export interface Readiness {
  readonly name: string;
  /** Undefined when neither the option nor `READINESS_BASE_URL` is set; connecting then fails with that message. */
  readonly baseURL: string | undefined;
  readonly profile: Profile;
  readonly mode: Mode;
  readonly strict: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly routes: {
    /** Paths that can be asked for. */
    readonly public: readonly string[];
    /** Globs among `routes.public`. */
    readonly publicGlobs: readonly string[];
    readonly protected: readonly ProtectedRoute[] | false;
    readonly signIn?: string;
    readonly signUp?: string;
    readonly ignore: readonly string[];
    readonly redirects: readonly string[];
  };
  readonly api: readonly ApiRoute[] | false;
  readonly webhook?: { readonly path: string; readonly secret?: string; readonly effects?: EffectsProbe } | false;
  readonly health?: { readonly path: string; readonly contains?: string } | false;
  readonly cors?: { readonly allowedOrigins: readonly string[] } | false;
  readonly csp: { readonly ignoreNeeds: readonly string[] };
  readonly rateLimit?:
    | { readonly path: string; readonly method: string; readonly burst: number; readonly body: unknown }
    | false;
  readonly errors?: { readonly crashPath: string } | false;
  readonly errorTracking?: { readonly page?: string } | false;
  readonly clerk: { readonly secretKey?: string; readonly publishableKey?: string; readonly apiUrl: string };
  readonly session: {
    readonly user?: { readonly email: string; readonly password?: string } | `user_${string}` | 'ephemeral';
  };
  readonly project?: { readonly root: string };
  readonly attest: Readonly<Record<string, Attestation>>;
  readonly probe: Readonly<Record<string, Probe>>;
  readonly waive: Readonly<Record<string, Waiver>>;
  /** File that the waivers were read from, as given. */
  readonly waiverFile?: string;
  readonly network: Network;
  readonly report: { readonly dir: string; readonly formats: readonly ReportFormat[]; readonly compare?: string };
}
