import { manifest } from '../package-files.ts';

/** Name and version of this package, as reports and servers see them. */
export const TOOL: { readonly name: string; readonly version: string } = {
  name: manifest.name,
  version: manifest.version,
};

/** Sent with every request, so that an operator can tell our traffic from an attack. */
export const USER_AGENT = `clerk-readiness/${TOOL.version}`;
