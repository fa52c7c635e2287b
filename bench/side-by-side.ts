import { bareLoop } from './consumer.ts';
import type { Bounds, Project } from './consumer.ts';
import { summarize } from './statistics.ts';
import type { Round, Summary } from './statistics.ts';

/** What is compared with its floor. */
export interface Comparison {
  /** A project with nothing but an empty test. */
  readonly empty: Project;
  readonly project: Project;
  /** Which tests run. */
  readonly args: readonly string[];
  readonly bounds: Bounds;
  readonly rounds: number;
}

/** A run beside its floor. */
export interface Compared extends Summary {
  readonly bounds: Bounds;
  /** Requests that run and loop sent. */
  readonly requests: number;
  /** Peak of the largest Playwright worker, in megabytes of resident memory. */
  readonly workerMb: number;
  /** Peak of all processes of the run together, in megabytes of resident memory. */
  readonly treeMb: number;
}

/** Start-up, loop and run in turn, so that each round meets one mood of the machine. */
export async function sideBySide({ empty, project, args, bounds, rounds }: Comparison): Promise<Compared> {
  // What is run first fills caches, on both sides.
  await empty.run();
  const recording = await project.record(args);
  const measured: Round[] = [];
  let [workerMb, treeMb] = [0, 0];
  for (let round = 0; round < rounds; round += 1) {
    const start = (await empty.run()).ms;
    const loop = await bareLoop(recording, bounds);
    const { ms: run, memory } = await project.run(args);
    measured.push({ start, loop, run });
    workerMb = Math.max(workerMb, memory.child);
    treeMb = Math.max(treeMb, memory.tree);
  }
  return { ...summarize(measured), bounds, requests: recording.requests, workerMb, treeMb };
}
