import { body, headerValues, isHtml, redirectTarget } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { elementsByTag } from '../../target/html.ts';
import { registrableDomain } from '../../target/site.ts';

const FOREIGN_NAME = 'clerk-readiness-foreign';

/** A host of nobody: names under `.example` are reserved (RFC 2606 section 3). */
export const FOREIGN_HOST = `${FOREIGN_NAME}.example`;

/** Parameters that say where to go next: Clerk's own, and those that apps read by hand. */
export const PARAMETERS = [
  'redirect_url',
  'sign_in_force_redirect_url',
  'sign_in_fallback_redirect_url',
  'sign_up_force_redirect_url',
  'sign_up_fallback_redirect_url',
  'after_sign_in_url',
  'after_sign_up_url',
  'next',
  'returnTo',
  'return_to',
  'redirect',
  'redirectTo',
  'redirect_to',
  'redirectUrl',
  'returnUrl',
  'return_url',
  'continue',
  'callbackUrl',
  'url',
  'from',
  'to',
  'destination',
  'goto',
] as const;

/** Spellings of a foreign address, some of which a browser takes for one and a careless check does not. */
export function foreignAddresses(origin: string): string[] {
  const { host, hostname } = new URL(origin);
  const domain = registrableDomain(hostname);
  return [
    `https://${FOREIGN_HOST}/`,
    `//${FOREIGN_HOST}/`,
    `/\\${FOREIGN_HOST}/`,
    `\\\\${FOREIGN_HOST}/`,
    `///${FOREIGN_HOST}/`,
    `/\t/${FOREIGN_HOST}/`,
    `https:${FOREIGN_HOST}/`,
    `https://${host}@${FOREIGN_HOST}/`,
    `https://${host}.${FOREIGN_HOST}/`,
    `https://${FOREIGN_HOST}/?${origin}`,
    ` HTTPS://${FOREIGN_HOST}/`,
    ...(domain === undefined ? [] : [`https://${FOREIGN_NAME}${domain}/`]),
    `%2f%2f${FOREIGN_HOST}/`,
    // Own by its origin, and foreign when only its path is gone to.
    `${origin}//${FOREIGN_HOST}/`,
    `/.//${FOREIGN_HOST}/`,
    `javascript:alert(document.domain)//${FOREIGN_HOST}`,
  ];
}

/** Paths that are a foreign address as soon as a server redirects to a tidier form of them. */
export const FOREIGN_PATHS = [
  `//${FOREIGN_HOST}/`,
  `//${FOREIGN_HOST}/x`,
  `//${FOREIGN_HOST}/%2f%2e%2e`,
  `/%5c${FOREIGN_HOST}/`,
] as const;

/** Every address that a visit was sent to: by Location, by Refresh, or by a meta element. */
export function destinations({ exchanges }: Visit): Array<{ readonly to: URL; readonly exchange: Exchange }> {
  return exchanges.flatMap((exchange) =>
    [redirectTarget(exchange), ...refreshes(exchange)].flatMap((to) => (to ? [{ to, exchange }] : [])),
  );
}

/** True for the foreign host, what is below it and what ends like the app's domain, and for a script in place of an address. */
export function isForeign({ protocol, hostname }: URL): boolean {
  if (/^(javascript|data|vbscript):$/.test(protocol)) return true;
  return `.${hostname}`.includes(`.${FOREIGN_NAME}`);
}

function refreshes(exchange: Exchange): URL[] {
  const metas = isHtml(exchange) && /http-equiv/i.test(body(exchange)) ? elementsByTag(exchange, 'meta') : [];
  const values = [
    ...headerValues(exchange, 'refresh'),
    ...metas
      .filter(({ attributes }) => attributes['http-equiv']?.toLowerCase() === 'refresh')
      .map(({ attributes }) => attributes['content'] ?? ''),
  ];
  return values
    .map((value) => /^\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?["']?(.+?)["']?\s*$/i.exec(value)?.[1])
    .flatMap((address) =>
      address !== undefined && URL.canParse(address, exchange.request.url)
        ? [new URL(address, exchange.request.url)]
        : [],
    );
}
