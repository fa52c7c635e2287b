import type { DemoTarget } from '../demo/instances.ts';
import { demoReadiness } from '../demo/readiness.ts';
import { resolveOptions } from '../src/config/resolve.ts';
import type { Team } from './consumer.ts';
import { sideBySide } from './side-by-side.ts';
import type { Compared } from './side-by-side.ts';

/** What a team runs after each deployment. */
export const SMOKE = ['--grep', '@readiness-smoke'];

/** The smoke run on the demo, with the default bounds. */
export async function smoke(team: Team, instance: DemoTarget, rounds: number): Promise<Compared> {
  const options = demoReadiness(instance);
  const { concurrency, requestsPerSecond } = resolveOptions(options, {}).network;
  const [empty, project] = [await team.empty(), await team.project('smoke', options)];
  return sideBySide({ empty, project, args: SMOKE, bounds: { concurrency, requestsPerSecond }, rounds });
}
