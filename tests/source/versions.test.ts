import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ADVISORIES, advisoriesFor, WATCHED } from '../../src/source/advisories.ts';
import { compareVersions, isVersion } from '../../src/source/version.ts';

describe('versions are ordered', () => {
  const ascending = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.2.0',
    '1.10.0',
    '2.0.0',
  ];
  for (const [index, version] of ascending.slice(1).entries())
    it(`${ascending[index]} before ${version}`, () => {
      assert.ok(compareVersions(ascending[index] ?? '', version) < 0);
      assert.ok(compareVersions(version, ascending[index] ?? '') > 0);
    });
  it('equal ones are equal, whatever their build', () => assert.equal(compareVersions('1.2.3+a', '1.2.3+b'), 0));
  it('and only versions are', () => {
    assert.equal(isVersion('workspace:*'), false);
    assert.throws(() => compareVersions('latest', '1.0.0'), /no version/);
  });
});

describe('advisories', () => {
  const ids = (name: string, version: string) => advisoriesFor(name, version).map(({ advisory }) => advisory.id);
  for (const [name, version, id] of [
    ['next', '15.2.2', 'CVE-2025-29927'],
    ['next', '14.2.24', 'CVE-2025-29927'],
    ['next', '15.0.0-canary.5', 'CVE-2025-29927'],
    ['next', '14.3.0-canary.77', 'CVE-2025-55182'],
    ['next', '16.0.6', 'CVE-2025-55182'],
    ['next', '15.5.15', 'CVE-2026-44575'],
    ['next', '16.2.10', 'CVE-2026-64642'],
    ['next', '15.5.23', 'GHSA-2xp9-vwfh-vxw4'],
    ['@clerk/nextjs', '6.39.1', 'CVE-2026-41248'],
    ['@clerk/nextjs', '7.2.3', 'CVE-2026-42349'],
    ['@clerk/nextjs', '4.29.2', 'CVE-2024-22206'],
    ['@clerk/shared', '3.47.4', 'CVE-2026-42349'],
    ['@clerk/backend', '2.3.1', 'CVE-2025-53548'],
    ['@clerk/astro', '2.17.9', 'CVE-2026-41248'],
  ] as const)
    it(`${id} is known of ${name} ${version}`, () =>
      assert.ok(ids(name, version).includes(id), ids(name, version).join()));
  for (const [name, version] of [
    ['next', '15.5.24'],
    ['next', '16.3.3'],
    ['next', '16.4.5'],
    ['@clerk/nextjs', '6.39.3'],
    ['@clerk/nextjs', '7.2.4'],
    ['@clerk/shared', '3.47.5'],
    ['@clerk/shared', '4.8.3'],
    ['@clerk/backend', '2.4.0'],
    ['@clerk/backend', '3.12.0'],
    ['@clerk/express', '1.0.0'],
  ] as const)
    it(`none is known of ${name} ${version}`, () => assert.deepEqual(ids(name, version), []));
  it('name packages that are watched, with ranges that rise', () => {
    for (const advisory of ADVISORIES) {
      assert.ok((WATCHED as readonly string[]).includes(advisory.package));
      for (const { from, fixed } of advisory.affected) assert.ok(compareVersions(from, fixed) < 0, advisory.id);
    }
  });
});
