import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folder, REPOSITORY } from './cli.ts';

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

/** A git repository with these files in a folder of its own, removed after the test file. */
export function repository(files: Files): string {
  const root = folder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  execFileSync('git', ['add', '--all'], { cwd: root });
  return root;
}

/** Installs this package from its sources and the Playwright of this repository into a folder, as links. */
export function install(root: string): void {
  const modules = join(root, 'node_modules');
  const own = join(modules, 'clerk-readiness');
  for (const path of [own, join(modules, '.bin'), join(modules, '@playwright')]) mkdirSync(path, { recursive: true });
  const exports = { '.': './src/index.ts', './reporter': './src/report/reporter.ts' };
  writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'clerk-readiness', type: 'module', exports }));
  for (const name of ['src', 'fixtures', 'specs']) symlinkSync(join(REPOSITORY, name), join(own, name));
  symlinkSync(join(REPOSITORY, 'node_modules/@playwright/test'), join(modules, '@playwright/test'));
  symlinkSync(join(REPOSITORY, 'node_modules/@playwright/test/cli.js'), join(modules, '.bin/playwright'));
}

/** A Next.js app with Clerk, guarded by a list of public routes. */
export const NEXT_APP: Files = {
  'package.json': JSON.stringify({
    name: 'web',
    type: 'module',
    dependencies: { next: '16.0.0', '@clerk/nextjs': '7.0.0' },
  }),
  'package-lock.json': JSON.stringify({ name: 'web', lockfileVersion: 3, packages: {} }),
  '.gitignore': 'node_modules\ntest-results/\n',
  'src/proxy.ts': `
    import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';
    const isPublicRoute = createRouteMatcher(['/', '/pricing(.*)', '/sign-in(.*)', '/sign-up(.*)', '/api/webhooks(.*)', '/api/health']);
    export default clerkMiddleware(async (auth, request) => {
      if (!isPublicRoute(request)) await auth.protect();
    });`,
  'src/app/page.tsx': '',
  'src/app/(site)/pricing/page.tsx': '',
  'src/app/sign-in/[[...sign-in]]/page.tsx': '',
  'src/app/sign-up/[[...sign-up]]/page.tsx': '',
  'src/app/dashboard/page.tsx': '',
  'src/app/projects/[id]/page.tsx': '',
  'src/app/api/me/route.ts':
    "import { auth } from '@clerk/nextjs/server';\nexport async function GET() { await auth(); }",
  'src/app/api/projects/route.ts': 'export const GET = () => {}; export async function POST() {}',
  'src/app/api/health/route.ts': 'export function GET() {}',
  'src/app/api/webhooks/clerk/route.ts': 'export function POST() {}',
};
