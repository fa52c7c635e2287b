import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const performance = [
  {
    id: 'performance/static-bypass',
    title: 'Static files do not pass through authentication',
    row: 'Matcher excludes static files',
    severity: 'medium',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A matcher that catches static files slows every page, bills an invocation for each file, and may redirect a stylesheet to sign-in.',
    fix: 'Use the matcher of Clerk’s quickstart, which leaves out _next and files with an extension.',
    docs: `${CLERK_DOCS}/reference/nextjs/clerk-middleware`,
  },
] as const satisfies readonly CatalogEntry[];
