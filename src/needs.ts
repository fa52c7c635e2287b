import type { CatalogEntry, Method, Part } from './catalog.ts';
import type { Readiness } from './config/options.ts';
import { isRecord } from './is-record.ts';
import { UndecidedError } from './result.ts';

/** Why a check cannot run with these options. */
export interface Missing {
  readonly status: 'not-verified' | 'not-applicable';
  readonly reason: string;
}

/** An option without which a check cannot go on; it ends as not verified, with the option to set. */
export class MissingOptionError extends UndecidedError {
  override readonly name = 'MissingOptionError';
}

/** Why methods are for mode `full` only. */
const FULL_MODE: Partial<Record<Method, string>> = {
  writes: 'it writes to the target',
  burst: 'it sends a burst of requests',
};

/** Marks an option that may be left out, and that says by `false` that the app has none. */
const OPTIONAL = /\?$/;

/** The first option without which a check, or one part of it, has nothing to observe; undefined when it can run. */
export function missingNeed(
  entry: Pick<CatalogEntry, 'needs' | 'methods'>,
  readiness: Readiness,
  part?: Part,
): Missing | undefined {
  const { methods } = part ?? entry;
  const act = methods.map((method) => FULL_MODE[method]).find((reason) => reason !== undefined);
  if (act !== undefined && readiness.mode !== 'full')
    return { status: 'not-verified', reason: `${act}: set mode: 'full' to allow that` };
  for (const path of part?.needs ?? entry.needs) {
    const missing = missingOption(path, readiness);
    if (missing) return missing;
  }
  return undefined;
}

/** Options that nobody can declare as not existing. */
const NEVER_FALSE: readonly string[] = [
  'project',
  'clerk',
  'session',
  'routes.public',
  'routes.signIn',
  'routes.signUp',
];

function missingOption(need: string, readiness: Readiness): Missing | undefined {
  const path = need.replace(OPTIONAL, '');
  const keys = path.split('.');
  let value: unknown = readiness;
  for (const [depth, key] of keys.entries()) {
    value = isRecord(value) ? value[key] : undefined;
    if (value === false)
      return {
        status: 'not-applicable',
        reason: `${keys.slice(0, depth + 1).join('.')} is false: declared as not existing`,
      };
  }
  if (OPTIONAL.test(need)) return undefined;
  const absent = value === undefined || (Array.isArray(value) && value.length === 0);
  return absent
    ? {
        status: 'not-verified',
        reason: NEVER_FALSE.some((never) => never === keys[0] || never === path)
          ? `set ${path} to have it verified`
          : `set ${path} to have it verified, or ${keys.length > 1 && keys[0] !== 'routes' ? keys[0] : path}: false when there is none`,
      }
    : undefined;
}
