import { posix } from 'node:path';
import { FIELDS } from './graph.ts';
import type { LockedPackage, LockGraph } from './graph.ts';
import { parseYaml, textOf, under } from './indented.ts';
import type { Indented } from './indented.ts';

/** `pnpm-lock.yaml`, versions 6 and 9. */
export function pnpmLock(text: string): LockGraph {
  const lock = parseYaml(text);
  const format = Number.parseInt(textOf(lock, 'lockfileVersion') ?? '', 10);
  if (!(format >= 6)) throw new Error('it is older than lockfileVersion 6: run pnpm install with pnpm 8 or later');
  const entries = format >= 9 ? under(lock, 'snapshots') : under(lock, 'packages');
  const importers: Indented = lock.has('importers') ? under(lock, 'importers') : new Map([['.', lock]]);
  const packages = new Map<string, LockedPackage>();
  for (const key of entries.keys()) {
    const id = key.replace(/^\//, '').replace(/\(.*$/, '');
    const at = id.indexOf('@', 1);
    if (at > 0) packages.set(key, { name: id.slice(0, at), version: id.slice(at + 1), where: id });
  }
  const keyOf = (name: string, reference: string): string[] => {
    const found = [`${name}@${reference}`, `/${name}@${reference}`, reference].find((key) => entries.has(key));
    return found === undefined ? [] : [found];
  };
  const importedBy = (importer: string): string[] | undefined => {
    if (!importers.has(importer)) return undefined;
    return FIELDS.flatMap((field) =>
      [...under(under(importers, importer), field)].flatMap(([name, given]) => {
        const reference = given instanceof Map ? (textOf(given, 'version') ?? '') : given;
        return reference.startsWith('link:')
          ? [posix.join(importer, reference.slice('link:'.length))]
          : keyOf(name, reference);
      }),
    );
  };
  return {
    packages,
    importedBy,
    // A workspace that another one links brings its own dependencies along.
    dependenciesOf: (key) =>
      importedBy(key) ??
      FIELDS.flatMap((field) =>
        [...under(under(entries, key), field)].flatMap(([name, reference]) =>
          typeof reference === 'string' ? keyOf(name, reference) : [],
        ),
      ),
  };
}
