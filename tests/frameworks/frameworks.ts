import type { CheckName } from '../../demo/defects/defect.ts';

/** What an app takes from that of a demo. */
export interface Parts {
  /** Files and folders of the demo's app. */
  readonly names: readonly string[];
  /** Where they go. */
  readonly to: string;
}

/** A framework, or a way to use one, that the pack must judge as fairly as those of the demos. */
export interface Framework {
  /** Short name, also that of its folders. */
  readonly name:
    | 'hono'
    | 'fastify'
    | 'astro'
    | 'astro-7'
    | 'react-router'
    | 'react-router-8'
    | 'sveltekit'
    | 'tanstack-start'
    | 'nuxt'
    | 'next-15'
    | 'next-pages';
  /** Whose app it runs; undefined: one of its own. */
  readonly app?: Framework['name'];
  /** Release of Node.js that it needs; undefined: the one that runs the tests. */
  readonly node?: string;
  /** Path under which its app is served; undefined: at the root. */
  readonly basePath?: string;
  /** The demo whose code its app shares, and whose options its team would write. */
  readonly demo: 'Express' | 'Next.js';
  readonly parts: readonly Parts[];
  readonly dependencies: Readonly<Record<string, string>>;
  /** Clerk's browser scripts for its pages, as `prepareScripts` takes them; undefined: those of the demos. */
  readonly scripts?: readonly string[];
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

/** Everything in the Express app that does not know Express. */
const EXPRESS_PARTS: Parts = {
  names: ['files.ts', 'operations.ts', 'paths.ts', 'policy.ts', 'projects.ts', 'public', 'settings.ts', 'views.ts'],
  to: 'shared',
};

const NEXT_BUILD = ['node_modules/next/dist/bin/next', 'build'] as const;

const NEXT_SERVE = {
  args: ['node_modules/next/dist/bin/next', 'start', '-H', 'localhost', '--keepAliveTimeout', '70000'],
  ready: 'Ready in',
} as const;

const NEXT_TYPES = { '@types/node': '20.19.43', '@types/react': '19.3.0', typescript: '5.9.3' } as const;

const FROM_SOURCES = { args: ['--import', 'tsx', 'server.ts'], ready: 'App listens' } as const;

const REACT_ROUTER = {
  name: 'react-router',
  demo: 'Express',
  // What its server gives away as it is.
  parts: [EXPRESS_PARTS, { names: ['public'], to: '.' }],
  dependencies: {
    '@clerk/react-router': '3.6.24',
    '@react-router/dev': '7.18.4',
    '@react-router/node': '7.18.4',
    '@react-router/serve': '7.18.4',
    isbot: '5.2.3',
    react: '19.3.1',
    'react-dom': '19.3.1',
    'react-router': '7.18.4',
    typescript: '5.9.3',
    vite: '7.3.8',
  },
  build: ['node_modules/.bin/react-router', 'build'],
  serve: {
    args: ['node_modules/.bin/react-router-serve', 'build/server/index.js'],
    ready: '[react-router-serve] http',
  },
  unproven: {},
  variants: ['page-answers-401', 'guard-in-each-loader'],
  defects: {
    'guard-in-component': OPEN_PAGE,
    'guard-in-layout-loader': ['routes/bypass'],
    'hidden-page-open': ['routes/undeclared'],
    'cors-reflects': ['cors/untrusted-origin'],
    'webhook-believed': ['webhook/forged-signature'],
  },
} as const satisfies Framework;

const ASTRO = {
  name: 'astro',
  demo: 'Express',
  // Astro serves what is in "public" as it is.
  parts: [EXPRESS_PARTS, { names: ['public'], to: '.' }],
  dependencies: { '@astrojs/node': '9.5.5', '@clerk/astro': '4.0.21', astro: '5.18.2' },
  build: ['node_modules/.bin/astro', 'build'],
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
} as const satisfies Framework;

/** What the newest releases of some frameworks need, and this package does not. */
const NEWER_NODE = '24.22.3';

/** Those that the environment variable FRAMEWORKS names, separated by commas; all without it. */
export function askedFrameworks(): readonly Framework[] {
  const names = process.env['FRAMEWORKS']?.split(',');
  return names ? FRAMEWORKS.filter(({ name }) => names.includes(name)) : FRAMEWORKS;
}

const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'hono',
    demo: 'Express',
    parts: [EXPRESS_PARTS],
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
    demo: 'Express',
    parts: [EXPRESS_PARTS],
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
  ASTRO,
  {
    ...ASTRO,
    name: 'astro-7',
    app: 'astro',
    node: NEWER_NODE,
    dependencies: { ...ASTRO.dependencies, '@astrojs/node': '11.1.6', astro: '7.3.5' },
  },
  REACT_ROUTER,
  {
    ...REACT_ROUTER,
    name: 'react-router-8',
    app: 'react-router',
    node: NEWER_NODE,
    dependencies: {
      ...REACT_ROUTER.dependencies,
      '@react-router/dev': '8.3.1',
      '@react-router/node': '8.3.1',
      '@react-router/serve': '8.3.1',
      'react-router': '8.3.1',
      vite: '8.4.0',
    },
  },
  {
    name: 'sveltekit',
    demo: 'Express',
    // What its server gives away as it is.
    parts: [EXPRESS_PARTS, { names: ['public'], to: '.' }],
    // SvelteKit 3 needs a newer Node.js than this package does. Clerk has no SDK for it: this one is the community's.
    dependencies: {
      '@sveltejs/adapter-node': '5.5.7',
      '@sveltejs/kit': '2.70.4',
      '@sveltejs/vite-plugin-svelte': '6.2.4',
      svelte: '5.57.3',
      'svelte-clerk': '1.2.0',
      vite: '7.3.8',
    },
    build: ['node_modules/vite/bin/vite.js', 'build'],
    serve: { args: ['build'], ready: 'Listening on' },
    unproven: {},
    variants: ['guard-in-each-load', 'guard-throws-redirect', 'guard-answers-401'],
    defects: {
      'guard-by-path': ['routes/bypass'],
      'guard-in-layout-load': ['routes/bypass'],
      'guard-in-component': OPEN_PAGE,
      'cors-reflects': ['cors/untrusted-origin'],
      'webhook-believed': ['webhook/forged-signature'],
    },
  },
  {
    name: 'tanstack-start',
    node: NEWER_NODE,
    demo: 'Express',
    // What its server gives away as it is.
    parts: [EXPRESS_PARTS, { names: ['public'], to: '.' }],
    dependencies: {
      '@clerk/tanstack-react-start': '1.5.15',
      '@tanstack/react-router': '1.170.46',
      '@tanstack/react-start': '1.169.5',
      '@vitejs/plugin-react': '6.3.0',
      react: '19.3.1',
      'react-dom': '19.3.1',
      srvx: '1.0.8',
      vite: '8.4.0',
    },
    build: ['node_modules/.bin/vite', 'build'],
    serve: { args: ['server.ts'], ready: 'App listens' },
    unproven: {},
    variants: ['guard-in-route-middleware'],
    defects: {
      'server-function-open': ['routes/bypass'],
      'guard-in-component': OPEN_PAGE,
      'hidden-page-open': ['routes/undeclared'],
      'cors-reflects': ['cors/untrusted-origin'],
      'webhook-believed': ['webhook/forged-signature'],
    },
  },
  {
    name: 'nuxt',
    node: NEWER_NODE,
    demo: 'Express',
    // What its server gives away as it is.
    parts: [EXPRESS_PARTS, { names: ['public'], to: '.' }],
    dependencies: { '@clerk/nuxt': '3.0.16', nuxt: '4.4.8' },
    build: ['node_modules/.bin/nuxt', 'build'],
    serve: { args: ['.output/server/index.mjs'], ready: 'Listening on' },
    unproven: {},
    variants: ['guard-answers-401'],
    defects: {
      'guard-forgotten': OPEN_PAGE,
      'guard-by-path': ['routes/bypass'],
      'hidden-page-open': ['routes/undeclared'],
      'api-open': ['api/unauthenticated-401'],
      'cors-reflects': ['cors/untrusted-origin'],
      'webhook-believed': ['webhook/forged-signature'],
    },
  },
  {
    // App Router with middleware.ts, and Clerk's Core 2, whose script in the browser is another one.
    name: 'next-15',
    demo: 'Next.js',
    parts: [{ names: ['app', 'components', 'lib', 'next.config.ts', 'public', 'tsconfig.json'], to: '.' }],
    dependencies: {
      ...NEXT_TYPES,
      '@clerk/nextjs': '6.39.8',
      '@sentry/browser': '11.12.0',
      next: '15.5.29',
      react: '19.1.4',
      'react-dom': '19.1.4',
    },
    scripts: ['clerk-js@5.128.0'],
    build: NEXT_BUILD,
    serve: NEXT_SERVE,
    unproven: {},
    variants: ['api-protected-here'],
    defects: {
      // `auth()` throws where the middleware did not run.
      'api-not-matched': [
        'environment/middleware-file',
        'api/unauthenticated-401',
        'api/authenticated',
        'cors/allowed-origin',
        'errors/auth-failure',
        'errors/error-page',
      ],
    },
  },
  {
    // Pages Router, under a base path.
    name: 'next-pages',
    basePath: '/portal',
    demo: 'Next.js',
    parts: [
      {
        names: [
          ...['api', 'globals.css', 'not-found.tsx'].map((name) => `app/${name}`),
          'components/error-tracking.tsx',
          'components/site-header.tsx',
          'lib',
          'public',
          'tsconfig.json',
        ],
        to: '.',
      },
      { names: ['next.config.ts'], to: 'shared' },
    ],
    dependencies: {
      ...NEXT_TYPES,
      '@clerk/nextjs': '7.9.17',
      '@sentry/browser': '11.12.0',
      next: '16.4.5',
      react: '19.3.1',
      'react-dom': '19.3.1',
    },
    build: NEXT_BUILD,
    serve: NEXT_SERVE,
    unproven: {},
    variants: [],
    defects: {
      'guard-in-browser': OPEN_PAGE,
      'guard-on-first-load': ['routes/bypass'],
    },
  },
];
