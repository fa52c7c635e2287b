/** A package as a lockfile names it. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Where it is installed, or the key under which the lockfile has it. */
  readonly where: string;
}

/** What a lockfile says, whatever its format. */
export interface LockGraph {
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** Keys of what a package depends on; those that are not installed are left out. */
  readonly dependenciesOf: (key: string) => readonly string[];
  /**
   * Keys of what a workspace depends on itself.
   * @param importer path from the lockfile to the workspace, `.` for the lockfile’s own folder
   * @returns undefined when the lockfile does not know the workspace
   */
  readonly importedBy: (importer: string) => readonly string[] | undefined;
}

/** A package.json. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What a manifest brings itself; its peers are another one's. */
export const FIELDS = ['dependencies', 'optionalDependencies', 'devDependencies'];

/** What tests install, and no app runs: our own copies of Clerk's packages say nothing about it. */
const TOOLS: ReadonlySet<string> = new Set(['clerk-readiness', '@clerk/testing']);

/**
 * Every package that a workspace gets, those for its tests apart; all of the lockfile where the workspace is not in it, so that nothing is missed.
 * @param tools names of what it asks for and does not ship
 */
export function installedFor(graph: LockGraph, importer: string, tools: ReadonlySet<string>): LockedPackage[] {
  const imported = graph.importedBy(importer);
  if (imported === undefined) return [...graph.packages.values()];
  const isTool = (key: string): boolean =>
    [TOOLS, tools].some((names) => names.has(graph.packages.get(key)?.name ?? ''));
  const seen = new Set<string>(imported.filter((key) => !isTool(key)));
  for (const key of seen) for (const dependency of graph.dependenciesOf(key)) seen.add(dependency);
  return [...seen].flatMap((key) => graph.packages.get(key) ?? []);
}
