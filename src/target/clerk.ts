import { createHash } from 'node:crypto';
import { elementsByTag } from './html.ts';
import { body, header } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** A publishable key taken apart (facts: `pk_(test|live)_` + base64 of `<Frontend API host>$`). */
export interface PublishableKey {
  readonly key: string;
  readonly kind: 'live' | 'test';
  /** Host, with a port only where one was encoded: `clerk.example.com`. */
  readonly frontendApi: string;
}

/** Parses a publishable key; undefined when it is malformed. */
export function parsePublishableKey(key: string): PublishableKey | undefined {
  const match = /^pk_(test|live)_([A-Za-z0-9+/_-]+={0,2})$/.exec(key);
  if (!match) return undefined;
  const decoded = Buffer.from(match[2] ?? '', 'base64').toString('latin1');
  if (!/^[\w.-]+(:\d+)?\$$/.test(decoded) || !decoded.includes('.')) return undefined;
  return { key, kind: match[1] === 'live' ? 'live' : 'test', frontendApi: decoded.slice(0, -1) };
}

/** What a page says about its Clerk instance. */
export interface ClerkTraces {
  /** Keys that the page hands to Clerk, as written, malformed ones too; examples in documentation and Stripe's keys do not count. */
  readonly publishableKeys: readonly string[];
  /** URLs of Clerk's own scripts. */
  readonly scripts: readonly string[];
  readonly proxyUrl?: string;
}

/**
 * Members that SDKs write into pages; the backslash is there in RSC rows, where JSON is a string in JSON. React Router
 * sends names and values as strings of one list. A `=` is JSX in a code sample.
 */
const ASSIGNED_KEY =
  /(?:publishable_?key|CLERK_PUBLISHABLE_KEY)(?:\\*["']?\s*:|\\*["']\s*,)\s*\\*["'`](pk_[^"'`\\\s<]*)/gi;
/** Clerk's state in other frameworks than Next.js; libraries of all kinds have a `proxyUrl` of their own. */
const ASSIGNED_PROXY = /__proxyUrl(?:\\*["']?\s*:|\\*["']\s*,)\s*\\*["'`]((?:https?:\/)?\/[^"'`\\\s<]+)/;
const BUNDLED_KEY = /["'`](pk_(?:test|live)_[A-Za-z0-9+/=_-]{8,})["'`]/g;

/** Finds the traces of Clerk in an HTML page. */
export function clerkTraces(page: Exchange): ClerkTraces {
  const scripts = elementsByTag(page, 'script');
  const attribute = (name: string) => scripts.flatMap(({ attributes }) => attributes[name] ?? []);
  const declared = attribute('data-clerk-publishable-key');
  const inline = scripts.flatMap(({ text }) => [...text.matchAll(ASSIGNED_KEY)].map((match) => match[1] ?? ''));
  const assignedProxy = () =>
    scripts.map(({ text }) => ASSIGNED_PROXY.exec(text)?.[1]).find((url) => url !== undefined);
  const proxyUrl = attribute('data-clerk-proxy-url')[0] ?? assignedProxy();
  return {
    // Where Clerk's own script names its key, any other in the page is text, as in documentation.
    publishableKeys: unique(declared.length > 0 ? declared : inline.filter((key) => !isStripeKey(key))),
    scripts: attribute('src').filter((src) => /\/npm\/@clerk\/(clerk-js|ui)@/.test(src)),
    ...(proxyUrl !== undefined && proxyUrl !== '' && { proxyUrl }),
  };
}

/** Finds publishable keys in a script, where only the string itself is left. */
export function bundledPublishableKeys(script: Exchange): readonly string[] {
  return unique(
    [...body(script).matchAll(BUNDLED_KEY)].map((match) => match[1] ?? '').filter((key) => !isStripeKey(key)),
  );
}

/** Stripe's publishable keys have the same prefix, but what follows encodes no host name. */
function isStripeKey(key: string): boolean {
  const random = /^pk_(?:test|live)_([A-Za-z0-9]{24,})$/.exec(key)?.[1];
  return random !== undefined && !/^[\w.:-]+\$?$/.test(Buffer.from(random, 'base64').toString('latin1'));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value !== ''))];
}

/** Suffix by which instances on one domain tell their cookies apart (`@clerk/shared` getCookieSuffix). */
export function cookieSuffix(publishableKey: string): string {
  return createHash('sha1').update(publishableKey).digest('base64url').slice(0, 8);
}

/** Cookies under their plain names and under those with the suffix of the instance. */
export function withSuffix(
  values: Readonly<Record<string, string>>,
  publishableKey: string | undefined,
): Record<string, string> {
  if (publishableKey === undefined) return values;
  const suffix = cookieSuffix(publishableKey);
  return {
    ...values,
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}_${suffix}`, value])),
  };
}

/** Says in a cause that it was Clerk's middleware that answered, where the answer shows it. */
export function byClerk(exchange: Exchange): string {
  return header(exchange, 'x-clerk-auth-status') === undefined
    ? ''
    : ' (Clerk’s x-clerk-auth-status header is on the answer)';
}

/** Says in a fix how a route that must be open to anyone is kept from the guard. */
export function leaveUnguarded(route: string): string {
  return `Leave the ${route} route out of the guard (of the protected matcher in Next.js; elsewhere register it before the guard)`;
}
