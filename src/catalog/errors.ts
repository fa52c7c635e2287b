import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const errors = [
  {
    id: 'errors/not-found-page',
    title: 'Unknown paths get a branded 404 page',
    row: 'Custom error pages',
    severity: 'medium',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A soft 404 misleads monitors and search engines; a default page strands the visitor; a stack trace helps an attacker.',
    fix: 'Add app/not-found.tsx (or the framework’s equivalent) with a way back, and answer with status 404.',
    docs: 'https://nextjs.org/docs/app/api-reference/file-conventions/not-found',
  },
  {
    id: 'errors/error-page',
    title: 'Errors end on a page that helps and discloses nothing',
    row: 'Custom error pages',
    severity: 'medium',
    methods: ['http', 'browser'],
    smoke: true,
    needs: [],
    why: 'A blank page strands the visitor, a page without sign-in strands those whose session ended, and a stack trace helps an attacker.',
    fix: 'Add app/error.tsx and app/global-error.tsx (or the framework’s equivalent) with a retry and, signed out, a sign-in link; never print the error.',
    docs: 'https://nextjs.org/docs/app/api-reference/file-conventions/error',
  },
  {
    id: 'errors/auth-failure',
    title: 'Broken credentials are refused gracefully',
    row: 'Graceful handling of auth failures',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A 5xx on a stale or damaged cookie locks a real user out until the cookie is cleared by hand.',
    fix: 'Let clerkMiddleware run before your own token handling and answer 401 or a redirect, never an exception.',
    docs: `${CLERK_DOCS}/guides/sessions/session-tokens`,
  },
] as const satisfies readonly CatalogEntry[];
