import type { ReadinessOptions } from '../../src/index.ts';
import type { DemoTarget } from '../instances.ts';
import { demoReadiness } from '../readiness.ts';

/** The options that a team with this app would write: those of the Next.js demo, and what this app has more or less. */
export function expressReadiness(target: DemoTarget): ReadinessOptions {
  const { project: _, ...same } = demoReadiness(target);
  return {
    ...same,
    name: 'express',
    routes: { ...same.routes, redirects: ['/login?next='] },
    errorTracking: false,
    project: { root: import.meta.dirname },
  };
}
