import type { DemoTarget } from '../demo/instances.ts';
import { demoReadiness } from '../demo/readiness.ts';
import { median } from '../src/median.ts';
import type { Team } from './consumer.ts';

/** The whole checklist on the demo. */
export interface Full {
  readonly rounds: number;
  /** Median of the wall time, in milliseconds. */
  readonly run: number;
  readonly requests: number;
  /** Checks that ran, those that send nothing included. */
  readonly checks: number;
  /** The checks that send most, with their requests. */
  readonly most: ReadonlyArray<readonly [id: string, requests: number]>;
  /** Median of the requests of a check that sends any. */
  readonly perCheck: number;
  readonly treeMb: number;
}

/** Every check, as `npx playwright test` runs them: signed in, in a browser, in mode `full`. */
export async function full(team: Team, instance: DemoTarget, rounds: number): Promise<Full> {
  const project = await team.project('full', demoReadiness(instance), instance.auditLog);
  const times: number[] = [];
  let treeMb = 0;
  for (let round = 0; round < rounds; round += 1) {
    const { ms, memory } = await project.run();
    times.push(ms);
    treeMb = Math.max(treeMb, memory.tree);
  }
  const { checks, requests } = project.report();
  const sending = checks.filter((check) => check.requests > 0).toSorted((a, b) => b.requests - a.requests);
  return {
    rounds,
    run: median(times),
    requests,
    checks: checks.length,
    most: sending.slice(0, 5).map((check) => [check.id, check.requests]),
    perCheck: median(sending.map((check) => check.requests)),
    treeMb,
  };
}
