import { unauthenticated401 } from './api.ts';
import { allowedOrigin, untrustedOrigin } from './cors.ts';
import type { Defect } from './defect.ts';
import { publishableKeyLive } from './environment.ts';
import { authFailure, notFoundPage } from './errors.ts';
import { dotfiles } from './exposure.ts';
import { csp, cspClerk, security } from './headers.ts';
import { health } from './monitoring.ts';
import { staticBypass } from './performance.ts';
import { protectedRedirect, publicReachable } from './routes.ts';
import { expiredReturn } from './session.ts';
import { variants } from './variants.ts';
import { forgedSignature } from './webhook.ts';

export type { Defect } from './defect.ts';

const ALL: readonly Defect[] = [
  ...publishableKeyLive,
  ...publicReachable,
  ...protectedRedirect,
  ...unauthenticated401,
  ...forgedSignature,
  ...csp,
  ...cspClerk,
  ...security,
  ...untrustedOrigin,
  ...allowedOrigin,
  ...dotfiles,
  ...health,
  ...notFoundPage,
  ...authFailure,
  ...expiredReturn,
  ...staticBypass,
  ...variants,
];

/** Every defect and variant, by name. */
export const DEFECTS: ReadonlyMap<string, Defect> = new Map(ALL.map((defect) => [defect.name, defect]));

if (DEFECTS.size !== ALL.length) throw new Error('two defects have the same name');
