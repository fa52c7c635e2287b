import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { symlinkSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { envFilesIgnored } from '../../src/areas/environment/env-files-ignored.ts';
import { middlewareFile } from '../../src/areas/environment/middleware-file.ts';
import { lockedReleases, runningReleases } from '../../src/areas/environment/sdk-advisories.ts';
import { ignoreAnswers, secretNames, trackedEnvFiles, trackedSecrets } from '../../src/source/env-files.ts';
import { middlewareSource } from '../../src/source/middleware.ts';
import type { Judgement } from '../../src/result.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { exchange, expectation } from '../support/exchange.ts';
import { assertClean, assertComplete, only } from '../support/findings.ts';
import { project, treeOf } from '../support/project.ts';
import type { Files } from '../support/project.ts';

const secret = (kind: string) => ['sk', kind, randomBytes(24).toString('hex')].join('_');
const IGNORE = '.env*\n!.env.example\n';

async function envFiles(files: Files): Promise<Judgement> {
  const tree = await treeOf(project(files));
  const names = await ignoreAnswers(tree, ['.env.local', '.env.production.local', '.env', '.env.production']);
  const [tracked, secrets] = await Promise.all([trackedEnvFiles(tree), trackedSecrets(tree, [])]);
  return envFilesIgnored.judge({ names, tracked, secrets }, expectation());
}

const levels = ({ findings }: Judgement) => findings.map(({ level, subject }) => `${level} ${subject}`);

describe('environment/env-files-ignored', () => {
  it('passes where everything is ignored', async () =>
    assertClean(await envFiles({ '.gitignore': IGNORE, 'a.ts': 'x' })));
  it('passes on samples with placeholders', async () =>
    assertClean(
      await envFiles({
        '.gitignore': `${IGNORE}!.env*.example\n`,
        '.env.local.example': `CLERK_SECRET_KEY=sk_live_${'x'.repeat(40)}\n`,
      }),
    ));
  it('fails on names that no rule has', async () =>
    assert.deepEqual(levels(await envFiles({ 'a.ts': 'x' })), [
      'error .env.local',
      'error .env.production.local',
      'warning .env',
      'warning .env.production',
    ]));
  it('fails on an exception that is too wide', async () => {
    const finding = only(await envFiles({ '.gitignore': `${IGNORE}!.env.production\n`, 'a.ts': '' }));
    assert.equal(finding.level, 'error');
    assert.match(finding.message, /\.gitignore:3 !\.env\.production/);
  });
  it('warns of tracked public settings', async () => {
    const finding = only(
      await envFiles({ '.gitignore': `${IGNORE}!.env.production\n`, '.env.production': 'NEXT_PUBLIC_A=b\n' }),
    );
    assert.equal(finding.level, 'warning');
  });
  it('fails on a tracked file with a secret, told by its name alone', async () => {
    const value = secret('test');
    const finding = only(await envFiles({ '.gitignore': '.env.*\n', '.env': `CLERK_SECRET_KEY=${value}\n` }));
    assert.equal(finding.level, 'error');
    assert.match(finding.message, /CLERK_SECRET_KEY/);
    assert.ok(!JSON.stringify(finding).includes(value));
  });
  it('reads what git has, and not what lies in the folder', async () => {
    const root = project({
      '.gitignore': IGNORE,
      '.env.development': 'A_SECRET=\n',
      'a.env': `A_SECRET=${secret('test')}\n`,
    });
    symlinkSync('../a.env', `${root}/.env.test`);
    execFileSync('git', ['add', '--all', '--force'], { cwd: root });
    writeFileSync(`${root}/.env.development`, `A_SECRET=${secret('test')}\n`);
    assert.deepEqual(
      (await trackedEnvFiles(await treeOf(root))).map(({ path, secretNames: names }) => [path, ...names]),
      [['.env.development'], ['.env.test']],
    );
  });
  it('fails on a live key in the code and does not print it', async () => {
    const value = secret('live');
    const finding = only(await envFiles({ '.gitignore': IGNORE, 'lib/a.ts': `const k = '${value}'` }));
    assert.equal(finding.level, 'error');
    assert.ok(!JSON.stringify(finding).includes(value));
  });
  for (const prefix of ['rk_live_', 'sk-proj-', 'sk-ant-api03-', 'sb_secret_', 'github_pat_', 'ghp_'])
    it(`finds a key that begins with ${prefix}`, async () => {
      const code = `const k = '${prefix}${randomBytes(24).toString('hex')}'`;
      assert.equal(only(await envFiles({ '.gitignore': IGNORE, 'lib/a.ts': code })).level, 'error');
    });
  it('finds the password of a database, unless it is one of this machine', async () => {
    const compose = (host: string) =>
      envFiles({
        '.gitignore': IGNORE,
        'compose.yml': `DB: mysql://app:${randomBytes(24).toString('hex')}@${host}/app`,
      });
    assert.equal(only(await compose('db.example.net:3306')).level, 'error');
    assertClean(await compose('db:3306'));
  });
  for (const [name, settings, attributes] of [
    ['settings of git', ['grep.fullName=true', 'color.ui=always'], ''],
    ['files whose changes git does not show', [], '*.ts -diff\n'],
  ] as const)
    it(`finds it in spite of ${name}`, async () => {
      const root = project({ '.gitattributes': attributes, 'app/lib/a.ts': `const k = '${secret('live')}'` });
      for (const setting of settings) execFileSync('git', ['config', ...setting.split('=')], { cwd: root });
      assert.equal((await trackedSecrets(await treeOf(`${root}/app`), [])).length, 1);
    });
  for (const path of ['cypress/a.ts', 'src/test-utils/a.ts', 'vitest.setup.ts', 'certs/localhost-key.pem'])
    it(`warns of a made-up secret in ${path}`, async () => {
      const made = `const s = 'whsec_${randomBytes(24).toString('base64')}';`;
      assert.equal(only(await envFiles({ '.gitignore': IGNORE, [path]: made })).level, 'warning');
    });
  it('fails on a secret in a folder that only sounds alike', async () => {
    const made = `const s = 'whsec_${randomBytes(24).toString('base64')}';`;
    assert.equal(only(await envFiles({ '.gitignore': IGNORE, 'src/latest/a.ts': made })).level, 'error');
  });
  it('warns of a test key in a test', async () =>
    assert.equal(
      only(await envFiles({ '.gitignore': IGNORE, 'tests/a.ts': `const k = '${secret('test')}'` })).level,
      'warning',
    ));
  it('is not verified without a repository', () =>
    assert.match(envFilesIgnored.judge({ problem: 'git could not be asked' }, expectation()).unverified ?? '', /git/));
  it('reads rules of folders above', async () => {
    const root = project({ '.gitignore': IGNORE, 'apps/web/package.json': '{}' });
    const [answer] = await ignoreAnswers(await treeOf(`${root}/apps/web`), ['.env.local']);
    assert.equal(answer?.ignored, true);
  });
  it('takes what is encrypted, empty or public for harmless', () =>
    assert.deepEqual(
      secretNames(
        'A_SECRET=\nB_TOKEN="encrypted:abc"\nNEXT_PUBLIC_API_KEY=a1\nCLERK_PUBLISHABLE_KEY=b\nexport DB_PASSWORD=\'p4ss\' # x\n',
      ),
      ['DB_PASSWORD'],
    ));
  for (const value of [
    '# set in Vercel',
    '"file:./dev.db"',
    'postgresql://postgres:postgres@localhost:5432/test',
    'postgresql://postgres:postgres@postgres:5432/app',
    'postgres://user:pass@my-database/app',
    'mysql://root:password@127.0.0.1/test',
    'op://vault/clerk/key',
    'ENC[AES256_GCM,data:p4ss]',
    'sk_test_',
    'test-secret',
    'sk_test_fake',
    'whsec_test',
    '15m',
  ])
    it(`takes ${value} for harmless`, () => assert.deepEqual(secretNames(`A_SECRET= ${value}`), []));
  for (const value of [
    'postgres://app:s3cr3t@localhost/app',
    'postgres://app:app@db.acme.org/app',
    'postgres://app:4711@db/app',
    'postgres://app:p4ss@db:5432/app',
    'sk_test_fake4711',
    'p4ss#1',
    'test_9f2b',
  ])
    it(`takes ${value} for a secret`, () => assert.deepEqual(secretNames(`A_SECRET=${value}`), ['A_SECRET']));
});

const IMPORT = "import { clerkMiddleware } from '@clerk/nextjs/server';\n";
const GUARD = `${IMPORT}export default clerkMiddleware();\n`;
const config = (matcher: string) => `${GUARD}export const config = { matcher: ${matcher} };\n`;
const next = (version: string, files: Files): Files => ({
  'package.json': JSON.stringify({ dependencies: { next: version, '@clerk/nextjs': '7.9.17' } }),
  'app/page.tsx': 'export default () => null;',
  ...files,
});
const OPTIONS = { routes: { protected: ['/dashboard'] }, api: ['/api/me'] };
const HEADERS = { 'x-clerk-auth-status': 'signed-out' };
const answer = (path: string, kind: 'page' | 'API route', headers: Record<string, string> = {}) => ({
  path,
  kind,
  exchanges: [exchange({ path, status: 401, headers })],
});
const SEEN = [answer('/dashboard', 'page', HEADERS), answer('/api/me', 'API route', HEADERS)];

async function middleware(files: Files, answers: ReturnType<typeof answer>[] = []): Promise<Judgement> {
  const source = await middlewareSource(await treeOf(project(files)));
  return middlewareFile.judge({ source, answers }, expectation(OPTIONS));
}

describe('environment/middleware-file', () => {
  for (const [name, files] of [
    ['proxy.ts on Next.js 16', next('16.4.5', { 'proxy.ts': GUARD })],
    ['middleware.ts on Next.js 16', next('16.4.5', { 'middleware.ts': GUARD })],
    [
      'src/middleware.ts beside src/app',
      { ...next('15.5.24', { 'src/middleware.ts': GUARD, 'src/app/page.tsx': '' }), 'app/page.tsx': '' },
    ],
    [
      'a guard in a module of its own',
      next('15.5.24', { 'middleware.ts': "export { default } from './lib/guard';", 'lib/guard.ts': GUARD }),
    ],
    [
      'extensions of its own',
      next('15.5.24', {
        'next.config.ts': "export default { pageExtensions: ['page.ts', 'page.tsx'] };",
        'middleware.page.ts': GUARD,
        'middleware.test.ts': GUARD,
      }),
    ],
    [
      'a base path that is commented out',
      next('16.4.5', {
        'next.config.ts': "export default {\n  // basePath: '/docs',\n  /* i18n: {} */\n};",
        'proxy.ts': config("['/dashboard', '/api/me']"),
      }),
    ],
    [
      'a namespace import',
      next('16.4.5', {
        'proxy.ts': "import * as clerk from '@clerk/nextjs/server';\nexport default clerk.clerkMiddleware();",
      }),
    ],
    [
      'a language in front of what the matcher names',
      next('16.4.5', {
        'proxy.ts': config("['/(de|pt-BR)/:path*', '/dashboard', '/api/:path*']"),
        'app/[locale]/team/page.tsx': "export { auth } from '@clerk/nextjs/server';",
      }),
    ],
    [
      'files with a byte order mark',
      {
        ...next('16.4.5', { 'proxy.ts': `\uFEFF${GUARD}` }),
        'package.json': '\uFEFF{"dependencies":{"next":"16.4.5","@clerk/nextjs":"7"}}',
      },
    ],
    [
      'a handler that another one calls',
      next('16.4.5', {
        'proxy.ts': `${IMPORT}const handler = clerkMiddleware();\nexport default (request, event) => handler(request, event);`,
      }),
    ],
    [
      'a handler in a wrapper, under a name of its own',
      next('15.5.24', {
        'middleware.ts': `${IMPORT}import { withX } from 'x';\nconst handler = withX(clerkMiddleware());\nexport { handler as middleware };`,
      }),
    ],
    [
      'a chain to which handlers are added, each in a module of its own',
      next('15.5.24', {
        'middleware.ts':
          "import { chain } from './lib/chain';\nimport { withAuth } from './lib/with-auth';\nconst steps = [];\nsteps.push(withAuth);\nexport const middleware = chain(steps);",
        'lib/chain.ts': 'export const chain = (steps) => steps.reduce((next, step) => step(next));',
        'lib/with-auth.ts': `${IMPORT}export function withAuth(next) { return clerkMiddleware(() => next()); }`,
      }),
    ],
    [
      'a module that passes on everything of another',
      next('16.4.5', {
        'proxy.ts': "export * from './lib/guard';",
        'lib/guard.ts': `${IMPORT}export const proxy = clerkMiddleware();`,
      }),
    ],
    [
      'the matcher of the quickstart',
      next('16.4.5', { 'proxy.ts': config("['/((?!_next|[^?]*\\\\.(?:css|js)).*)', '/(api|trpc)(.*)'] as const") }),
    ],
  ] as const) {
    it(`passes on ${name}`, async () => {
      const given: Record<string, string> = { ...files };
      if (name.startsWith('src/')) delete given['app/page.tsx'];
      assertClean(await middleware(given));
    });
  }
  for (const [name, files, text] of [
    ['a file inside of app/', next('16.4.5', { 'app/proxy.ts': GUARD }), /Middleware in the wrong place/],
    ['proxy.ts on Next.js 15', next('15.5.24', { 'proxy.ts': GUARD }), /known from Next\.js 16 on/],
    ['middleware.mjs', next('15.5.24', { 'middleware.mjs': GUARD }), /takes \.ts, \.tsx/],
    ['no file at all', next('16.4.5', {}), /never made/],
    ['two files', next('16.4.5', { 'proxy.ts': GUARD, 'middleware.ts': GUARD }), /does not build with both/],
    ['another middleware', next('16.4.5', { 'proxy.ts': 'export default () => {};' }), /never put in/],
    ...(
      [
        ['an import that is not used', 'export default () => {};'],
        ['a handler that nothing exports', 'const handler = clerkMiddleware();\nexport function proxy() { next(); }'],
        ['a handler that is made and dropped', 'export function proxy() { clerkMiddleware(); next(); }'],
        ['another export that comes first', 'export default clerkMiddleware();\nexport function proxy() { next(); }'],
        ['a handler of another name', 'export const guard = clerkMiddleware();\nexport default () => {};'],
      ] as const
    ).map(([name, text]) => [name, next('16.4.5', { 'proxy.ts': IMPORT + text }), /never put in/] as const),
    [
      'a matcher without the API',
      next('16.4.5', { 'proxy.ts': config("['/((?!api|_next).*)']") }),
      /does not cover 1 API route: \/api\/me/,
    ],
    [
      'a matcher that lists pages',
      next('16.4.5', { 'proxy.ts': config("['/settings(.*)', '/api(.*)']") }),
      /does not cover 1 page: \/dashboard/,
    ],
    [
      'a matcher that Next.js does not build with',
      next('16.4.5', { 'proxy.ts': config("['/((?!_next).*', '/(api|trpc)(.*)']") }),
      /its matcher has \/\(\(\?!_next\)\.\*, .*does not build/,
    ],
  ] as const) {
    it(`fails on ${name}`, async () => {
      const finding = only(await middleware(files));
      assert.equal(finding.level, 'error');
      assert.match(`${finding.message} ${finding.cause}`, text);
    });
  }
  it('fails on a route that calls auth() and is not covered', async () => {
    const route = "import { auth } from '@clerk/nextjs/server';\nexport async function GET() { await auth(); }";
    const files = next('16.4.5', {
      'proxy.ts': config("['/dashboard', '/api/me']"),
      'app/api/teams/[id]/route.ts': route,
    });
    assert.match(only(await middleware(files)).message, /\/api\/teams\/x/);
  });
  it('does not apply to a static export, for which Next.js runs no middleware', async () => {
    const config = "const config: NextConfig = { output: 'export', trailingSlash: true };\nexport default config;";
    const both: readonly Files[] = [{}, { 'proxy.ts': GUARD }];
    for (const files of both) {
      const { findings, inapplicable } = await middleware(next('16.4.5', { 'next.config.ts': config, ...files }));
      assert.deepEqual(findings, []);
      assert.match(inapplicable ?? '', /output: 'export'/);
    }
    const commented = { 'next.config.ts': "export default {\n  // output: 'export',\n};" };
    assert.match(only(await middleware(next('16.4.5', commented))).message, /no middleware/);
  });
  it('takes no app for Next.js because its monorepo has one', async () => {
    const root = project({
      'package.json': '{"dependencies":{"next":"16.4.5","@clerk/nextjs":"7","@clerk/express":"2"}}',
      'apps/api/src/app/routes.ts': '',
      'apps/api/src/main.ts': "import { clerkMiddleware } from '@clerk/express';\napp.use(clerkMiddleware());",
      'apps/web/next.config.js': 'module.exports = {};',
      'apps/web/app/page.tsx': '',
    });
    const [api, web] = await Promise.all(
      ['api', 'web'].map(async (name) => middlewareSource(await treeOf(`${root}/apps/${name}`))),
    );
    assert.equal(api?.kind === 'other' && api.framework, 'Express');
    assert.equal(web?.kind, 'next');
  });
  const workspace = (app: Files, auth: Files) => ({
    'package-lock.json': JSON.stringify({
      lockfileVersion: 3,
      packages: {
        '': { workspaces: ['apps/*', 'packages/*'] },
        'apps/app': JSON.parse(app['package.json'] ?? '{}') as unknown,
        'node_modules/@repo/auth': { resolved: 'packages/auth', link: true },
        'packages/auth': JSON.parse(auth['package.json'] ?? '{}') as unknown,
        'node_modules/@clerk/nextjs': { version: '7.9.17' },
        'node_modules/@clerk/express': { version: '2.1.0' },
      },
    }),
    ...Object.fromEntries(Object.entries(app).map(([path, text]) => [`apps/app/${path}`, text])),
    ...Object.fromEntries(Object.entries(auth).map(([path, text]) => [`packages/auth/${path}`, text])),
  });
  const inWorkspace = async (app: Files, auth: Files, options: ReadinessOptions = OPTIONS) => {
    const source = await middlewareSource(await treeOf(`${project(workspace(app, auth))}/apps/app`));
    return middlewareFile.judge({ source, answers: [] }, expectation(options));
  };
  const LINKED = '{"dependencies":{"next":"16.4.6","@repo/auth":"*"}}';
  const AUTH = {
    'package.json': '{"name":"@repo/auth","dependencies":{"@clerk/nextjs":"7"}}',
    'proxy.ts': "export { clerkMiddleware as authMiddleware } from '@clerk/nextjs/server';",
  };
  it('knows an SDK that comes by way of a package of the workspace', async () => {
    const app = { 'package.json': LINKED, 'app/page.tsx': '' };
    assert.match(only(await inWorkspace(app, AUTH)).message, /no middleware with clerkMiddleware/);
    const proxy = `import { authMiddleware } from '@repo/auth/proxy';\nexport default authMiddleware();\nexport const config = { matcher: ['/((?!api).*)'] };`;
    assert.match(only(await inWorkspace({ ...app, 'proxy.ts': proxy }, AUTH)).message, /does not cover 1 API route/);
    const api = { 'package.json': '{"dependencies":{"@repo/auth":"*"}}', 'main.ts': 'app.use(clerkMiddleware());' };
    const express = { 'package.json': '{"name":"@repo/auth","dependencies":{"@clerk/express":"2"}}' };
    assertClean(await inWorkspace(api, express));
    const client = { 'package.json': '{"dependencies":{"@clerk/react":"6","@repo/auth":"*"}}', 'main.ts': '' };
    assert.match((await inWorkspace(client, express)).inapplicable ?? '', /@clerk\/react/);
  });
  it('asks for no middleware where the workspace brings Clerk to an app that guards nothing', async () => {
    const { findings, unverified } = await inWorkspace({ 'package.json': LINKED, 'app/page.tsx': '' }, AUTH, {});
    assert.deepEqual(findings, []);
    assert.match(unverified ?? '', /set routes\.protected and api/);
  });
  it('knows Next.js by its configuration where a package.json above has it', async () => {
    const root = project({
      'package.json': '{"workspaces":["apps/*"],"dependencies":{"next":"16.4.6"}}',
      'apps/web/package.json': '{"dependencies":{"@clerk/nextjs":"7"}}',
      'apps/web/next.config.js': 'module.exports = {};',
      'apps/web/app/page.tsx': '',
      'apps/web/proxy.ts': GUARD,
    });
    assert.equal((await middlewareSource(await treeOf(`${root}/apps/web`))).kind, 'next');
  });
  it('reads the matcher of a middleware that it cannot follow', async () => {
    const text = `import { guard } from '@repo/auth';\nexport default guard();\nexport const config = { matcher: ['/((?!api).*)'] };`;
    assert.match(only(await middleware(next('16.4.5', { 'proxy.ts': text }))).message, /does not cover 1 API route/);
  });
  for (const [name, tsconfig, base] of [
    ['its own paths', '{"compilerOptions":{"paths":{"@repo/*":["../../packages/*"]}}}', '{}'],
    [
      'those of a configuration above',
      '{"extends":"../../tsconfig.base.json"}',
      '{"compilerOptions":{"baseUrl":".","paths":{"@repo/auth/*":["packages/auth/*"]}}}',
    ],
    [
      'those of one that extends itself too',
      '{"extends":["./tsconfig.json","../../tsconfig.base.json"]}',
      '{"compilerOptions":{"paths":{"@repo/*":["./packages/*"]}}}',
    ],
  ] as const)
    it(`follows a middleware into a package of the repository by ${name}`, async () => {
      const proxy = `import { authMiddleware } from '@repo/auth/proxy';\nexport default authMiddleware();`;
      const files = { 'package.json': LINKED, 'app/page.tsx': '', 'proxy.ts': proxy, 'tsconfig.json': tsconfig };
      const root = project({ ...workspace(files, AUTH), 'tsconfig.base.json': base });
      const source = await middlewareSource(await treeOf(`${root}/apps/app`));
      assertClean(middlewareFile.judge({ source, answers: [] }, expectation(OPTIONS)));
    });
  it('does not ask for the source that it has', async () => {
    const answers = [answer('/dashboard', 'page', HEADERS), answer('/api/me', 'API route')];
    const files = { 'proxy.ts': "export { guard as default } from '@repo/auth';" };
    const { unverified } = await middleware(next('16.4.5', files), answers);
    assert.match(unverified ?? '', /headers; the source could not be followed/);
  });
  it('knows that i18n of next.config puts languages in front', async () => {
    const files = next('16.4.5', { 'proxy.ts': config("['/dashboard', '/api/me']") });
    const judge = async (more: Files) =>
      middlewareFile.judge(
        { source: await middlewareSource(await treeOf(project({ ...files, ...more }))), answers: [] },
        expectation({ routes: { protected: ['/de/dashboard'] } }),
      );
    assert.match(only(await judge({})).message, /\/de\/dashboard/);
    const languages = (locales: string) => ({
      'next.config.js': `module.exports = { i18n: { locales: ${locales} } };`,
    });
    assertClean(await judge(languages(`[\n  'de',\n  "en",\n]`)));
    assert.match(only(await judge(languages("['fr']"))).message, /\/de\/dashboard/);
    for (const unknown of ['LOCALES', "[DEFAULT, 'en']"])
      assert.match((await judge(languages(unknown))).unverified ?? '', /could not be followed/);
  });
  it('fails on a page in a language that no matcher names', async () => {
    const files = next('16.4.5', {
      'proxy.ts': config("['/(de|en)', '/dashboard', '/api/me']"),
      'app/[locale]/team/page.tsx': "export { auth } from '@clerk/nextjs/server';",
    });
    assert.match(only(await middleware(files)).message, /\/\[locale\]\/team/);
  });
  for (const [name, files] of [
    [
      'an import at run time',
      { 'proxy.ts': "export default async (...a) => (await import('@clerk/nextjs/server')).clerkMiddleware()(...a);" },
    ],
    [
      'a base path from the environment',
      {
        'next.config.ts': 'export default { basePath: process.env.BASE_PATH };',
        'proxy.ts': config("['/((?!dashboard).*)']"),
      },
    ],
    ['require()', { 'proxy.js': "module.exports = { proxy: require('@clerk/nextjs/server').clerkMiddleware() };" }],
  ] as const)
    it(`cannot follow ${name}`, async () => {
      assert.match((await middleware(next('16.4.5', files))).unverified ?? '', /could not be followed/);
      assertClean(await middleware(next('16.4.5', files), SEEN));
    });
  it('takes no glob of next.config for a comment', async () => {
    const files = {
      'next.config.ts': "export default { images: '/**', basePath: '/docs' /* b */ };",
      'proxy.ts': GUARD,
    };
    const source = await middlewareSource(await treeOf(project(next('16.4.5', files))));
    assert.equal(source.kind === 'next' && source.app.basePath, '/docs');
  });
  it('reads JSX in .js', async () => {
    const files = next('16.4.5', {
      'proxy.js': config("['/dashboard', '/api/me']"),
      'app/team/page.js':
        "import { auth } from '@clerk/nextjs/server';\nexport default async () => <p>{(await auth()).userId}</p>;",
    });
    assert.match(only(await middleware(files)).message, /\/team/);
  });
  it('fails where the deployed API contradicts the source', async () => {
    const finding = only(
      await middleware(next('16.4.5', { 'proxy.ts': GUARD }), [
        answer('/dashboard', 'page', HEADERS),
        answer('/api/me', 'API route'),
      ]),
    );
    assert.match(finding.cause, /not this source/);
  });
  it('passes where a CDN strips the headers', async () =>
    assertClean(
      await middleware(next('16.4.5', { 'proxy.ts': GUARD }), [
        answer('/dashboard', 'page'),
        answer('/api/me', 'API route'),
      ]),
    ));
  it('is not verified where the matcher is no constant and nothing was seen', async () => {
    const files = next('16.4.5', { 'proxy.ts': `const m = ['/'];\n${config('m')}` });
    assert.match((await middleware(files)).unverified ?? '', /constant matcher/);
    assertClean(await middleware(files, SEEN));
  });
  const unknown = { kind: 'unknown', problem: 'set project.root to the folder' } as const;
  it('passes from outside alone', () =>
    assertClean(middlewareFile.judge({ source: unknown, answers: SEEN }, expectation(OPTIONS))));
  it('is not verified from outside when some or all answers have no header', () => {
    for (const answers of [
      [answer('/dashboard', 'page')],
      [answer('/dashboard', 'page', HEADERS), answer('/api/me', 'API route')],
      [],
    ])
      assert.match(
        middlewareFile.judge({ source: unknown, answers }, expectation(OPTIONS)).unverified ?? '',
        /set project\.root/,
      );
  });
  it('finds where Express mounts it', async () =>
    assertClean(
      await middleware({
        'package.json': '{"dependencies":{"@clerk/express":"2"}}',
        'src/app.js': "const { clerkMiddleware } = require('@clerk/express');\napp.use(clerkMiddleware());",
      }),
    ));
  const server = (sdk: string, text: string, more: Files = {}): Files => ({
    'package.json': JSON.stringify({ dependencies: { [sdk]: '2' } }),
    'src/app.ts': text.replaceAll('SDK', `'${sdk}'`),
    ...more,
  });
  for (const [name, files, shown] of [
    [
      'requireAuth() of Express alone',
      server('@clerk/express', 'import { requireAuth } from SDK;\nexport const guard = requireAuth();'),
      'src/app.ts mounts it for Express',
    ],
    [
      'the SDK of Express before this one',
      server(
        '@clerk/clerk-sdk-node',
        'const { ClerkExpressWithAuth } = require(SDK);\napp.use(ClerkExpressWithAuth());',
      ),
      'src/app.ts mounts it for Express',
    ],
    [
      'Elysia',
      server('elysia-clerk', 'import { clerkPlugin } from SDK;\nnew Elysia().use(clerkPlugin());'),
      'src/app.ts mounts it for Elysia',
    ],
    [
      'a plugin of Fastify',
      server(
        '@clerk/fastify',
        'import { clerkPlugin } from SDK;\nexport default fp((app) => app.register(clerkPlugin));',
      ),
      'src/app.ts mounts it for Fastify',
    ],
    [
      'a plugin of Fastify that its types do not fit',
      server('@clerk/fastify', 'import { clerkPlugin } from SDK;\napp.register(clerkPlugin as unknown as Plugin, {});'),
      'src/app.ts mounts it for Fastify',
    ],
    [
      'a list of plugins of Fastify',
      server(
        '@clerk/fastify',
        'import { clerkPlugin } from SDK;\nfor (const each of [cors, clerkPlugin]) app.register(each);',
      ),
      'src/app.ts mounts it for Fastify',
    ],
    [
      'a middleware of one’s own in Nuxt',
      server('@clerk/nuxt', '', {
        'nuxt.config.ts': "export default { modules: ['@clerk/nuxt'], clerk: { skipServerMiddleware: true } };",
        'server/middleware/0.clerk.ts':
          "import { clerkMiddleware } from '@clerk/nuxt/server';\nexport default clerkMiddleware();",
      }),
      'server/middleware/0.clerk.ts mounts it for Nuxt',
    ],
  ] as const)
    it(`finds ${name}`, async () => {
      const judgement = await middleware(files);
      assertClean(judgement);
      assert.equal(judgement.summary, shown);
    });
  for (const [name, files] of [
    [
      'a plugin of Fastify that is not registered',
      server('@clerk/fastify', 'import { clerkPlugin } from SDK;\napp.register(cors);'),
    ],
    [
      'a requireAuth() of one’s own',
      server(
        '@clerk/express',
        "import { requireAuth } from './auth'\nimport { getAuth } from SDK\napp.use(requireAuth())",
      ),
    ],
    [
      'a Nuxt that skips its middleware',
      server('@clerk/nuxt', '', {
        'nuxt.config.ts': "export default { modules: ['@clerk/nuxt'], clerk: { skipServerMiddleware: true } };",
      }),
    ],
  ] as const)
    it(`does not take ${name} for a mount`, async () =>
      assert.match((await middleware(files)).unverified ?? '', /no call that mounts Clerk for /));
  it('tells the app of a monorepo with one package.json by what it mounts', async () => {
    const root = project({
      'package.json': '{"dependencies":{"@clerk/express":"2","@clerk/remix":"4"}}',
      'apps/web/app/root.tsx':
        "import { rootAuthLoader } from '@clerk/remix/ssr.server';\nexport const loader = (args) => rootAuthLoader(args);",
    });
    const source = await middlewareSource(await treeOf(`${root}/apps/web`));
    assert.equal(source.kind === 'other' && source.framework, 'Remix');
  });
  it('is not applicable where React Router has no server', async () => {
    const files = (dev: string) => ({
      'package.json': `{"dependencies":{"@clerk/react-router":"2"},"devDependencies":{${dev}}}`,
      'react-router.config.ts': 'export default { ssr: false };',
      'app/root.tsx': "import { ClerkProvider } from '@clerk/react-router';\nexport default () => <ClerkProvider />;",
    });
    const { 'react-router.config.ts': _, ...declarative } = files('"vite":"7"');
    for (const each of [files('"@react-router/dev":"7"'), declarative])
      assert.match((await middleware(each)).inapplicable ?? '', /React Router runs in the browser alone/);
    const served = { ...files('"@react-router/dev":"7"'), 'react-router.config.ts': 'export default { ssr: true };' };
    assert.match((await middleware(served)).unverified ?? '', /no call that mounts/);
  });
  it('finds where SvelteKit mounts it', async () => {
    const source = await middleware({
      'package.json': '{"devDependencies":{"@sveltejs/kit":"2","svelte-clerk":"1"}}',
      'src/hooks.server.ts':
        "import { withClerkHandler } from 'svelte-clerk/server';\nexport const handle = sequence(withClerkHandler(), guard);",
    });
    assertClean(source);
    assert.match(source.summary, /src\/hooks\.server\.ts mounts it for SvelteKit/);
  });
  it('takes a module of Nuxt that is commented out for none', async () => {
    const files = (modules: string) => ({
      'package.json': '{"dependencies":{"@clerk/nuxt":"2"}}',
      'nuxt.config.ts': `export default defineNuxtConfig({\n  ${modules}\n});`,
    });
    assertClean(await middleware(files("modules: ['@clerk/nuxt'],")));
    assert.notEqual((await middleware(files("// modules: ['@clerk/nuxt'],"))).unverified, undefined);
  });
  const astro = (files: Files) => ({ 'package.json': '{"dependencies":{"@clerk/astro":"3"}}', ...files });
  const ON_REQUEST = IMPORT.replace('nextjs', 'astro');
  it('follows what Astro runs into its modules', async () =>
    assertClean(
      await middleware(
        astro({
          'src/middleware/index.ts':
            "import { sequence } from 'astro:middleware';\nimport { auth } from './auth';\nexport const onRequest = sequence(auth);",
          'src/middleware/auth.ts': `${ON_REQUEST}export const auth = clerkMiddleware();`,
        }),
      ),
    ));
  it('does not take for misplaced what Astro may run by an alias that is not known', async () => {
    const files = {
      'src/middleware.ts': "import { auth } from '@/server/auth';\nexport const onRequest = sequence(auth);",
      'src/server/auth.ts': `${ON_REQUEST}export const auth = clerkMiddleware();`,
    };
    const { findings, unverified } = await middleware(astro(files));
    assert.deepEqual(findings, []);
    assert.match(unverified ?? '', /Astro/);
  });
  it('fails where Astro runs something else', async () => {
    const files = {
      'src/middleware.ts': `${ON_REQUEST}const auth = clerkMiddleware();\nexport const onRequest = () => {};`,
    };
    assert.match(only(await middleware(astro(files))).fix, /onRequest/);
  });
  it('fails on a middleware that Astro does not run', async () => {
    const files = {
      'package.json': '{"dependencies":{"@clerk/astro":"3"}}',
      'middleware.ts':
        "import { clerkMiddleware } from '@clerk/astro/server';\nexport const onRequest = clerkMiddleware();",
    };
    assert.match(only(await middleware(files)).cause, /src\/middleware\.ts/);
  });
  for (const sdk of ['@clerk/react', '@clerk/backend'])
    it(`is not applicable to an app with ${sdk} alone`, async () =>
      assert.match(
        (await middleware({ 'package.json': `{"dependencies":{"${sdk}":"6"}}`, 'a.ts': '' })).inapplicable ?? '',
        /no SDK with a middleware/,
      ));
});

describe('environment/sdk-advisories', () => {
  const judge = (...copies: ReadonlyArray<readonly [string, string]>) =>
    lockedReleases.judge(
      {
        installed: [
          {
            lockfile: 'package-lock.json',
            packages: copies.map(([name, version]) => ({ name, version, where: `node_modules/${name}` })),
          },
        ],
      },
      expectation(),
    );
  it('passes on fixed releases', () =>
    assertClean(judge(['next', '16.4.5'], ['@clerk/nextjs', '7.9.17'], ['left-pad', '1.0.0'])));
  it('tells everything about a release in one finding', () => {
    const finding = only(judge(['next', '15.2.2'], ['next', '16.4.5']));
    assert.match(finding.message, /package-lock\.json has it at node_modules\/next.*CVE-2025-29927.*CVE-2025-55182/);
    assert.match(finding.expected, /15\.5\.24/);
  });
  it('warns of what a changelog alone says', () =>
    assert.equal(only(judge(['@clerk/backend', '3.11.0'])).level, 'warning'));
  it('is not verified without a lockfile, a watched package or a release', () => {
    for (const judgement of [
      lockedReleases.judge({ problem: 'set project.root' }, expectation()),
      lockedReleases.judge({ installed: [{ problem: 'bun.lockb is binary' }] }, expectation()),
      judge(['left-pad', '1.0.0']),
      judge(['next', 'file:../next']),
    ])
      assert.notEqual(judgement.unverified, undefined);
  });
  it('judges what the deployed app says', () => {
    assertClean(runningReleases.judge({ isNext: true, next: '16.4.5' }, expectation()));
    assertComplete(only(runningReleases.judge({ isNext: true, next: '15.2.2' }, expectation())));
    assert.notEqual(runningReleases.judge({ isNext: true }, expectation()).unverified, undefined);
    assert.notEqual(runningReleases.judge({ isNext: false }, expectation()).inapplicable, undefined);
  });
});
