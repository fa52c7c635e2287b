import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { installedPackages } from '../../src/source/lockfiles.ts';
import { project, treeOf } from '../support/project.ts';

/** Lockfiles that the package managers wrote for one workspace: `apps/web` with @clerk/backend 2.4.0, `apps/old` with 2.3.1. */
const sample = (name: string) => readFileSync(join(import.meta.dirname, 'samples', `${name}.txt`), 'utf8');

const app = (version: string) => JSON.stringify({ dependencies: { '@clerk/backend': version } });

async function backendOf(folder: string): Promise<string[]> {
  const [one] = await installedPackages(await treeOf(folder));
  if (!one || 'problem' in one) throw new Error(one?.problem ?? 'nothing was read');
  return one.packages.filter(({ name }) => name === '@clerk/backend').map(({ version }) => version);
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
      assert.deepEqual(await backendOf(join(root, 'apps/web')), ['2.4.0']));
    it('and another one another release', async () =>
      assert.deepEqual(await backendOf(join(root, 'apps/old')), ['2.3.1']));
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
    assert.deepEqual(await backendOf(root), []);
  });
  it('that its lockfile does not know gets everything', async () => {
    const root = project({ 'package-lock.json': sample('npm'), 'tools/package.json': '{}' });
    assert.deepEqual((await backendOf(join(root, 'tools'))).sort(), ['2.3.1', '2.4.0']);
  });
});
