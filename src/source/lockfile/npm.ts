import { isRecord } from '../../is-record.ts';
import type { LockedPackage, LockGraph } from './graph.ts';

/** `package-lock.json` and `npm-shrinkwrap.json`, versions 2 and 3. */
export function npmLock(text: string): LockGraph {
  const parsed: unknown = JSON.parse(text);
  const entries = isRecord(parsed) ? parsed['packages'] : undefined;
  if (!isRecord(entries))
    throw new Error('it is of lockfileVersion 1, which names no workspaces: run npm install with npm 7 or later');
  const entry = (key: string): Record<string, unknown> => {
    const found = entries[key];
    return isRecord(found) ? found : {};
  };
  const packages = new Map<string, LockedPackage>();
  for (const key of Object.keys(entries)) {
    const { name = key.split('node_modules/').at(-1), version, link } = entry(key);
    if (!key.includes('node_modules/') || link === true) continue;
    if (typeof name === 'string' && typeof version === 'string') packages.set(key, { name, version, where: key });
  }
  const dependenciesOf = (key: string): string[] =>
    dependencyNames(entry(key), !key.includes('node_modules/')).flatMap((name) => {
      const found = candidates(key, name).find((candidate) => candidate in entries);
      if (found === undefined) return [];
      const { link, resolved } = entry(found);
      return [link === true && typeof resolved === 'string' ? resolved : found];
    });
  return {
    packages,
    dependenciesOf,
    importedBy: (importer) => {
      const key = importer === '.' ? '' : importer;
      return key in entries ? dependenciesOf(key) : undefined;
    },
  };
}

/** Names that a manifest depends on; those for development count for workspaces only. */
export function dependencyNames(manifest: Readonly<Record<string, unknown>>, isWorkspace: boolean): string[] {
  const fields = [
    'dependencies',
    'optionalDependencies',
    'peerDependencies',
    ...(isWorkspace ? ['devDependencies'] : []),
  ];
  return fields.flatMap((field) => {
    const given = manifest[field];
    return isRecord(given) ? Object.keys(given) : [];
  });
}

/** Where Node.js looks for a package, nearest first. */
function candidates(from: string, name: string): string[] {
  const folders = from === '' ? [''] : [from, ...ancestors(from), ''];
  return folders.map((folder) => (folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`));
}

function ancestors(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, parts.length - 1 - index).join('/'));
}
