import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { without } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import { edit } from './project.ts';
import { all, anonymous, at, changing, isStatic } from './tools.ts';

const run = promisify(execFile);

/** Writes a file and adds it to the index, whatever .gitignore says. */
async function track(root: string, path: string, text: string): Promise<void> {
  await writeFile(join(root, path), text);
  await run('git', ['add', '--force', path], { cwd: root });
}

/** Has the lockfile install another release. */
async function lock(root: string, name: string, version: string): Promise<void> {
  const path = join(root, 'package-lock.json');
  const lockfile = JSON.parse(await readFile(path, 'utf8')) as { packages: Record<string, { version?: string }> };
  const entry = lockfile.packages[`node_modules/${name}`];
  if (!entry) throw new Error(`${name} is not in the lockfile`);
  entry.version = version;
  await writeFile(path, JSON.stringify(lockfile, null, 2));
}

/** A live secret key that opens nothing. */
const secretKey = (): string =>
  [
    'sk',
    'live',
    randomBytes(24)
      .toString('base64')
      .replaceAll(/[^A-Za-z0-9]/g, 'x'),
  ].join('_');

const MATCHER = /matcher: \[[^\]]*\]/;
const isApi = at('/api/me', '/api/projects');
const CLERK_HEADERS = ['x-clerk-auth-status', 'x-clerk-auth-reason', 'x-clerk-auth-message'];

export const envFilesIgnored = defectsOf('environment/env-files-ignored', [
  {
    name: 'env-local-tracked',
    title: '.env.local was added to git by force',
    source: (root) => track(root, '.env.local', `CLERK_SECRET_KEY=${secretKey()}\n`),
  },
  {
    name: 'env-negated',
    title: '.gitignore brings .env.production back',
    source: (root) => edit(root, '.gitignore', /$/, '.env*\n!.env.example\n!.env.production\n'),
  },
  {
    name: 'env-secret-in-code',
    title: 'a live secret key stands in lib/clerk-admin.ts',
    source: (root) => track(root, 'lib/clerk-admin.ts', `export const secretKey = '${secretKey()}';\n`),
  },
]);

export const envFilesVariants = variantsOf('environment/env-files-ignored', [
  {
    name: 'env-public-defaults',
    title: '.env.production is tracked on purpose: it holds public settings only',
    source: async (root) => {
      await edit(root, '.gitignore', /$/, '.env*\n!.env.example\n!.env.production\n');
      await track(root, '.env.production', 'NEXT_PUBLIC_CLERK_SIGN_IN_URL=/sign-in\nNEXT_TELEMETRY_DISABLED=1\n');
    },
  },
  {
    name: 'env-samples',
    title: 'samples with placeholders are tracked',
    source: async (root) => {
      await edit(root, '.gitignore', /$/, '.env*\n!.env*.example\n!.env.sample\n');
      await track(root, '.env.local.example', 'CLERK_SECRET_KEY=sk_live_your_secret_key\n');
      await track(root, '.env.sample', `CLERK_SECRET_KEY=sk_test_${'x'.repeat(40)}\n`);
    },
  },
]);

export const middlewareFile = defectsOf('environment/middleware-file', [
  {
    name: 'middleware-inside-app',
    title: 'proxy.ts lies inside of app/',
    source: (root) => rename(join(root, 'proxy.ts'), join(root, 'app', 'proxy.ts')),
  },
  {
    name: 'proxy-on-next-15',
    title: 'proxy.ts with Next.js 15, which knows middleware.ts only',
    source: (root) => lock(root, 'next', '15.5.24'),
  },
  {
    name: 'matcher-without-api',
    title: 'the matcher leaves /api out',
    source: (root) => edit(root, 'proxy.ts', MATCHER, "matcher: ['/((?!api|_next|images/|favicon).*)']"),
  },
  {
    name: 'middleware-not-deployed',
    title: 'the deployed API answers without having passed clerkMiddleware',
    apply: changing(all(isApi, anonymous), (response) => without(response, ...CLERK_HEADERS)),
  },
]);

export const middlewareFileVariants = variantsOf('environment/middleware-file', [
  {
    name: 'middleware-ts-on-16',
    title: 'the guard is still called middleware.ts',
    source: (root) => rename(join(root, 'proxy.ts'), join(root, 'middleware.ts')),
  },
  {
    name: 'matcher-quickstart',
    title: 'the matcher of Clerk’s quickstart',
    source: (root) =>
      edit(
        root,
        'proxy.ts',
        MATCHER,
        String.raw`matcher: ['/((?!_next|[^?]*\\.(?:html?|css|js(?!on)|jpe?g|webp|png|gif|svg|ttf|woff2?|ico|csv|docx?|xlsx?|zip|webmanifest)).*)', '/(api|trpc)(.*)', '/__clerk/(.*)']`,
      ),
  },
  {
    name: 'cdn-strips-clerk-headers',
    title: 'a CDN takes Clerk’s headers off what anonymous visitors get',
    apply: changing(anonymous, (response, request, site) =>
      isStatic(request, site) ? response : without(response, ...CLERK_HEADERS),
    ),
  },
]);

export const sdkAdvisories = defectsOf('environment/sdk-advisories', [
  {
    name: 'next-15-2-2',
    title: 'the lockfile installs next 15.2.2, whose middleware a header skips',
    source: async (root) => {
      await lock(root, 'next', '15.2.2');
      await rename(join(root, 'proxy.ts'), join(root, 'middleware.ts'));
    },
  },
  {
    name: 'nextjs-6-39-1',
    title: 'the lockfile installs @clerk/nextjs 6.39.1, whose route matcher an encoded letter passes',
    source: (root) => lock(root, '@clerk/nextjs', '6.39.1'),
  },
  {
    name: 'backend-2-3-1',
    title: 'the lockfile installs @clerk/backend 2.3.1, which accepts forged webhooks',
    source: (root) => lock(root, '@clerk/backend', '2.3.1'),
  },
]);
