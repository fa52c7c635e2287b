import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const routes = [
  {
    id: 'routes/public-reachable',
    title: 'Public pages are reachable without signing in',
    row: '(control)',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A public page behind the guard or broken is an outage, and an app that refuses everybody would make every guard check look good.',
    fix: 'Leave public pages out of the protected matcher and repair what answers 5xx.',
    docs: `${CLERK_DOCS}/reference/nextjs/clerk-middleware`,
  },
  {
    id: 'routes/protected-redirect',
    title: 'Protected pages send anonymous visitors to sign-in',
    row: 'Middleware protects all non-public routes',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: ['routes.protected'],
    why: 'A page that renders for an anonymous visitor in any request shape publishes its data.',
    fix: 'Guard the page on the server: auth.protect() in clerkMiddleware and in the page itself.',
    docs: `${CLERK_DOCS}/reference/nextjs/clerk-middleware`,
  },
] as const satisfies readonly CatalogEntry[];
