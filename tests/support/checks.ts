import * as abuse from '../../src/areas/abuse.ts';
import * as api from '../../src/areas/api.ts';
import * as cors from '../../src/areas/cors.ts';
import * as environment from '../../src/areas/environment.ts';
import * as errors from '../../src/areas/errors.ts';
import * as exposure from '../../src/areas/exposure.ts';
import * as headers from '../../src/areas/headers.ts';
import * as monitoring from '../../src/areas/monitoring.ts';
import * as performance from '../../src/areas/performance.ts';
import * as routes from '../../src/areas/routes.ts';
import * as session from '../../src/areas/session.ts';
import * as webhook from '../../src/areas/webhook.ts';
import { catalogEntry } from '../../src/catalog.ts';
import type { Method } from '../../src/catalog.ts';
import type { Readiness } from '../../src/config/options.ts';
import { missingNeed } from '../../src/needs.ts';
import type { Missing } from '../../src/needs.ts';
import type { Check } from '../../src/verify.ts';

/** A check whose evidence only itself understands. */
export type AnyCheck = Check<unknown>;

const AREA_MODULES: readonly object[] = [
  environment,
  routes,
  api,
  webhook,
  headers,
  cors,
  exposure,
  abuse,
  monitoring,
  errors,
  session,
  performance,
];

/** Every check that the areas export; one id may have several parts. */
export const CHECKS: readonly AnyCheck[] = AREA_MODULES.flatMap((module) => Object.values(module).filter(isCheck));

/** What stands in the way of a check, or of the part of it that this one is; undefined when nothing does. */
export function missingFor({ id, part }: AnyCheck, readiness: Readiness): Missing | undefined {
  return missingNeed(catalogEntry(id) ?? { needs: [], methods: [] }, readiness, part);
}

/** How a check, or the part of it that this one is, works. */
export function methodsOf({ id, part }: AnyCheck): readonly Method[] {
  return part?.methods ?? catalogEntry(id)?.methods ?? [];
}

function isCheck(value: unknown): value is AnyCheck {
  return typeof value === 'object' && value !== null && 'collect' in value && 'judge' in value;
}
