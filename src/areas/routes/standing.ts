import type { Readiness } from '../../config/options.ts';
import { matchesGlob } from '../../target/glob.ts';

/** Pages that a signed-out visitor needs to get in. */
const WAY_IN = /(?:^|\/)(?:sign[-_]?(?:in|up)|log[-_]?in|register|sso-callback|(?:forgot|reset)-password)(?:\/|$)/i;

/** Segments of paths that are meant for people who are signed in, or for nobody outside. */
const PRIVATE =
  /^(?:admin|administration|backoffice|back-office|dashboard|console|internal|intern|private|secret|debug|account|settings|billing|invoices|orders|manage|management|users|me)(?:\.\w+)?$/i;

/** Data as an endpoint, and as a page what a site tells of itself: its customers, its people, what it has found out. */
const PRIVATE_DATA = /^(?:customers|reports|staff)$/i;

/** Folders of what is written for everybody, whatever it is about: `/docs/admin`, `/features/dashboard`. */
const CONTENT =
  /^(?:about|careers|docs?|documentation|blog|posts?|articles?|news|press|help|support|features?|products?|platform|solutions?|use-cases?|guides?|tutorials?|learn|resources?|legal|privacy|changelog|customers|case-studies|integrations?|templates?|pricing)$/i;

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

/** True for a path whose words promise something private, unless they stand in a folder of what is for everybody. */
export function looksPrivate(path: string): boolean {
  const segments = path.split('/');
  const isPrivate = (segment: string) =>
    PRIVATE.test(segment) || (segments.includes('api') && PRIVATE_DATA.test(segment));
  const telling = segments.find((segment) => isPrivate(segment) || CONTENT.test(segment));
  return telling !== undefined && isPrivate(telling);
}
