import { isRecord } from '../../is-record.ts';
import type { LockedPackage, LockGraph } from './graph.ts';
import { parseYaml, parseYarn1, textOf, under } from './indented.ts';
import { dependencyNames } from './npm.ts';

/**
 * `yarn.lock` of Yarn 1 and of Yarn 2 and later.
 * @param manifest the project’s package.json: Yarn 1 does not say what a workspace asked for
 */
export function yarnLock(text: string, manifest: Readonly<Record<string, unknown>>): LockGraph {
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
    return exact === undefined ? (byName.get(name) ?? []) : [exact];
  };
  const dependenciesOf = (key: string): string[] =>
    ['dependencies', 'optionalDependencies'].flatMap((field) =>
      [...under(under(lock, key), field)].flatMap(([name, range]) =>
        typeof range === 'string' ? [...keysOf(name, range)] : [],
      ),
    );
  return {
    packages,
    dependenciesOf,
    importedBy: (importer) => {
      const workspace = [...lock.keys()].find((key) => key.endsWith(`@workspace:${importer}`));
      if (workspace !== undefined) return dependenciesOf(workspace);
      const asked = Object.assign(
        {},
        ...['dependencies', 'optionalDependencies', 'devDependencies', 'peerDependencies']
          .map((field) => manifest[field])
          .filter(isRecord),
      ) as Record<string, unknown>;
      const names = dependencyNames(manifest, true);
      return names.length === 0 ? undefined : names.flatMap((name) => keysOf(name, String(asked[name])));
    },
  };
}

/** The package behind an alias: `next@15.2.2` for `web@npm:next@15.2.2`. */
function aliased(descriptor: string): string | undefined {
  return /^.[^@]*@npm:(@?[^@]+@.+)$/.exec(descriptor)?.[1];
}
