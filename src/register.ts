import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from '../fixtures/index.ts';
import { AREAS } from './catalog.ts';
import type { Area } from './catalog.ts';
import { ReadinessConfigError } from './config/error.ts';
import { didYouMean } from './config/suggest.ts';
import { scriptFile } from './package-files.ts';

const require = createRequire(import.meta.url);
const registered = new Set<Area>();

/**
 * Declares the shipped checks in a spec file of your own, for suites that keep every test in one folder.
 * Its project is the one of `readinessProjects` with a `testDir` of your own.
 * Call it in one file for each area: modules load once, so a second file would get no tests.
 * @param areas default: all
 * @example registerSpecs('webhook', 'headers')
 * @throws ReadinessConfigError for an unknown area, and for one that is registered already.
 */
export function registerSpecs(...areas: Area[]): void {
  const wanted = areas.length > 0 ? areas : AREAS.filter((area) => existsSync(specOf(area)));
  for (const area of wanted) claim(area);
  // It comes from this module and the checks from theirs: where all tests of a file come from one other module,
  // Playwright takes that module for the file, and `npx playwright test readiness.spec` finds nothing.
  test(
    `the target is reachable and is the app (${wanted.join(', ')})`,
    { tag: ['@readiness', '@readiness-smoke', '@smoke'] },
    async ({ target }) => target.assertAnswering(),
  );
  // Synchronous, so that the tests are declared while Playwright loads the file that called.
  for (const area of wanted) require(specOf(area));
}

function claim(area: Area): void {
  if (!AREAS.includes(area)) {
    throw new ReadinessConfigError(
      `registerSpecs: "${String(area)}" is not an area${didYouMean(String(area), AREAS)}; there are ${AREAS.join(', ')}`,
    );
  }
  if (!existsSync(specOf(area))) throw new ReadinessConfigError(`registerSpecs: the area "${area}" has no checks yet`);
  if (registered.has(area))
    throw new ReadinessConfigError(
      `registerSpecs: "${area}" is registered twice; list each area once, in one file only`,
    );
  registered.add(area);
}

function specOf(area: Area): string {
  return scriptFile(`specs/${area}.spec`);
}
