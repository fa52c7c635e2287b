import { createRequire } from 'node:module';
import { isIP } from 'node:net';

const require = createRequire(import.meta.url);

/** The list of public suffixes is long, and only what compares domains needs it. */
const suffixes = () => require('tldts') as typeof import('tldts');

/** `example.com` for `app.example.com`; undefined for addresses and single names, which nobody registers. */
export function registrableDomain(hostname: string): string | undefined {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return undefined;
  return suffixes().parse(host, { allowPrivateDomains: true }).domain ?? undefined;
}

/** True for a name that public DNS may know: below a suffix of the public list. */
export function isPublicName(hostname: string): boolean {
  const { domain, isIcann, isPrivate } = suffixes().parse(hostname, { allowPrivateDomains: true });
  return domain !== null && (isIcann === true || isPrivate === true);
}

/** True for two origins of one site (HTML, "schemefully same site"), between which cookies with SameSite travel. */
export function isSameSite(a: string, b: string): boolean {
  const [one, two] = [new URL(a), new URL(b)];
  const domain = registrableDomain(one.hostname);
  const isShared = domain === undefined ? one.hostname === two.hostname : domain === registrableDomain(two.hostname);
  return isShared && one.protocol === two.protocol;
}
