import type { CatalogEntry } from './entry.ts';

export const monitoring = [
  {
    id: 'monitoring/health',
    title: 'The health endpoint tells the truth about Clerk',
    row: 'Health check endpoint',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: ['health.path'],
    why: 'A health endpoint that is cached, guarded or blind to Clerk lets an outage go unseen.',
    fix: 'Answer anonymous GET and HEAD with 200 or 503, Cache-Control: no-store, and a check of Clerk’s Backend API by name.',
    docs: 'https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check',
  },
] as const satisfies readonly CatalogEntry[];
