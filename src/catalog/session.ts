import { CLERK_DOCS } from './entry.ts';
import type { CatalogEntry } from './entry.ts';

export const session = [
  {
    id: 'session/expired-return',
    title: 'An expired session leads to sign-in and back',
    row: 'Session expiry handled gracefully',
    severity: 'critical',
    methods: ['http', 'browser', 'signed-in'],
    smoke: true,
    needs: ['routes.protected'],
    why: 'Every user meets an expired session; a blank page, a loop or a lost place looks like a broken product.',
    fix: 'Let auth.protect() redirect with the return path, and show a sign-in prompt where the page is already open.',
    docs: `${CLERK_DOCS}/guides/secure/session-options`,
  },
] as const satisfies readonly CatalogEntry[];
