import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AREAS, CATALOG, areaOf } from '../../src/catalog.ts';
import { packed, REPOSITORY } from './support/pack.ts';

interface Manifest {
  readonly exports: Record<string, string | { types: string; default: string }>;
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
}

const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as Manifest;

/** What the tarball holds. */
export function contents(): void {
  test('it is under 250 kB', async () => {
    const { size } = await packed;
    assert.ok(size < 250_000, `${size} bytes`);
  });

  test('it holds the compiled package, the schema, the licence and nothing else', async () => {
    const { files } = await packed;
    const foreign = files.filter(
      (path) =>
        !/^(dist\/(src|fixtures|specs|chunks)\/[\w./-]+\.(js|d\.ts|schema\.json)|package\.json|README\.md|LICENSE)$/.test(
          path,
        ),
    );
    assert.deepEqual(foreign, []);
    assert.ok(files.includes('LICENSE'));
  });

  test('every export points to a file in it', async () => {
    const { files } = await packed;
    const targets = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    for (const target of targets) assert.ok(files.includes(target.replace('./', '')), target);
  });

  test('every area with checks has its spec file', async () => {
    const { files } = await packed;
    const areas = AREAS.filter((area) => CATALOG.some(({ id }) => areaOf(id) === area));
    for (const area of areas) assert.ok(files.includes(`dist/specs/${area}.spec.js`), area);
  });

  test('installing it runs nothing', () => {
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
      assert.ok(!(script in manifest.scripts), script);
  });

  test('Playwright is a peer, never a dependency, because two copies cannot run together', () => {
    assert.ok('@playwright/test' in manifest.peerDependencies);
    assert.ok(!Object.keys(manifest.dependencies).some((name) => name.includes('playwright')));
  });

  test('the lockfile names no registry', () => {
    const lockfile = readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8');
    const hosts = [...lockfile.matchAll(/"resolved": "([^"]+)"/g)].map((match) => match[1]);
    assert.deepEqual(hosts, []);
    assert.ok(existsSync(join(REPOSITORY, '.npmrc')));
  });
}
