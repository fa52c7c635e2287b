import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { unifiedDiff } from '../../src/cli/init/diff.ts';
import { extendConfig } from '../../src/cli/init/extend.ts';
import { repositoryAt } from '../../src/cli/init/repository.ts';
import { sourceRoutes } from '../../src/cli/init/routes.ts';
import { addCommand, workflow } from '../../src/cli/init/workflow.ts';
import { parser } from '../../src/source/ast.ts';
import { serve } from '../support/server.ts';
import { treeOf } from '../support/project.ts';
import { app, USUAL } from './support/app.ts';
import { cli, run } from './support/cli.ts';
import { install, NEXT_APP, repository } from './support/repository.ts';
import type { Files } from './support/repository.ts';

/** The parts of a workflow that are looked at. */
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: unknown;
  readonly defaults?: { readonly run: { readonly 'working-directory': string } };
  readonly jobs: Record<string, { readonly steps: ReadonlyArray<Record<string, unknown>> }>;
}

const WORKFLOW = '.github/workflows/readiness.yml';
const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');
const yaml = (root: string, path = WORKFLOW) => parse(read(root, path), { strict: true }) as Workflow;
const runsOf = ({ jobs }: Workflow) =>
  Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run: line }) => (typeof line === 'string' ? [line] : [])),
  );

