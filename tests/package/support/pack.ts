import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../support/temporary.ts';

const run = promisify(execFile);

/** Root of this repository. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** The package as `npm publish` would upload it. */
export interface Packed {
  /** Path of the tarball. */
  readonly path: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** Builds and packs once for all tests; `prepack` does the build, as for a release. */
export const packed: Promise<Packed> = pack();

/** The oldest release of Playwright that the package says it works with. */
export function oldestPlaywright(): string {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>;
  };
  return (manifest.peerDependencies['@playwright/test'] ?? '').replace('>=', '');
}

async function pack(): Promise<Packed> {
  const folder = temporaryFolder();
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: REPOSITORY,
    maxBuffer: 16 * 1024 * 1024,
  });
  // The build prints before the list, newer releases of npm key the list by name.
  const parsed: unknown = JSON.parse(stdout.slice(stdout.search(/^[[{]/m)));
  const [manifest] = Object.values(
    parsed as Record<string, { filename: string; size: number; files: Array<{ path: string }> }>,
  );
  if (!manifest) throw new Error(`npm pack listed no package: ${stdout}`);
  return { path: join(folder, manifest.filename), size: manifest.size, files: manifest.files.map(({ path }) => path) };
}
