import type { CheckName } from '../../demo/defects/defect.ts';

/** A framework that the pack must judge as fairly as those of the demos. */
export interface Framework {
  /** Short name, also that of its folders. */
  readonly name: 'hono' | 'fastify' | 'astro';
  readonly dependencies: Readonly<Record<string, string>>;
  /** Arguments of node that build the app; undefined: it runs from its sources. */
  readonly build?: readonly string[];
  /** Arguments of node that start the app, and what it prints when it answers. */
  readonly serve: { readonly args: readonly string[]; readonly ready: string };
  /** Checks that a run with every option cannot verify, with the reason. */
  readonly unproven: Readonly<Record<string, string>>;
  /** What its app may do otherwise and still be correct. */
  readonly variants: readonly string[];
  /** The defects that its app may have, with the checks that must fail over HTTP. */
  readonly defects: Readonly<Record<string, readonly CheckName[]>>;
}

/** A page that lets anyone in lets in whoever has an expired session too. */
const OPEN_PAGE = ['routes/protected-redirect', 'session/expired-return'] as const;

const FROM_SOURCES = { args: ['--import', 'tsx', 'server.ts'], ready: 'App listens' } as const;

export const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'hono',
    dependencies: { '@clerk/hono': '0.1.79', '@hono/node-server': '2.1.9', hono: '4.13.19' },
    serve: FROM_SOURCES,
    unproven: {},
    variants: ['whole-api-guarded', 'slashes-trimmed'],
    defects: {
      'guard-after-routes': OPEN_PAGE,
      // What POST gets is seen by both.
      'guard-of-get': ['routes/bypass', 'routes/protected-redirect'],
      'cors-reflects': ['cors/untrusted-origin'],
      'webhook-believed': ['webhook/forged-signature'],
      'webhook-throws': ['webhook/forged-signature'],
      'login-anywhere': ['routes/open-redirect'],
    },
  },
  {
    name: 'fastify',
    dependencies: {
      '@clerk/fastify': '3.1.79',
      '@fastify/accepts': '5.0.6',
      '@fastify/cors': '11.4.3',
      '@fastify/rate-limit': '11.2.0',
      '@fastify/static': '10.1.11',
      fastify: '5.12.8',
    },
    serve: FROM_SOURCES,
    unproven: {},
    variants: ['router-forgiving', 'clerk-before-body'],
    defects: {
      'guard-in-other-scope': OPEN_PAGE,
      'guard-sends-nothing': OPEN_PAGE,
      'guard-by-address': ['routes/bypass'],
      // Every route behind Clerk throws, for whoever asks.
      'clerk-in-other-scope': [
        'routes/protected-redirect',
        'api/unauthenticated-401',
        'api/authenticated',
        'errors/auth-failure',
        'session/expired-return',
      ],
      'cors-reflects': ['cors/untrusted-origin'],
      'webhook-believed': ['webhook/forged-signature'],
      'errors-with-stack': ['errors/error-page', 'api/error-shape'],
    },
  },
  {
    name: 'astro',
    // Astro 6 and 7 need a newer Node.js than this package does.
    dependencies: { '@astrojs/node': '9.5.5', '@clerk/astro': '4.0.21', astro: '5.18.2' },
    build: ['node_modules/astro/astro.js', 'build', '--silent'],
    serve: { args: ['dist/server/entry.mjs'], ready: 'Server listening' },
    unproven: {},
    variants: [],
    defects: {
      'guard-forgotten': OPEN_PAGE,
      'guard-by-path': ['routes/bypass'],
      'cors-reflects': ['cors/untrusted-origin'],
      'webhook-believed': ['webhook/forged-signature'],
      'api-shows-error': ['api/error-shape', 'errors/error-page'],
    },
  },
];