describe('init', () => {
  test('a Next.js app: everything is written from its source, and a second run finds nothing to do', async () => {
    const root = repository(NEXT_APP);
    const first = await cli(['init', '--yes'], { cwd: root });
    assert.equal(first.code, 0, first.stderr);
    const options = read(root, 'readiness.config.ts');
    for (const line of [
      "public: ['/', '/pricing'],",
      "protected: ['/dashboard'],",
      "signIn: '/sign-in',",
      "signUp: '/sign-up',",
      "api: ['/api/me', { path: '/api/projects', methods: ['GET', 'POST'] }],",
      "webhook: { path: '/api/webhooks/clerk' },",
      "health: { path: '/api/health' },",
    ])
      assert.ok(options.includes(line), `${line}\n${options}`);
    assert.match(read(root, 'playwright.config.ts'), /from '\.\/readiness\.config\.js'/);
    assert.match(read(root, '.env.example'), /^READINESS_BASE_URL=$/m);
    assert.equal(read(root, '.gitignore').match(/test-results/g)?.length, 1);
    assert.match(read(root, '.gitignore'), /^\/readiness-report\/$/m);
    assert.match(first.stdout, /1\. npm install --save-dev clerk-readiness @playwright\/test/);

    const second = await cli(['init'], { cwd: root });
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /Nothing was written\./);
    assert.match(second.stdout, /readiness\.config\.ts is there already and stays as it is\./);
  });

  test('nothing is written by --dry-run, and where nobody can be asked', async () => {
    const root = repository(NEXT_APP);
    const dry = await cli(['init', '--dry-run'], { cwd: root });
    assert.equal(dry.code, 0);
    assert.match(dry.stdout, /New file playwright\.config\.ts/);
    const silent = await cli(['init'], { cwd: root });
    assert.equal(silent.code, 2);
    assert.match(silent.stderr, /cannot be asked here: --yes says yes to it, --dry-run only looks/);
    for (const path of ['readiness.config.ts', 'playwright.config.ts', WORKFLOW, '.env.example'])
      assert.ok(!existsSync(join(root, path)), path);
  });

  test('a package of a pnpm monorepo: the workflow stands at the top and works in the package', async () => {
    const files = Object.fromEntries(
      Object.entries(NEXT_APP)
        .filter(([path]) => path !== 'package-lock.json')
        .map(([path, text]) => [`apps/web/${path}`, text]),
    );
    const top = repository({
      ...files,
      'package.json': '{ "private": true }',
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
    });
    const { code, stderr, stdout } = await cli(['init', '--yes'], { cwd: join(top, 'apps/web') });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /pnpm add --save-dev clerk-readiness @playwright\/test/);
    const written = yaml(top);
    assert.equal(written.defaults?.run['working-directory'], 'apps/web');
    const install = written.jobs['gate']?.steps.find(({ run: line }) => line === 'pnpm install --frozen-lockfile');
    assert.equal(install?.['working-directory'], '.');
    const upload = written.jobs['smoke']?.steps.find(({ uses }) => String(uses).startsWith('actions/upload-artifact'));
    assert.equal((upload?.['with'] as { path: string } | undefined)?.path, 'apps/web/blob-report');
    assert.ok(existsSync(join(top, 'apps/web/readiness.config.ts')));
  });

  test('an existing configuration is extended, and its own tests and web server are left alone', async () => {
    const root = repository({ ...NEXT_APP, 'playwright.config.ts': EXISTING, 'e2e/home.spec.ts': OWN_TEST });
    const { stdout, code } = await cli(['init', '--yes'], { cwd: root });
    assert.equal(code, 0);
    assert.match(stdout, /^--- playwright\.config\.ts$/m);
    assert.match(stdout, /^\+ +\.\.\.\(process\.env\.READINESS_BASE_URL \? readinessProjects\(readiness\) : \[\]\),$/m);
    install(root);
    const list = (env: NodeJS.ProcessEnv) =>
      run('npx', ['--no-install', 'playwright', 'test', '--list'], { cwd: root, env }).done;
    const without = await list({});
    assert.match(without.stdout, /\[chromium\] .*home/, without.stderr);
    assert.doesNotMatch(without.stdout, /\[readiness\]/);
    const both = await list({ READINESS_BASE_URL: 'https://a.example' });
    assert.match(both.stdout, /\[chromium\] .*home/, both.stderr);
    assert.match(both.stdout, /\[readiness\] .*forged/);
  });

  test('a configuration that is not understood is left alone, and what to paste is printed', async () => {
    const config = 'const base = require("./base");\nmodule.exports = { ...base, testDir: "e2e" };\n';
    const root = repository({ 'package.json': '{}', 'playwright.config.js': config });
    const { code, stdout } = await cli(['init', '--yes'], { cwd: root });
    assert.equal(code, 0);
    assert.equal(read(root, 'playwright.config.js'), config);
    assert.match(stdout, /playwright\.config\.js could not be extended by itself\. Paste this into it:/);
    assert.match(stdout, /import \{ readiness \} from '\.\/readiness\.config\.js';/);
    assert.match(read(root, 'readiness.config.js'), /@type \{import\('clerk-readiness'\)\.ReadinessOptions\}/);
  });

  test('a configuration that would not be valid any more is left alone', async () => {
    const config = 'const webServer = { command: "x" };\nexport default { webServer };\n';
    const root = repository({ 'package.json': '{}', 'playwright.config.ts': config });
    const { stdout } = await cli(['init', '--yes'], { cwd: root });
    assert.equal(read(root, 'playwright.config.ts'), config);
    assert.match(stdout, /could not be extended by itself/);
  });

  test('a workflow that is there is shown as a difference before it is replaced', async () => {
    const root = repository({ ...NEXT_APP, [WORKFLOW]: 'name: mine\n' });
    const dry = await cli(['init', '--dry-run'], { cwd: root });
    assert.match(dry.stdout, /^-name: mine$/m);
    assert.equal(read(root, WORKFLOW), 'name: mine\n');
  });

  test('what the site shows is added to what the source says', async () => {
    const { origin } = await serve(app(USUAL));
    const root = repository({ 'package.json': '{ "type": "module" }' });
    const { code, stderr } = await cli(['init', '--yes', '--url', origin], { cwd: root });
    assert.equal(code, 0, stderr);
    const options = read(root, 'readiness.config.ts');
    assert.ok(options.includes(`baseURL: process.env.READINESS_BASE_URL || '${origin}',`), options);
    assert.match(
      options,
      /protected: \['\/dashboard', '\/team\/board'\]|protected: \['\/team\/board', '\/dashboard'\]/,
    );
    assert.match(options, /webhook: \{ path: '\/api\/webhooks\/clerk' \}/);

    // The result runs as written.
    install(root);
    const args = ['--no-install', 'playwright', 'test', '--project=readiness', '--grep', 'forged'];
    const ended = await run('npx', args, { cwd: root, env: { READINESS_PROFILE: 'staging' } }).done;
    assert.match(ended.stdout, /\[PASS\] Forged webhook deliveries are rejected/, ended.stdout + ended.stderr);
    assert.equal(ended.code, 0);
  });

  test('files with the line ends of Windows keep them, and a byte order mark hides nothing', async () => {
    const crlf = (text: string) => text.replaceAll('\n', '\r\n');
    const root = repository({
      ...NEXT_APP,
      'package.json': `\uFEFF${JSON.stringify({ type: 'module', devDependencies: { 'clerk-readiness': '1', '@playwright/test': '1' } })}`,
      '.gitignore': crlf('node_modules\n'),
      'playwright.config.ts': crlf("export default {\n  testDir: 'e2e',\n};\n"),
    });
    const { code, stdout, stderr } = await cli(['init', '--yes'], { cwd: root });
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout, /npm install --save-dev/);
    assert.match(read(root, 'playwright.config.ts'), /from '\.\/readiness\.config\.js'/);
    for (const path of ['.gitignore', 'playwright.config.ts']) assert.doesNotMatch(read(root, path), /(?<!\r)\n/, path);
  });

  test('a folder without package.json is no app', async () => {
    const { code, stderr } = await cli(['init', '--yes'], { cwd: repository({}) });
    assert.equal(code, 2);
    assert.match(stderr, /there is no package\.json here: run init in the folder of the app/);
  });
});

