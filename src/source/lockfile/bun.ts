import { isRecord } from '../../is-record.ts';
import { parseJsonc } from '../jsonc.ts';
import type { LockedPackage, LockGraph } from './graph.ts';
import { dependencyNames } from './npm.ts';

/** `bun.lock`: JSON with commas at the end of lists. */
export function bunLock(text: string): LockGraph {
  const parsed: unknown = parseJsonc(text);
  const lock = isRecord(parsed) ? parsed : {};
  const entries = isRecord(lock['packages']) ? lock['packages'] : {};
  const workspaces = isRecord(lock['workspaces']) ? lock['workspaces'] : {};
  const packages = new Map<string, LockedPackage>();
  for (const [key, value] of Object.entries(entries)) {
    const id = Array.isArray(value) ? String(value[0]) : '';
    const at = id.indexOf('@', 1);
    packages.set(key, { name: id.slice(0, at), version: id.slice(at + 1), where: key });
  }
  const resolve = (from: string, names: readonly string[]): string[] =>
    names.flatMap((name) => {
      const parents = from === '' ? [] : segments(from);
      const prefixes = parents.map((_, index) => parents.slice(0, parents.length - index).join('/'));
      return [...prefixes.map((prefix) => `${prefix}/${name}`), name].find((key) => key in entries) ?? [];
    });
  const workspace = (path: string): string[] | undefined => {
    const manifest = workspaces[path === '.' ? '' : path];
    if (!isRecord(manifest)) return undefined;
    return resolve(path === '.' ? '' : String(manifest['name'] ?? ''), dependencyNames(manifest, true));
  };
  return {
    packages,
    importedBy: workspace,
    dependenciesOf: (key) => {
      const value = entries[key];
      const linked = /^workspace:(.*)$/.exec(packages.get(key)?.version ?? '')?.[1];
      if (linked !== undefined) return workspace(linked) ?? [];
      const manifest: unknown = Array.isArray(value) ? value.find(isRecord) : undefined;
      return isRecord(manifest) ? resolve(key, dependencyNames(manifest, false)) : [];
    },
  };
}

/** `a/@b/c` in the names of packages: `a`, `@b/c`. */
function segments(key: string): string[] {
  return key.match(/@[^/]+\/[^/]+|[^/]+/g) ?? [];
}
