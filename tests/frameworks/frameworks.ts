import type { CheckName } from '../../demo/defects/defect.ts';

/** A framework that the pack must judge as fairly as those of the demos. */
export interface Framework {
  /** Short name, also that of its folders. */
  readonly name: 'hono' | 'fastify' | 'astro';
  readonly dependencies: Readonly<Record<string, string>>;
  /** Checks that a run with every option cannot verify, with the reason. */
  readonly unproven: Readonly<Record<string, string>>;
  /** The defects that its app may have, with the checks that must fail over HTTP. */
  readonly defects: Readonly<Record<string, readonly CheckName[]>>;
}

/** A page that lets anyone in lets in whoever has an expired session too. */
const OPEN_PAGE = ['routes/protected-redirect', 'session/expired-return'] as const;

export const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'hono',
    dependencies: { '@clerk/hono': '0.1.79', '@hono/node-server': '2.1.9', hono: '4.13.19' },
    unproven: {},
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
];
