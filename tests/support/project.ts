import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { SourceTree } from '../../src/source/tree.ts';

/** Files of a project by path. */
export type Files = Readonly<Record<string, string>>;

/** Writes a project into a folder of its own, a git repository unless said otherwise; removed after the test file. */
export function project(files: Files, { git = true }: { git?: boolean } = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'clerk-readiness-tree-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (git) {
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    execFileSync('git', ['add', '--all'], { cwd: root });
  }
  return root;
}

/** The tree of a folder. */
export async function treeOf(root: string): Promise<SourceTree> {
  const source = await SourceTree.open(root);
  if ('problem' in source) throw new Error(source.problem);
  return source.tree;
}
