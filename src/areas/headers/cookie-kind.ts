import type { SetCookie } from './set-cookie.ts';

/**
 * What a cookie is for, as far as its name tells.
 * `clerk script`: Clerk's, read and written by clerk-js. `clerk server`: Clerk's, for servers only.
 * `csrf`: scripts must read it to send it back. `infrastructure`: of the CDN or load balancer, `statistics`: of an analytics or consent tool; neither is a credential.
 */
export type CookieKind =
  | 'clerk script'
  | 'clerk server'
  | 'csrf'
  | 'infrastructure'
  | 'statistics'
  | 'session'
  | 'random'
  | 'other';

const SUFFIX = '(?:_[A-Za-z0-9_-]{8})?';

/** https://clerk.com/docs/guides/how-clerk-works/overview */
const CLERK_SCRIPT = new RegExp(`^(?:__session|__client_uat|__clerk_db_jwt|clerk_active_context)${SUFFIX}$`);
const CLERK_SERVER = new RegExp(`^(?:__client|__refresh|__clerk_\\w+)${SUFFIX}$`);

const CSRF = /csrf|xsrf/i;

/** Cloudflare, AWS, Azure, Google, Akamai, Imperva, F5, Vercel, Fly.io, Heroku. */
const INFRASTRUCTURE =
  /^(?:__cf|_cf|cf_|AWSALB|AWSELB|ARRAffinity|GCLB|GAESA|ak_bmsc|bm_|_abck|visid_incap|incap_ses|nlbi_|BIGip|TS[0-9a-f]{6,}|_vercel|__vdpl|fly-|heroku-|DO-LB$|INGRESSCOOKIE$|route$|ASLBSA|ApplicationGatewayAffinity|SERVERID$|KC_ROUTE$)/i;

/** Google, Meta, PostHog, Amplitude, Mixpanel, Segment, HubSpot, Hotjar, Clarity, Matomo, Microsoft, LinkedIn, TikTok, Intercom; Cookiebot, OneTrust, Usercentrics, CookieYes; Optimizely, Statsig, GrowthBook, VWO. */
const STATISTICS =
  /^(?:_ga(?:$|_)|_gid$|_gat|_gcl_|_gac_|__utm|_fbp$|_fbc$|ph_.+_posthog$|AMP_|amplitude_|mp_.+_mixpanel$|ajs_|__hs|hubspotutk$|_hj|_clck$|_clsk$|_pk_|_uet|li_|_tt|intercom-(?:id|device-id)-|CookieConsent$|Optanon|uc_|cookieyes-|optimizely|statsig_|growthbook_|_vwo_)/;

/** Words that stand for a login, each where a name has one: not in `sidebar`, `author` or `authorised`. */
const SESSION =
  /sess(?:ion)?(?:[^a-z]|id|$)|sess(?:ion)?$|(?:^|[^a-z])(?:auth|jwt|sid|token)(?:[^a-z]|$)|(?:auth|access|refresh|id|login)[_.-]?token|(?:^|[a-z])(?:Token|Jwt|Sid|SessionId)(?:[^a-z]|$)|sessid|connect\.sid/;

/** Names about how a page looks or what was agreed to; their words are no credentials. */
const PREFERENCE = /consent|banner|theme|locale|lang|analytics|recording|replay|count|seen|dismissed/i;

/** Tells what a cookie is for. */
export function kindOf({ name, random }: Pick<SetCookie, 'name' | 'random'>): CookieKind {
  if (CLERK_SCRIPT.test(name)) return 'clerk script';
  if (CLERK_SERVER.test(name)) return 'clerk server';
  if (CSRF.test(name)) return 'csrf';
  if (INFRASTRUCTURE.test(name)) return 'infrastructure';
  if (STATISTICS.test(name)) return 'statistics';
  const bare = name.replace(/^__(?:Host|Secure)-/i, '');
  // A session has a value that nobody can guess; `session_theme=dark` has none.
  if (random && !PREFERENCE.test(bare) && (SESSION.test(bare) || SESSION.test(bare.toLowerCase()))) return 'session';
  return random ? 'random' : 'other';
}
