import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, isHtml, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';

const EXPOSURE_DOCS = 'https://owasp.org/www-community/attacks/Forced_browsing';

/** A file that must not be served, and how its real content looks; an SPA fallback answers 200 for anything. */
interface PrivateFile {
  readonly path: string;
  readonly what: string;
  readonly isReal: (content: string) => boolean;
}

/** Lower-case names are variables only where one tells of a secret and nothing else than assignments stands around. */
const isEnvironment = (content: string) =>
  /^\s*(?:export\s+)?[A-Z][A-Z0-9_]*\s*=\s*\S/m.test(content) ||
  (/^\s*\w*(?:key|secret|token|password|url|dsn)\s*=\s*\S/im.test(content) &&
    content.split('\n').every((line) => /^\s*(?:#.*|\w+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s(){};]*))?\s*$/.test(line)));
const isJsonWith =
  (...keys: string[]) =>
  (content: string) =>
    /^\s*\{/.test(content) && keys.some((key) => content.includes(`"${key}"`));
const startsWith = (magic: string) => (content: string) => content.startsWith(magic);

const ENVIRONMENT_FILES = [
  '/.env',
  '/.env.local',
  '/.env.production',
  '/.env.production.local',
  '/.env.prod',
  '/.env.development',
  '/.env.development.local',
  '/.env.staging',
  '/.env.test',
  '/.env.bak',
  '/.env.backup',
  '/.env.old',
  '/.env.save',
  '/.env~',
  // Of dotenvx: what decrypts the others.
  '/.env.keys',
  // Of Cloudflare Workers.
  '/.dev.vars',
  '/env.txt',
];

const PRIVATE_FILES: readonly PrivateFile[] = [
  ...ENVIRONMENT_FILES.map((path) => ({ path, what: 'an environment file', isReal: isEnvironment })),
  {
    path: '/.git/HEAD',
    what: 'a Git repository',
    isReal: (content) => /^(ref: refs\/|[0-9a-f]{40}\s*$)/.test(content),
  },
  { path: '/.git/config', what: 'a Git repository', isReal: (content) => /^\s*\[core\]/m.test(content) },
  {
    path: '/.clerk/.tmp/keyless.json',
    what: 'Clerk’s keyless credentials',
    isReal: isJsonWith('secretKey', 'publishableKey'),
  },
  { path: '/.next/required-server-files.json', what: 'the Next.js build', isReal: isJsonWith('appDir', 'config') },
  { path: '/.next/build-manifest.json', what: 'the Next.js build', isReal: isJsonWith('rootMainFiles', 'pages') },
  { path: '/.vercel/project.json', what: 'the Vercel project link', isReal: isJsonWith('projectId', 'orgId') },
  { path: '/.npmrc', what: 'npm credentials', isReal: (content) => /_authToken\s*=|^registry\s*=/m.test(content) },
  {
    path: '/docker-compose.yml',
    what: 'a deployment description',
    isReal: (content) => /^services:\s*$/m.test(content),
  },
  { path: '/package.json', what: 'the package manifest', isReal: isJsonWith('dependencies', 'devDependencies') },
  { path: '/backup.zip', what: 'a backup', isReal: startsWith('PK\u0003\u0004') },
  ...['/backup.sql', '/dump.sql'].map((path) => ({
    path,
    what: 'a database dump',
    isReal: (content: string) => /^(-- |CREATE TABLE\b|INSERT INTO\b|PRAGMA\b)/m.test(content),
  })),
  { path: '/.DS_Store', what: 'a folder listing', isReal: startsWith('\u0000\u0000\u0000\u0001Bud1') },
];

/** What a private file's path answered. */
export interface FileAnswer {
  readonly path: string;
  readonly exchange: Exchange;
}

/** exposure/dotfiles: at the root of the site, and where an app under a base path serves its own files. */
export const dotfiles = defineCheck<readonly FileAnswer[]>({
  id: 'exposure/dotfiles',
  collect: ({ target }) =>
    Promise.all(
      PRIVATE_FILES.flatMap(({ path: file }) =>
        [...new Set([file, target.within(file)])].map(async (path) => ({
          path,
          exchange: await target.anonymous.get(path),
        })),
      ),
    ),
  judge: (answers): Judgement => ({
    findings: answers.flatMap(judgeFile),
    summary: `${answers.length} paths of environment files, repositories, builds and backups: none is served${fallbackNote(answers)}`,
  }),
});

function judgeFile({ path, exchange }: FileAnswer): Finding[] {
  const file = PRIVATE_FILES.find((candidate) => path.endsWith(candidate.path));
  const partial = [200, 206].includes(status(exchange));
  if (!file || !partial || isPage(exchange) || !file.isReal(body(exchange))) return [];
  return [
    error({
      subject: path,
      message: `${file.what} is served: ${describe(exchange)}`,
      expected: 'status 404 (or 403), or a page of the app, but never the file',
      cause:
        'The web server serves the project folder instead of the build output, or the file was copied into the public folder.',
      fix: 'Remove the file from what is deployed, deny paths that begin with a dot at the server or CDN, and rotate every key that stood in it: it must be taken as known.',
      docs: EXPOSURE_DOCS,
      exchange: withoutContent(exchange),
    }),
  ];
}

/** HTML under the path of a file is the app’s fallback. */
function isPage(exchange: Exchange): boolean {
  return isHtml(exchange) && /^\s*<(!doctype|!--|html|head|body|script|div)/i.test(body(exchange));
}

/** A report must not spread what the file contains; names are enough to know what to rotate. */
function withoutContent(exchange: Exchange): Exchange {
  if (!exchange.response) return exchange;
  const names = [...body(exchange).matchAll(/^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm)].map(
    (match) => `${match[1]}=[redacted]`,
  );
  const shown = names.length > 0 ? names.join('\n') : `[${body(exchange).length} characters, not shown]`;
  return { ...exchange, response: { ...exchange.response, body: shown } };
}

function fallbackNote(answers: readonly FileAnswer[]): string {
  const pages = answers.filter(({ exchange }) => status(exchange) === 200).length;
  return pages === 0 ? '' : ` (${pages} answer with a page of the app)`;
}
