import type { Routes } from './routes.ts';

/** What the configuration files are written from. */
export interface ConfigParts {
  readonly routes: Routes;
  /** The site, where it is known. */
  readonly url?: string;
  /** Its certificate was accepted whatever it is. */
  readonly insecure?: boolean;
  readonly framework: 'next' | 'other';
}

/** `readiness.config`: the options of the app. */
export function readinessConfig(
  { routes, url, insecure = false, framework }: ConfigParts,
  typescript: boolean,
): string {
  const options = [
    url === undefined
      ? '// baseURL: the environment variable READINESS_BASE_URL'
      : `baseURL: process.env.READINESS_BASE_URL || ${quoted(url)},`,
    "// 'staging' and 'preview' may use a development instance.",
    `profile: ${typescript ? "(process.env.READINESS_PROFILE || 'production') as ReadinessOptions['profile']" : "process.env.READINESS_PROFILE || 'production'"},`,
    "// 'full' also delivers signed webhooks and sends bursts: only where a deployment may be written to.",
    "mode: process.env.READINESS_MODE === 'full' ? 'full' : 'read-only',",
    ...(framework === 'next'
      ? [
          '// Sent to the deployment only; without a value it is left out.',
          "headers: { 'x-vercel-protection-bypass': process.env.VERCEL_AUTOMATION_BYPASS_SECRET || undefined },",
        ]
      : []),
    ...routesOption(routes),
    routes.api.length > 0
      ? `api: [${routes.api.map(apiEntry).join(', ')}],`
      : "// api: ['/api/me'], // API routes behind sign-in; false when there are none",
    routes.webhook === undefined
      ? "// webhook: { path: '/api/webhooks/clerk' }, // false when there is none"
      : `webhook: { path: ${quoted(routes.webhook)} }, // the secret: CLERK_WEBHOOK_SIGNING_SECRET`,
    routes.health === undefined
      ? "// health: { path: '/api/health' }, // false when there is none"
      : `health: { path: ${quoted(routes.health)} },`,
    '// A dedicated test user with few rights; also needs CLERK_SECRET_KEY.',
    'session: process.env.READINESS_USER_EMAIL ? { user: { email: process.env.READINESS_USER_EMAIL } } : {},',
    "project: { root: '.' },",
    ...(insecure
      ? ["network: { ignoreHTTPSErrors: true }, // better: { ca: './ca.pem' }, whose certificates then count"]
      : []),
  ];
  const head = typescript
    ? "import type { ReadinessOptions } from 'clerk-readiness';\n\n/** What this app has. Each option makes more checks provable, and is described where you type it. */\nexport const readiness: ReadinessOptions = {"
    : "/**\n * What this app has. Each option makes more checks provable, and is described where you type it.\n * @type {import('clerk-readiness').ReadinessOptions}\n */\nexport const readiness = {";
  return `${head}\n${options.map((line) => `  ${line}`).join('\n')}\n};\n`;
}

/** A `playwright.config.ts` of our own. */
export function playwrightConfig(readinessImport: string): string {
  return `import { defineReadinessConfig } from 'clerk-readiness';
import { readiness } from '${readinessImport}';

export default defineReadinessConfig(readiness);
`;
}

function routesOption(routes: Routes): string[] {
  const list = (paths: readonly string[]) => `[${paths.map(quoted).join(', ')}]`;
  return [
    'routes: {',
    ...(routes.public.length > 0 ? [`  public: ${list(routes.public)},`] : ["  public: ['/'],"]),
    ...(routes.unknown.length > 0 ? [`  // Nothing says who may see these: ${routes.unknown.join(' ')}`] : []),
    routes.protected.length > 0
      ? `  protected: ${list(routes.protected)}, // { path, contains: 'a text of that page only' } proves more`
      : "  // protected: ['/dashboard'], // pages behind sign-in; false when there are none",
    ...(routes.signIn === undefined ? [] : [`  signIn: ${quoted(routes.signIn)},`]),
    ...(routes.signUp === undefined ? [] : [`  signUp: ${quoted(routes.signUp)},`]),
    '},',
  ];
}

function apiEntry({ path, methods }: Routes['api'][number]): string {
  return methods.join() === 'GET'
    ? quoted(path)
    : `{ path: ${quoted(path)}, methods: [${methods.map(quoted).join(', ')}] }`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
