import type { CatalogEntry } from './entry.ts';

export const cors = [
  {
    id: 'cors/untrusted-origin',
    title: 'Foreign origins get no CORS permission',
    row: 'CORS allows only the production domain',
    severity: 'critical',
    methods: ['http'],
    smoke: true,
    needs: [],
    why: 'A permission for a foreign origin lets any website read answers made with your user’s cookies.',
    fix: 'Compare the Origin header with an exact list, never by prefix, suffix or reflection, and send Vary: Origin.',
    docs: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS',
  },
  {
    id: 'cors/allowed-origin',
    title: 'Declared origins get exactly the permission they need',
    row: 'CORS configured correctly',
    severity: 'high',
    methods: ['http'],
    smoke: false,
    needs: ['cors.allowedOrigins', 'api'],
    why: 'A forgotten preflight breaks the front end on another origin, and only in browsers.',
    fix: 'Answer OPTIONS with the exact origin, the methods and the Authorization and Content-Type headers.',
    docs: 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS',
  },
] as const satisfies readonly CatalogEntry[];
