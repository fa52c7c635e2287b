import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Name and version of this package, as reports and servers see them. */
export const TOOL: { readonly name: string; readonly version: string } = readManifest();

/** Sent with every request, so that an operator can tell our traffic from an attack. */
export const USER_AGENT = `clerk-readiness/${TOOL.version}`;

function readManifest(): { name: string; version: string } {
  // From src/ in the repository, from dist/src/ in the package.
  const manifest = ['../../package.json', '../../../package.json']
    .map((path) => tryRequire(path))
    .find((candidate) => candidate?.name === 'clerk-readiness');
  return { name: 'clerk-readiness', version: manifest?.version ?? '0.0.0' };
}

function tryRequire(path: string): { name: string; version: string } | undefined {
  try {
    return require(path) as { name: string; version: string };
  } catch {
    return undefined;
  }
}
