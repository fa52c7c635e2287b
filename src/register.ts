import { createRequire } from 'node:module';
import { AREAS } from './catalog.ts';
import type { Area } from './catalog.ts';
import { ReadinessConfigError } from './config/error.ts';

const require = createRequire(import.meta.url);
const registered = new Set<Area>();

/**
 * Declares the shipped checks in a spec file of your own, for suites that keep every test in one folder.
 * Call it in one file for each area: modules load once, so a second file would get no tests.
 * @param areas default: all
 * @example registerSpecs('webhook', 'headers')
 * @throws ReadinessConfigError for an area that another file has registered.
 */
export function registerSpecs(...areas: Area[]): void {
  for (const area of areas.length > 0 ? areas : AREAS) {
    if (!AREAS.includes(area)) throw new ReadinessConfigError(`registerSpecs: "${area}" is no area; there are ${AREAS.join(', ')}`);
    if (registered.has(area)) throw new ReadinessConfigError(`registerSpecs: "${area}" is registered twice; list each area in one file only`);
    registered.add(area);
    // Synchronous, so that the tests are declared while Playwright loads the file that called.
    require(`../specs/${area}.spec.js`);
  }
}
