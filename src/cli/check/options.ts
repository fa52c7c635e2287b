import { resolve } from 'node:path';
import type { ReadinessOptions } from '../../config/options.ts';
import type { CheckFlags } from './flags.ts';
import type { Found } from './found.ts';

/** What `check` hands to its Playwright configuration, in a file, because it may hold secrets. */
export interface CheckRun {
  readonly options: ReadinessOptions;
  /** Pages that the user says anybody may see; what was merely found to be open is no such word. */
  readonly declaredPublic: readonly string[];
  /** Folder for what Playwright leaves behind. */
  readonly outputDir: string;
}

/** The options of a run: what was given, and where nothing was, what was found. A kind that was not found stays unset. */
export function runOptions({ options, compare }: CheckFlags, found: Found, reportDir: string): ReadinessOptions {
  const { routes } = options;
  const guarded = routes?.protected ?? found.protected.map(({ path }) => path);
  const signIn = routes?.signIn ?? found.signIn?.path;
  const api = found.api.map(({ path, status }) =>
    status === 401 ? path : { path, unauthenticatedStatus: [401, status] },
  );
  return {
    ...options,
    routes: {
      public: routes?.public ?? found.public.map(({ path }) => path),
      ...((guarded === false || guarded.length > 0) && { protected: guarded }),
      ...(signIn !== undefined && { signIn }),
      ...(found.signUp && { signUp: found.signUp.path }),
    },
    ...(options.api === undefined && api.length > 0 && { api }),
    ...(options.webhook === undefined && found.webhook && { webhook: { path: found.webhook.path } }),
    ...(options.health === undefined && found.health && { health: { path: found.health.path } }),
    report: { dir: reportDir, ...comparison(compare) },
  };
}

/** `report.compare`: `last`, or the path of a report. */
function comparison(compare: string | undefined): { compare?: string } {
  return compare === undefined ? {} : { compare: compare === 'last' ? compare : resolve(compare) };
}
