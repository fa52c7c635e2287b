import type { Profile, ReadinessOptions } from '../../config/options.ts';
import { ENVIRONMENT } from '../../config/resolve.ts';
import { oneOf, parseFlags } from '../flags.ts';
import { UsageError } from '../usage-error.ts';

export const usage = `clerk-readiness check <url> [flags]

Checks a deployed app read-only and without signing in: finds its pages, API routes, sign-in, webhook and health
endpoints, runs every check that needs no secret, and names what would prove more. Needs no configuration.

  clerk-readiness check https://staging.example.com --profile staging

What the target is
  --profile <name>        production (default), staging or preview; the last two may use a development instance
  --header <name=value>   Sent to the target's origin only, as for deployment protection; repeatable
  --insecure              Accept any TLS certificate; for self-signed staging only
  --project <folder>      Read the source of the app as well

What it has, instead of what is found (--public, --protected and --api are repeatable)
  --public <path>         A page that anybody may see
  --protected <path>      A page behind sign-in
  --api <path>            An API route behind sign-in
  --webhook <path>        The endpoint for Clerk's webhooks
  --health <path>         The health endpoint
  --sign-in <page>        The sign-in page: a path, or a URL for the Account Portal

How to run
  --with-secrets          Use CLERK_SECRET_KEY, CLERK_API_URL and CLERK_WEBHOOK_SIGNING_SECRET of the environment
  --no-browser            Leave out what needs a browser
  --grep <pattern>        Only tests whose title or tag matches, as @readiness-smoke
  --workers <number>      As in Playwright
  --strict                Warnings fail checks, INCOMPLETE fails the run

What comes out
  --report-dir <folder>   Default: readiness-report
  --compare <report.json> Compare with an earlier report
  --last                  Compare with the report of the last run
  --json                  Print report.json to standard output, everything else to standard error
  --verbose               Also say how many requests the search sent, and how Playwright is called

Exit codes: 0 READY or INCOMPLETE; 1 NOT READY, or INCOMPLETE under --strict; 2 a mistake in the call.
`;

const PROFILES = ['production', 'staging', 'preview'] as const satisfies readonly Profile[];

/** What the user asked for. */
export interface CheckFlags {
  /** Options that were given, before anything was found. */
  readonly options: ReadinessOptions & { readonly baseURL: string };
  /** Report to compare with; `last` for that of the last run. */
  readonly compare?: string;
  readonly browser: boolean;
  readonly withSecrets: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly grep?: string;
  readonly workers?: string;
}

/**
 * Reads the arguments of `check`.
 * @throws UsageError naming the flag and the fix.
 */
export function checkFlags(args: readonly string[], env: NodeJS.ProcessEnv): CheckFlags {
  const { values, positionals } = parseFlags(
    'check',
    args,
    {
      profile: { type: 'string' },
      header: { type: 'string', multiple: true },
      insecure: { type: 'boolean' },
      project: { type: 'string' },
      public: { type: 'string', multiple: true },
      protected: { type: 'string', multiple: true },
      api: { type: 'string', multiple: true },
      webhook: { type: 'string' },
      health: { type: 'string' },
      'sign-in': { type: 'string' },
      'with-secrets': { type: 'boolean', default: false },
      'no-browser': { type: 'boolean', default: false },
      grep: { type: 'string' },
      workers: { type: 'string' },
      strict: { type: 'boolean' },
      'report-dir': { type: 'string' },
      compare: { type: 'string' },
      last: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
    1,
  );
  if (values.last && values.compare !== undefined) throw new UsageError('--last and --compare exclude each other');
  if (values.workers !== undefined && !/^[1-9]\d*%?$/.test(values.workers))
    throw new UsageError(`--workers must be a number or a percentage; got "${values.workers}"`);
  const profile = oneOf('profile', values.profile, PROFILES);
  const compare = values.last ? 'last' : values.compare;
  const routes = {
    ...(values.public && { public: values.public }),
    ...(values.protected && { protected: values.protected }),
    ...(values['sign-in'] !== undefined && { signIn: values['sign-in'] }),
  };
  return {
    options: {
      baseURL: baseURL(positionals[0], env),
      mode: 'read-only',
      ...(profile && { profile }),
      ...(values.header && { headers: Object.fromEntries(values.header.map(headerEntry)) }),
      ...(values.strict && { strict: true }),
      ...(Object.keys(routes).length > 0 && { routes }),
      ...(values.api && { api: values.api }),
      ...(values.webhook !== undefined && { webhook: { path: values.webhook } }),
      ...(values.health !== undefined && { health: { path: values.health } }),
      ...(values.project !== undefined && { project: { root: values.project } }),
      ...(values.insecure && { network: { ignoreHTTPSErrors: true } }),
      ...(values['report-dir'] !== undefined && { report: { dir: values['report-dir'] } }),
    },
    ...(compare !== undefined && { compare }),
    browser: !values['no-browser'],
    withSecrets: values['with-secrets'],
    json: values.json,
    verbose: values.verbose,
    ...(values.grep !== undefined && { grep: values.grep }),
    ...(values.workers !== undefined && { workers: values.workers }),
  };
}

function baseURL(argument: string | undefined, env: NodeJS.ProcessEnv): string {
  const url = argument ?? env[ENVIRONMENT.baseURL];
  if (url === undefined || url === '')
    throw new UsageError(
      `check needs a URL, as in clerk-readiness check https://staging.example.com, or the environment variable ${ENVIRONMENT.baseURL}`,
    );
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(url))
    throw new UsageError(`"${url}" is no URL: write https:// in front, as in clerk-readiness check https://${url}`);
  return url;
}

function headerEntry(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  // The text may be a secret, so it is not repeated.
  if (at < 1) throw new UsageError('--header must be name=value, as in --header x-vercel-protection-bypass=$SECRET');
  return [text.slice(0, at), text.slice(at + 1)];
}
