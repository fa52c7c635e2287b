import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The package's own name for its manifest, whatever folder this module was built into. */
const MANIFEST = 'clerk-readiness/package.json';

/** `package.json` of this package. */
export const manifest = require(MANIFEST) as { readonly name: string; readonly version: string };

/** Sources are loaded as they are in the repository; from the package, built ones. */
const fromSource = import.meta.url.endsWith('.ts');

/**
 * Absolute path of a script of this package, which Playwright is to load by itself.
 * @param module as in the repository, without its ending: `specs/api.spec`
 */
export function scriptFile(module: string): string {
  return join(packageFolder(), `${module}${fromSource ? '.ts' : '.js'}`);
}

/** Absolute path of a folder of scripts of this package. */
export function scriptFolder(folder: string): string {
  return join(packageFolder(), folder);
}

function packageFolder(): string {
  const root = dirname(require.resolve(MANIFEST));
  return fromSource ? root : join(root, 'dist');
}
