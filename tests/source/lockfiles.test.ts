import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { installedPackages } from '../../src/source/lockfiles.ts';
import { project, treeOf } from '../support/project.ts';
import type { Files } from '../support/project.ts';

/** Lockfiles that the package managers wrote for one workspace: `apps/web` with @clerk/backend 2.4.0, `apps/old` with 2.3.1. */
const sample = (name: string) => readFileSync(join(import.meta.dirname, 'samples', `${name}.txt`), 'utf8');

const app = (version: string) => JSON.stringify({ dependencies: { '@clerk/backend': version } });

async function versionsIn(folder: string, wanted = '@clerk/backend'): Promise<string[]> {
  const [one] = await installedPackages(await treeOf(folder));
  if (!one || 'problem' in one) throw new Error(one?.problem ?? 'nothing was read');
  return one.packages.filter(({ name }) => name === wanted).map(({ version }) => version);
}

for (const [name, file] of [
  ['npm', 'package-lock.json'],
  ['pnpm9', 'pnpm-lock.yaml'],
  ['pnpm8', 'pnpm-lock.yaml'],
  ['yarn1', 'yarn.lock'],
  ['yarn4', 'yarn.lock'],
  ['bun', 'bun.lock'],
] as const) {
  describe(`a lockfile of ${name}`, () => {
    const root = project({
      [file]: sample(name),
      'package.json': '{"workspaces":["apps/*"]}',
      'apps/web/package.json': app('2.4.0'),
      'apps/old/package.json': app('2.3.1'),
    });
    it('gives a workspace what it asked for', async () =>
      assert.deepEqual(await versionsIn(join(root, 'apps/web')), ['2.4.0']));
    it('and another one another release', async () =>
      assert.deepEqual(await versionsIn(join(root, 'apps/old')), ['2.3.1']));
    it('follows dependencies', async () => {
      const [one] = await installedPackages(await treeOf(join(root, 'apps/web')));
      assert.ok(one && 'packages' in one);
      assert.deepEqual(
        one.packages.filter((copy) => copy.name === '@clerk/shared').map(({ version }) => version),
        ['3.48.0'],
      );
    });
  });
}

