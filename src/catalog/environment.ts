import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const environment = [
  {
    id: 'environment/publishable-key-live',
    title: 'The app runs on the right publishable key',
    row: 'Using pk_live_ keys',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A development instance has a 100-user cap, shared OAuth credentials and test codes that sign anyone in.',
    fix: 'Set the pk_live_ publishable key in the hosting environment and redeploy: public variables are inlined at build time.',
    docs: `${CLERK_DOCS}/guides/development/deployment/production`,
  },
] as const satisfies readonly CatalogEntry[];
