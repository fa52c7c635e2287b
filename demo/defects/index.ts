import * as abuse from './abuse.ts';
import * as api from './api.ts';
import * as cors from './cors.ts';
import type { Defect } from './defect.ts';
import * as environment from './environment.ts';
import * as errors from './errors.ts';
import * as exposure from './exposure.ts';
import * as headers from './headers.ts';
import * as monitoring from './monitoring.ts';
import * as performance from './performance.ts';
import * as routes from './routes.ts';
import * as session from './session.ts';
import * as source from './source.ts';
import * as undeclared from './undeclared.ts';
import { variants } from './variants.ts';
import * as webhook from './webhook.ts';

export type { Defect } from './defect.ts';

/** Every list that a file of an area exports. */
const AREAS: ReadonlyArray<Readonly<Record<string, readonly Defect[]>>> = [
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
  source,
  undeclared,
];

const ALL: readonly Defect[] = [...AREAS.flatMap((area) => Object.values(area).flat()), ...variants];

/** Every defect and variant, by name. */
export const DEFECTS: ReadonlyMap<string, Defect> = new Map(ALL.map((defect) => [defect.name, defect]));

if (DEFECTS.size !== ALL.length) throw new Error('two defects have the same name');
