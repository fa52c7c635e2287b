import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const headers = [
  {
    id: 'headers/csp',
    title: 'A Content Security Policy is enforced on every page',
    row: 'CSP headers configured',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'Without an enforced policy one injected script reads the session token, which is script-readable by design.',
    fix: 'Turn on contentSecurityPolicy: { strict: true } in clerkMiddleware, or send your own policy on every HTML answer.',
    docs: `${CLERK_DOCS}/guides/secure/best-practices/csp-headers`,
  },
  {
    id: 'headers/csp-clerk',
    title: 'The Content Security Policy allows what Clerk needs',
    row: 'CSP headers include Clerk domains',
    severity: 'high',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A policy that blocks Clerk breaks sign-in for everybody, often only in one browser or after one change.',
    fix: 'Add the Frontend API host, img.clerk.com, challenges.cloudflare.com and worker-src blob: as Clerk documents.',
    docs: `${CLERK_DOCS}/guides/secure/best-practices/csp-headers`,
  },
  {
    id: 'headers/security',
    title: 'Security headers are set',
    row: '(beyond)',
    severity: 'medium',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'HSTS, nosniff, frame protection and a Referrer-Policy close whole classes of attack for one line each.',
    fix: 'Set the headers for every path in the framework configuration or at the CDN.',
    docs: 'https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides',
  },
] as const satisfies readonly CatalogEntry[];