const OWN_TEST = "import { test } from '@playwright/test';\ntest('home', () => {});\n";

const EXISTING = `import { defineConfig, devices } from '@playwright/test';

// Ours: 🦊 é
export default defineConfig({
  testDir: './e2e',
  reporter: process.env.CI ? 'github' : 'list',
  projects: [
    { name: 'chromium', use: { ...devices['Desktop Chrome'] } },
  ],
  webServer: { command: 'exit 1', url: 'http://127.0.0.1:9' },
});
`;

describe('extendConfig', () => {
  async function extended(text: string): Promise<string | undefined> {
    const parsing = await parser();
    assert.ok('parse' in parsing);
    const module = parsing.parse('playwright.config.ts', text);
    assert.ok(module);
    const result = extendConfig(module, './readiness.config');
    return typeof result === 'object' ? result.text : result;
  }

  test('projects, reporter and web server of a usual configuration', async () => {
    assert.equal(
      await extended(EXISTING),
      `import { defineConfig, devices } from '@playwright/test';
import { readinessProjects } from 'clerk-readiness';
import { readiness } from './readiness.config';

// Ours: 🦊 é
export default defineConfig({
  testDir: './e2e',
  reporter: [[process.env.CI ? 'github' : 'list'], ['clerk-readiness/reporter']],
  projects: [
    { name: 'chromium', use: { ...devices['Desktop Chrome'] } },
    ...(process.env.READINESS_BASE_URL ? readinessProjects(readiness) : []),
  ],
  webServer: process.env.READINESS_BASE_URL ? undefined : { command: 'exit 1', url: 'http://127.0.0.1:9' },
});
`,
    );
  });

  const HEAD = "import { readinessProjects } from 'clerk-readiness';\nimport { readiness } from './readiness.config';";
  const OURS = '...(process.env.READINESS_BASE_URL ? readinessProjects(readiness) : [])';
  for (const [name, before, after] of [
    [
      'without projects the tests that are there become one',
      "export default {\n  testDir: 'e2e',\n};",
      `${HEAD}\n\nexport default {\n  projects: [{ name: 'app' }, ${OURS}],\n  reporter: [['list'], ['clerk-readiness/reporter']],\n  testDir: 'e2e',\n};`,
    ],
    [
      'by its name, with a type, in one line',
      "const config: PlaywrightTestConfig = { reporter: [['html']], projects: [] };\nexport default config;",
      `${HEAD}\n\nconst config: PlaywrightTestConfig = { reporter: [['html'], ['clerk-readiness/reporter']], projects: [${OURS}] };\nexport default config;`,
    ],
    [
      'satisfies',
      "export default { reporter: 'html', projects: [a] } satisfies Config;",
      `${HEAD}\n\nexport default { reporter: [['html'], ['clerk-readiness/reporter']], projects: [a, ${OURS}] } satisfies Config;`,
    ],
    ['a list of projects from elsewhere', 'export default { projects: all };', undefined],
    ['a reporter from elsewhere', 'export default { reporter: mine };', undefined],
    ['something spread in', 'export default { ...base };', undefined],
    ['a function of one’s own', 'export default make({});', undefined],
    ['two configurations merged', 'export default defineConfig(base, {});', undefined],
    ['CommonJS', 'module.exports = {};', undefined],
    ['names in quotes', "export default { 'projects': [] };", undefined],
    ['extended already', "import { readinessProjects } from 'clerk-readiness';\nexport default {};", 'unchanged'],
  ] as const) {
    test(name, async () => assert.equal(await extended(before), after));
  }
});

