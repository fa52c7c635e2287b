import type { Readiness } from '../../config/options.ts';
import { matchesGlob } from '../../target/glob.ts';

/** Pages that a signed-out visitor needs to get in. */
const WAY_IN = /(?:^|\/)(?:sign[-_]?(?:in|up)|log[-_]?in|register|sso-callback|(?:forgot|reset)-password)(?:\/|$)/i;

/** Words of paths that are meant for people who are signed in, or for nobody outside. */
const PRIVATE =
  /\/(?:admin|administration|backoffice|back-office|dashboard|console|internal|intern|staff|private|secret|debug|account|settings|billing|invoices|orders|reports|customers|manage|management|users|me)(?:[-_/.]|$)/i;

/** True when `routes.public` names a path, as it is or by a glob. */
export function isPublic(path: string, { routes }: Readiness): boolean {
  return [...routes.public, ...routes.publicGlobs].some((pattern) => matchesGlob(path, pattern));
}

/** True when the options say of a path what it is, and for the pages that lead to signing in. */
export function isDeclared(path: string, readiness: Readiness): boolean {
  const { routes, api, webhook, health, errors, rateLimit } = readiness;
  const local = [routes.signIn, routes.signUp].filter((page) => page?.startsWith('/') === true);
  const declared = [
    ...routes.ignore,
    ...routes.redirects,
    ...(routes.protected || []).map((route) => route.path),
    ...(api || []).map((route) => route.path),
    ...[webhook, health, rateLimit].flatMap((each) => (each ? [each.path] : [])),
    ...(errors ? [errors.crashPath] : []),
    ...local.flatMap((page) => (page === undefined ? [] : [`${page.replace(/\/$/, '')}/**`])),
  ];
  return isPublic(path, readiness) || declared.some((pattern) => matchesGlob(path, pattern)) || WAY_IN.test(path);
}

/** True for a path whose words promise something private. */
export function looksPrivate(path: string): boolean {
  return PRIVATE.test(path);
}
