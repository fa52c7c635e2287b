import { isRecord } from '../../is-record.ts';
import { FIELDS } from './graph.ts';
import type { LockedPackage, LockGraph, Manifest } from './graph.ts';
import { parseYaml, parseYarn1, textOf, under } from './indented.ts';

/**
 * `yarn.lock` of Yarn 1 and of Yarn 2 and later.
 * @param manifest the project’s package.json: Yarn 1 does not say what a workspace asked for
 * @param all those of the repository by name, as it does not name them either
 */
export function yarnLock(text: string, manifest: Manifest, all: ReadonlyMap<string, Manifest>): LockGraph {
  const isBerry = /^__metadata:/m.test(text);
  const lock = isBerry ? parseYaml(text) : parseYarn1(text);
  const packages = new Map<string, LockedPackage>();
  const byDescriptor = new Map<string, string>();
  const byName = new Map<string, string[]>();
  for (const key of lock.keys()) {
    const descriptors = key.split(/,\s*/).map((part) => part.replace(/^"|"$/g, ''));
    const version = textOf(under(lock, key), 'version');
    const [first] = descriptors;
    if (key === '__metadata' || version === undefined || first === undefined) continue;
    const resolution = textOf(under(lock, key), 'resolution') ?? aliased(first) ?? first;
    const name = resolution.slice(0, resolution.indexOf('@', 1));
    packages.set(key, { name, version, where: resolution });
    for (const descriptor of descriptors) {
      byDescriptor.set(descriptor, key);
      const asked = descriptor.slice(0, descriptor.indexOf('@', 1));
      byName.set(asked, [...(byName.get(asked) ?? []), key]);
    }
  }
  // A resolution of the root manifest replaces the range that was asked for: then every copy of the name is one.
  const keysOf = (name: string, range: string): readonly string[] => {
    const exact = byDescriptor.get(`${name}@${range}`) ?? byDescriptor.get(`${name}@npm:${range}`);
    return exact === undefined ? (byName.get(name) ?? (all.has(name) ? [name] : [])) : [exact];
  };
  const askedBy = (asking: Manifest): string[] =>
    FIELDS.flatMap((field) => Object.entries(isRecord(asking[field]) ? asking[field] : {})).flatMap(([name, range]) =>
      keysOf(name, String(range)),
    );
  const dependenciesOf = (key: string): string[] => [
    ...askedBy(all.get(key) ?? {}),
    ...FIELDS.flatMap((field) =>
      [...under(under(lock, key), field)].flatMap(([name, range]) =>
        typeof range === 'string' ? [...keysOf(name, range)] : [],
      ),
    ),
  ];
  return {
    packages,
    dependenciesOf,
    importedBy: (importer) => {
      const workspace = [...lock.keys()].find((key) => key.endsWith(`@workspace:${importer}`));
      if (workspace !== undefined) return dependenciesOf(workspace);
      const asked = askedBy(manifest);
      return asked.length === 0 ? undefined : asked;
    },
  };
}

/** The package behind an alias: `next@15.2.2` for `web@npm:next@15.2.2`. */
function aliased(descriptor: string): string | undefined {
  return /^.[^@]*@npm:(@?[^@]+@.+)$/.exec(descriptor)?.[1];
}