describe('workflow', () => {
  const MANAGERS: ReadonlyArray<
    readonly [name: string, files: Files, install: string, playwright: string, add: string]
  > = [
    ['npm', { 'package-lock.json': '{}' }, 'npm ci', 'npx playwright', 'npm install --save-dev'],
    ['pnpm', { 'pnpm-lock.yaml': '' }, 'pnpm install --frozen-lockfile', 'pnpm exec playwright', 'pnpm add --save-dev'],
    ['yarn', { 'yarn.lock': '__metadata:\n' }, 'yarn install --immutable', 'yarn run playwright', 'yarn add --dev'],
    [
      'yarn 1',
      { 'yarn.lock': '# yarn lockfile v1\n' },
      'yarn install --frozen-lockfile',
      'yarn run -s playwright',
      'yarn add --dev',
    ],
    ['bun', { 'bun.lock': '{}' }, 'bun install --frozen-lockfile', 'bunx playwright', 'bun add --dev'],
  ];
  for (const [name, files, installing, playwright, add] of MANAGERS) {
    test(`${name}: valid YAML, its commands, actions by major version, no more rights than needed`, async () => {
      const root = repository({ 'package.json': '{}', ...files });
      const found = await repositoryAt(root);
      const text = workflow(found);
      const written = parse(text, { strict: true }) as Workflow;
      assert.deepEqual(Object.keys(written.jobs), ['gate', 'smoke', 'smoke-report', 'nightly']);
      assert.deepEqual(written.permissions, { contents: 'read' });
      assert.deepEqual(Object.keys(written.on).sort(), [
        'deployment_status',
        'pull_request',
        'push',
        'schedule',
        'workflow_dispatch',
      ]);
      const lines = runsOf(written);
      assert.equal(lines.filter((line) => line === installing).length, 4);
      for (const line of lines.filter((each) => /playwright/.test(each))) assert.ok(line.startsWith(playwright), line);
      for (const { steps } of Object.values(written.jobs))
        for (const { uses } of steps) if (uses !== undefined) assert.match(String(uses), /^[\w-]+\/[\w-]+@v\d+$/);
      // An expression in a command would let whoever sets its value run commands.
      for (const line of lines) assert.doesNotMatch(line.replace('${{ matrix.shard }}', '1'), /\$\{\{/);
      assert.equal(addCommand(found.manager, ['x']), `${add} x`);
    });
  }
});

describe('sourceRoutes', () => {
  async function routes(files: Files) {
    const kept = Object.entries(NEXT_APP).filter(([path]) => !/proxy|src\/app/.test(path));
    return sourceRoutes(await treeOf(repository({ ...Object.fromEntries(kept), ...files })));
  }
  const middleware = (matcher: string, body: string) =>
    `import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';
     const guarded = createRouteMatcher(${matcher});
     export default clerkMiddleware(async (auth, request) => { ${body} });`;
  const PAGES = { 'app/page.tsx': '', 'app/team/page.tsx': '', 'app/admin/page.tsx': '', 'app/docs/page.tsx': '' };

  test('a list of what is protected: the rest is public, but for what sounds private', async () => {
    const found = await routes({
      ...PAGES,
      'proxy.ts': middleware("['/team(.*)']", 'if (guarded(request)) await auth.protect();'),
    });
    assert.deepEqual([found.public, found.protected, found.unknown], [['/', '/docs'], ['/team'], ['/admin']]);
  });

  test('under a base path every path has it, and the middleware knows none of them by it', async () => {
    const found = await routes({
      ...PAGES,
      'app/sign-in/[[...step]]/page.tsx': '',
      'app/api/health/route.ts': '',
      'next.config.ts': "export default { basePath: '/portal' };",
      'proxy.ts': middleware("['/team(.*)']", 'if (guarded(request)) await auth.protect();'),
    });
    assert.deepEqual(
      [found.public, found.protected, found.unknown, found.signIn, found.health],
      [['/portal', '/portal/docs'], ['/portal/team'], ['/portal/admin'], '/portal/sign-in', '/portal/api/health'],
    );
  });

  test('a list of what is public, told by its use and not by its name', async () => {
    const found = await routes({
      ...PAGES,
      'proxy.ts': middleware("['/', '/docs(.*)']", 'if (!guarded(request)) await auth.protect();'),
    });
    assert.deepEqual([found.public, found.protected, found.unknown], [['/', '/docs'], ['/admin', '/team'], []]);
  });

  test('without a list nothing is claimed', async () => {
    const found = await routes(PAGES);
    assert.deepEqual([found.public, found.protected], [[], []]);
    assert.deepEqual(found.unknown, ['/', '/admin', '/docs', '/team']);
  });

  test('the Pages Router', async () => {
    const found = await routes({
      'pages/index.tsx': '',
      'pages/_app.tsx': '',
      'pages/team/[id].tsx': '',
      'pages/api/me.ts':
        "import { getAuth } from '@clerk/nextjs/server';\nexport default function handler() { getAuth(); }",
      'pages/api/webhooks/clerk.ts': '',
    });
    assert.deepEqual(
      [found.unknown, found.api, found.webhook],
      [['/'], [{ path: '/api/me', methods: ['GET'] }], '/api/webhooks/clerk'],
    );
  });
});

test('a unified diff shows what changes and what is around it', () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('');
  const after = before.replace('line 3\n', 'line three\n').replace('line 18\n', 'line 18\nline 18.5\n');
  assert.equal(
    unifiedDiff('file', before, after),
    [
      '--- file',
      '+++ file',
      '@@ -1,6 +1,6 @@',
      ' line 1',
      ' line 2',
      '-line 3',
      '+line three',
      ' line 4',
      ' line 5',
      ' line 6',
      '@@ -16,5 +16,6 @@',
      ' line 16',
      ' line 17',
      ' line 18',
      '+line 18.5',
      ' line 19',
      ' line 20',
    ].join('\n'),
  );
  assert.equal(unifiedDiff('file', before, before), '');
});
