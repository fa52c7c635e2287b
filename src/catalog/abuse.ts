import type { CatalogEntry } from './entry.ts';

export const abuse = [] as const satisfies readonly CatalogEntry[];
