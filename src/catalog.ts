import { abuse } from './catalog/abuse.ts';
import { api } from './catalog/api.ts';
import { cors } from './catalog/cors.ts';
import type { CatalogEntry } from './catalog/entry.ts';
import { environment } from './catalog/environment.ts';
import { errors } from './catalog/errors.ts';
import { exposure } from './catalog/exposure.ts';
import { headers } from './catalog/headers.ts';
import { monitoring } from './catalog/monitoring.ts';
import { performance } from './catalog/performance.ts';
import { routes } from './catalog/routes.ts';
import { session } from './catalog/session.ts';
import { webhook } from './catalog/webhook.ts';

export { METHODS } from './catalog/entry.ts';
export type { CatalogEntry, Method, Part } from './catalog/entry.ts';

/**
 * The areas of the checklist; the same word names `src/catalog/<area>.ts`, `src/areas/<area>.ts`,
 * `specs/<area>.spec.ts`, `tests/areas/<area>.test.ts`, `demo/defects/<area>.ts` and `docs/checks/<area>.md`.
 */
export const AREAS = [
  'environment',
  'routes',
  'api',
  'webhook',
  'headers',
  'cors',
  'exposure',
  'abuse',
  'monitoring',
  'errors',
  'session',
  'performance',
] as const;

/** One area of the checklist. */
export type Area = (typeof AREAS)[number];

/** An entry with its id as a type. */
type EntryOf<Id extends string> = CatalogEntry & { readonly id: Id };

/** Keeps the ids of the entries as types, and nothing else of them, which would fill the published types. */
function catalogOf<const Id extends string>(entries: ReadonlyArray<EntryOf<Id>>): ReadonlyArray<EntryOf<Id>> {
  return entries;
}

/** Every check of the pack, in the order of the checklist. */
export const CATALOG = catalogOf([
  ...environment,
  ...routes,
  ...api,
  ...webhook,
  ...headers,
  ...cors,
  ...exposure,
  ...abuse,
  ...monitoring,
  ...errors,
  ...session,
  ...performance,
]);

/** Id of a check of this pack. */
export type CheckId = (typeof CATALOG)[number]['id'];

const BY_ID: ReadonlyMap<string, CatalogEntry> = new Map(CATALOG.map((entry) => [entry.id, entry]));

/** The entry of an id; undefined for ids that consumers define themselves. */
export function catalogEntry(id: string): CatalogEntry | undefined {
  return BY_ID.get(id);
}

/** Area of a check id: the part before the slash. */
export function areaOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
