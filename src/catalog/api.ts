import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const api = [
  {
    id: 'api/unauthenticated-401',
    title: 'API routes answer 401 to anonymous requests',
    row: 'API routes check userId',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: ['api'],
    why: 'An API route that answers without a session gives its data to anyone who knows the path.',
    fix: 'Check userId in every handler and answer 401 JSON before doing anything else.',
    docs: `${CLERK_DOCS}/reference/nextjs/app-router/auth`,
  },
] as const satisfies readonly CatalogEntry[];
