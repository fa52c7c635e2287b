import { randomBytes } from 'node:crypto';
import { randomSecretKey, randomWebhookSecret } from '../clerk/keys.ts';
import { defectsOf } from './defect.ts';
import { at, changing, replaceBody } from './tools.ts';

/** Secrets that nobody knows, made when the demo starts. */
const DOTENV = [
  '# production',
  `CLERK_SECRET_KEY=${randomSecretKey('live')}`,
  `CLERK_WEBHOOK_SIGNING_SECRET=${randomWebhookSecret()}`,
  `DATABASE_URL=postgres://app:${randomBytes(9).toString('hex')}@db.internal:5432/app`,
  '',
].join('\n');

function serving(path: string, contentType: string, content: string | Buffer) {
  return changing(at(path), (response) => replaceBody(response, 200, contentType, content));
}

export const dotfiles = defectsOf('exposure/dotfiles', [
  { name: 'dotenv', title: 'the server sends /.env', apply: serving('/.env', 'text/plain', DOTENV) },
  {
    name: 'dotenv-local',
    title: 'the server sends /.env.local',
    apply: serving('/.env.local', 'application/octet-stream', DOTENV),
  },
  // Servers that do not know a file's type often call it HTML.
  {
    name: 'dotenv-html',
    title: 'the server sends /.env.production, as text/html',
    apply: serving('/.env.production', 'text/html', DOTENV),
  },
  {
    name: 'dotenv-backup',
    title: "the server sends an editor's backup, /.env.bak",
    apply: serving('/.env.bak', 'application/octet-stream', DOTENV),
  },
  {
    name: 'git-head',
    title: 'the server sends /.git/HEAD',
    apply: serving('/.git/HEAD', 'application/octet-stream', 'ref: refs/heads/main\n'),
  },
  {
    name: 'next-folder',
    title: 'the server sends the build folder, /.next/required-server-files.json',
    apply: serving(
      '/.next/required-server-files.json',
      'application/json',
      JSON.stringify({
        version: 1,
        config: { distDir: '.next' },
        appDir: '/srv/app',
        files: ['.next/routes-manifest.json'],
      }),
    ),
  },
  {
    name: 'database-backup',
    title: 'the server sends a database dump, /backup.sql',
    apply: serving(
      '/backup.sql',
      'application/sql',
      "-- PostgreSQL database dump\nCREATE TABLE users (id text, email text);\nINSERT INTO users VALUES ('user_1', 'jane@example.com');\n",
    ),
  },
]);