describe('a project', () => {
  for (const [name, files, problem] of [
    ['without a lockfile', { 'package.json': '{}' }, /no lockfile in/],
    ['with bun.lockb', { 'bun.lockb': 'x' }, /bun\.lockb is binary/],
    [
      'with the first format of npm',
      { 'package-lock.json': '{"lockfileVersion":1,"dependencies":{}}' },
      /lockfileVersion 1/,
    ],
    ['with an old pnpm', { 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n' }, /older than lockfileVersion 6/],
    ['with a broken lockfile', { 'package-lock.json': '{' }, /could not be read/],
  ] as const) {
    it(`${name} says so`, async () => {
      const [one] = await installedPackages(await treeOf(project(files)));
      assert.match(one && 'problem' in one ? one.problem : '', problem);
    });
  }
  it('of tests alone has none of the packages that this one brings along', async () => {
    const packages = {
      '': { dependencies: { 'clerk-readiness': '1', '@clerk/testing': '1' } },
      'node_modules/clerk-readiness': { version: '1.0.0', dependencies: { '@clerk/backend': '1' } },
      'node_modules/@clerk/testing': { version: '1.0.0', dependencies: { '@clerk/backend': '1' } },
      'node_modules/@clerk/backend': { version: '1.0.0' },
    };
    const root = project({
      'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }),
      'package.json': JSON.stringify(packages['']),
    });
    assert.deepEqual(await versionsIn(root), []);
  });
  it('that its lockfile does not know gets everything', async () => {
    const root = project({ 'package-lock.json': sample('npm'), 'tools/package.json': '{}' });
    assert.deepEqual((await versionsIn(join(root, 'tools'))).sort(), ['2.3.1', '2.4.0']);
  });
});

describe('what a project has for development', () => {
  /** `tool` brings next 15.1.2, `svelte-clerk` @clerk/backend 2.3.1; the project itself has next 16.4.5. */
  const manifest = {
    dependencies: { next: '16.4.5' },
    devDependencies: { tool: '1.0.0', 'svelte-clerk': '1.0.0' },
  };
  const npm = {
    lockfileVersion: 3,
    packages: {
      '': manifest,
      'node_modules/next': { version: '16.4.5' },
      'node_modules/tool': { version: '1.0.0', dev: true, dependencies: { next: '15.1.2' } },
      'node_modules/tool/node_modules/next': { version: '15.1.2', dev: true },
      'node_modules/svelte-clerk': { version: '1.0.0', dev: true, dependencies: { '@clerk/backend': '2.3.1' } },
      'node_modules/@clerk/backend': { version: '2.3.1', dev: true },
    },
  };
  const bun = {
    lockfileVersion: 1,
    workspaces: { '': manifest },
    packages: {
      next: ['next@16.4.5', '', {}],
      tool: ['tool@1.0.0', '', { dependencies: { next: '15.1.2' } }],
      'tool/next': ['next@15.1.2', '', {}],
      'svelte-clerk': ['svelte-clerk@1.0.0', '', { dependencies: { '@clerk/backend': '2.3.1' } }],
      '@clerk/backend': ['@clerk/backend@2.3.1', '', {}],
    },
  };
  const locks: Files = {
    'package-lock.json': JSON.stringify(npm),
    'bun.lock': JSON.stringify(bun),
    'pnpm-lock.yaml': `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      next:
        specifier: 16.4.5
        version: 16.4.5
    devDependencies:
      tool:
        specifier: 1.0.0
        version: 1.0.0
      svelte-clerk:
        specifier: 1.0.0
        version: 1.0.0
snapshots:
  next@15.1.2: {}
  next@16.4.5: {}
  tool@1.0.0:
    dependencies:
      next: 15.1.2
  svelte-clerk@1.0.0:
    dependencies:
      '@clerk/backend': 2.3.1
  '@clerk/backend@2.3.1': {}
`,
    'yarn.lock': `# yarn lockfile v1
next@15.1.2:
  version "15.1.2"
next@16.4.5:
  version "16.4.5"
tool@1.0.0:
  version "1.0.0"
  dependencies:
    next "15.1.2"
svelte-clerk@1.0.0:
  version "1.0.0"
  dependencies:
    "@clerk/backend" "2.3.1"
"@clerk/backend@2.3.1":
  version "2.3.1"
`,
  };
  for (const [name, lock = ''] of Object.entries(locks)) {
    const files = { [name]: lock, 'package.json': JSON.stringify(manifest) };
    it(`does not ship by ${name}, where no code names it`, async () =>
      assert.deepEqual(await versionsIn(project({ ...files, 'app/page.tsx': "import 'next';" }), 'next'), ['16.4.5']));
    it(`may ship by ${name}, where code names it`, async () =>
      assert.deepEqual(
        (await versionsIn(project({ ...files, 'src/hooks.ts': "import { x } from 'tool/x';" }), 'next')).sort(),
        ['15.1.2', '16.4.5'],
      ));
    it(`ships by ${name}, where it is an SDK of Clerk`, async () =>
      assert.deepEqual(await versionsIn(project(files)), ['2.3.1']));
  }
  it('ships where it is Next.js itself', async () => {
    const development = { devDependencies: { next: '15.2.2' } };
    const packages = { '': development, 'node_modules/next': { version: '15.2.2', dev: true } };
    const root = project({
      'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }),
      'package.json': JSON.stringify(development),
    });
    assert.deepEqual(await versionsIn(root, 'next'), ['15.2.2']);
  });
});

describe('a package of the repository itself', () => {
  it('brings what it asks for in yarn.lock of Yarn 1, which does not name it', async () => {
    const root = project({
      'yarn.lock': sample('yarn1'),
      'package.json': '{"workspaces":["apps/*","packages/*"]}',
      'apps/web/package.json': '{"dependencies":{"@acme/auth":"*"}}',
      'packages/auth/package.json': '{"name":"@acme/auth","dependencies":{"@acme/clerk":"1.0.0"}}',
      'packages/clerk/package.json':
        '{"name":"@acme/clerk","dependencies":{"@clerk/backend":"2.3.1","@acme/auth":"*"}}',
    });
    assert.deepEqual(await versionsIn(join(root, 'apps/web')), ['2.3.1']);
  });
  it('brings what it asks for in pnpm-lock.yaml, in a circle too', async () => {
    const root = project({
      'pnpm-lock.yaml': `lockfileVersion: '9.0'
importers:
  apps/web:
    dependencies:
      '@acme/auth':
        specifier: workspace:*
        version: link:../../packages/auth
  packages/auth:
    dependencies:
      '@clerk/backend':
        specifier: 2.3.1
        version: 2.3.1
      web:
        specifier: workspace:*
        version: link:../../apps/web
snapshots:
  '@clerk/backend@2.3.1': {}
  '@clerk/backend@2.4.0': {}
`,
      'apps/web/package.json': '{"dependencies":{"@acme/auth":"workspace:*"}}',
    });
    assert.deepEqual(await versionsIn(join(root, 'apps/web')), ['2.3.1']);
  });
});
