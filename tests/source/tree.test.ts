import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SourceTree } from '../../src/source/tree.ts';
import { project, treeOf } from '../support/project.ts';

describe('a source tree', () => {
  it('has what is tracked or new, and nothing that is ignored or gone', async () => {
    const root = project({ '.gitignore': 'dist/\n', 'a.ts': '', 'gone.ts': '', 'dist/b.js': '' });
    rmSync(join(root, 'gone.ts'));
    writeFileSync(join(root, 'new é.ts'), '');
    assert.deepEqual((await treeOf(root)).files, ['.gitignore', 'a.ts', 'new é.ts']);
  });
  it('may be a folder of a repository', async () => {
    const root = project({ 'apps/web/a.ts': '', 'apps/old/b.ts': '' });
    const tree = await treeOf(join(root, 'apps/web'));
    assert.deepEqual(tree.files, ['a.ts']);
    assert.deepEqual(tree.upwards, [join(root, 'apps/web'), join(root, 'apps'), root]);
  });
  it('may be named by a symbolic link', async () => {
    const root = project({ 'apps/web/a.ts': '' });
    const link = `${project({}, { git: false })}/link`;
    symlinkSync(root, link);
    assert.deepEqual((await treeOf(`${link}/apps/web`)).upwards, [join(root, 'apps/web'), join(root, 'apps'), root]);
  });
  it('is walked where there is no repository', async () => {
    const tree = await treeOf(project({ 'a.ts': '', 'node_modules/b/index.js': '', '.next/c.js': '' }, { git: false }));
    assert.deepEqual(tree.files, ['a.ts']);
    assert.match(tree.gitProblem ?? '', /not a git repository/);
    assert.deepEqual(tree.upwards, [tree.root]);
  });
  it('is listed once', async () => {
    const root = project({ 'a.ts': '' });
    assert.equal(await SourceTree.open(root), await SourceTree.open(root));
  });
  it('says what is wrong with the root', async () => {
    const source = await SourceTree.open('/no/such/folder');
    assert.match('problem' in source ? source.problem : '', /no folder/);
    const unset = await SourceTree.of({});
    assert.match('problem' in unset ? unset.problem : '', /set project\.root/);
  });
  it('does not read what is large', async () => {
    const tree = await treeOf(project({ 'a.ts': 'x', 'large.ts': 'x'.repeat(1024 * 1024 + 1) }));
    assert.equal(await tree.read('a.ts'), 'x');
    assert.equal(await tree.read('large.ts'), undefined);
  });
});
