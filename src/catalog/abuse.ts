import type { CatalogEntry } from './entry.ts';

export const abuse = [
  {
    id: 'abuse/rate-limit',
    title: 'A burst of requests meets a rate limit',
    row: 'Rate limiting on sensitive endpoints',
    severity: 'medium',
    methods: ['http', 'burst'],
    smoke: false,
    needs: ['rateLimit.path'],
    why: 'Without a limit one client can guess passwords and codes, fill the database or run up the bill.',
    fix: 'Count requests by client address in a shared store or at the CDN, and answer 429 with Retry-After.',
    docs: 'https://clerk.com/docs/guides/how-clerk-works/system-limits',
  },
] as const satisfies readonly CatalogEntry[];
