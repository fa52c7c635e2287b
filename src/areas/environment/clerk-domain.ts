import { parsePublishableKey } from '../../target/clerk.ts';
import type { Exchange } from '../../target/exchange.ts';
import { elementsByTag } from '../../target/html.ts';
import type { Identity } from '../../target/identity.ts';

/** How the browser reaches the Frontend API. */
export interface ClerkDomain {
  /**
   * `direct`: at `clerk.<domain>` of the publishable key. `satellite`: at `clerk.<domain>` of a satellite of that
   * domain. `proxy`: below a path of the app's own site.
   */
  readonly mode: 'direct' | 'satellite' | 'proxy';
  /** Origin of the Frontend API, or URL of the proxy. */
  readonly frontendApi: string;
}

/** Where the SDK puts the proxy on deployments at vercel.app (`@clerk/shared` proxy.ts). */
const AUTO_PROXY_PATH = '/__clerk';

/** What the pages say of the way to the Frontend API; undefined without a publishable key. */
export function clerkDomain({ clerk }: Identity, pages: readonly Exchange[]): ClerkDomain | undefined {
  if (clerk.publishableKey === undefined || clerk.frontendApi === undefined) return undefined;
  const named = parsePublishableKey(clerk.publishableKey)?.frontendApi;
  if (clerk.frontendApi !== `https://${named}`) return { mode: 'proxy', frontendApi: clerk.frontendApi };
  const domain = pages
    .flatMap((page) => elementsByTag(page, 'script'))
    .map(({ attributes }) => attributes['data-clerk-domain'])
    .find((value) => value !== undefined && value !== '');
  // As @clerk/shared addClerkPrefix() does.
  return domain === undefined || clerk.publishableKeyKind !== 'live'
    ? { mode: 'direct', frontendApi: clerk.frontendApi }
    : { mode: 'satellite', frontendApi: `https://clerk.${domain.replace(/^(https?:\/\/)?(clerk\.)?/, '')}` };
}

/** The proxy that a deployment at vercel.app has by itself; undefined for other sites. */
export function autoProxy(origin: string): string | undefined {
  return new URL(origin).hostname.endsWith('.vercel.app') ? origin + AUTO_PROXY_PATH : undefined;
}

/** Names that the Clerk Dashboard wants to be CNAME records for this Frontend API; the mail records cannot be guessed. */
export function clerkNames({ mode, frontendApi }: ClerkDomain): string[] {
  if (mode === 'proxy') return [];
  const { hostname } = new URL(frontendApi);
  // A satellite has the Account Portal of its primary domain.
  const portal = mode === 'direct' && hostname.startsWith('clerk.') ? [hostname.replace(/^clerk\./, 'accounts.')] : [];
  return [hostname, ...portal];
}
