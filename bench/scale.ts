import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DemoTarget } from '../demo/instances.ts';
import { demoReadiness } from '../demo/readiness.ts';
import type { ReadinessOptions } from '../src/index.ts';
import type { Bounds, Team } from './consumer.ts';
import { sideBySide } from './side-by-side.ts';
import type { Compared } from './side-by-side.ts';
import { SMOKE } from './smoke.ts';

/** The default concurrency, and the highest rate that the options allow, so that the pack and not its bound is measured. */
const BOUNDS: Bounds = { concurrency: 8, requestsPerSecond: 10_000 };

/** Protected pages, and as many API routes. */
const [SMALL, LARGE] = [100, 1000] as const;

/** The smoke run with few and with many routes. */
export interface Scale {
  readonly small: Compared;
  readonly large: Compared;
  /** Time with many routes to time with few, start-up left out of both. */
  readonly growth: number;
}

/** The smoke run on an app with a thousand pages and a thousand API routes, and with a tenth of them. */
export async function scale(team: Team, rounds: number): Promise<Scale> {
  const target = await startTarget();
  try {
    const empty = await team.empty();
    const compare = async (size: number): Promise<Compared> => {
      const project = await team.project(`scale-${size}`, optionsFor(target.instance, size));
      return sideBySide({ empty, project, args: SMOKE, bounds: BOUNDS, rounds });
    };
    const [small, large] = [await compare(SMALL), await compare(LARGE)];
    return { small, large, growth: (large.run - large.start) / (small.run - small.start) };
  } finally {
    await target.close();
  }
}

function optionsFor(instance: DemoTarget, size: number): ReadinessOptions {
  const { project: _, session: __, ...options } = demoReadiness(instance);
  const paths = (folder: string) => Array.from({ length: size }, (_, index) => `${folder}/${index + 1}`);
  return {
    ...options,
    routes: { ...options.routes, protected: paths('/workspaces') },
    api: paths('/api/workspaces'),
    network: { ...options.network, ...BOUNDS },
  };
}

/** In a process of its own, as a deployed app is. */
async function startTarget(): Promise<{ instance: DemoTarget; close(): Promise<void> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'target.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  };
  for await (const line of createInterface({ input: child.stdout })) return { instance: JSON.parse(line), close };
  throw new Error('the target of the scale bench did not start');
}
