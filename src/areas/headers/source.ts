import { createHash } from 'node:crypto';
import { governing } from './policy.ts';
import type { Policy } from './policy.ts';

/** A script as the policy sees it. */
export interface ScriptRequest {
  /** Undefined for an inline script. */
  readonly url?: URL;
  /** Text of an inline script. */
  readonly text?: string;
  readonly nonce?: string;
  /** The `integrity` attribute. */
  readonly integrity?: string;
  /** True for a `<script>` element in the HTML, false for one that another script inserted. */
  readonly parserInserted: boolean;
}

/** True when a policy lets a page load from a URL: connections, images, frames, workers (CSP 3 section 6.7.2.5). */
export function allowsFetch(policy: Policy, directive: string, url: URL, page: URL): boolean {
  const rule = governing(policy, directive);
  if (!rule) return true;
  // A worker that script-src decides about is script-like, so 'strict-dynamic' trusts it (CSP 3 section 6.1.12).
  if (directive === 'worker-src' && rule.name === 'script-src' && has(rule.sources, "'strict-dynamic'")) return true;
  return matchesList(rule.sources, url, page);
}

/** True when a policy lets a page run a script (CSP 3 sections 6.7.1.1 and 6.7.3.3). */
export function allowsScript(policy: Policy, script: ScriptRequest, page: URL): boolean {
  const rule = governing(policy, 'script-src-elem');
  if (!rule) return true;
  const { sources } = rule;
  if (script.nonce !== undefined && script.nonce !== '' && sources.includes(`'nonce-${script.nonce}'`)) return true;
  if (script.url === undefined) return allowsInline(sources, script.text ?? '', 'script');
  if (script.integrity !== undefined && matchesIntegrity(sources, script.integrity)) return true;
  // Where no script of the page itself may run, none is there to insert another.
  if (has(sources, "'strict-dynamic'")) return !script.parserInserted && sources.some(isNonceOrHash);
  return matchesList(sources, script.url, page);
}

/** True when a policy lets a page insert style elements whose text is known only at run time. */
export function allowsRuntimeStyles(policy: Policy): boolean {
  const rule = governing(policy, 'style-src-elem');
  return !rule || allowsAllInline(rule.sources, 'style');
}

/** CSP 3 section 6.7.3.2: a nonce or a hash, and for scripts 'strict-dynamic', disables 'unsafe-inline'. */
function allowsAllInline(sources: readonly string[], type: 'script' | 'style'): boolean {
  return (
    has(sources, "'unsafe-inline'") &&
    !sources.some(isNonceOrHash) &&
    !(type === 'script' && has(sources, "'strict-dynamic'"))
  );
}

function isNonceOrHash(source: string): boolean {
  return /^'(nonce-.+|sha(256|384|512)-.+)'$/i.test(source);
}

function allowsInline(sources: readonly string[], text: string, type: 'script' | 'style'): boolean {
  if (allowsAllInline(sources, type)) return true;
  return ['sha256', 'sha384', 'sha512'].some((algorithm) => {
    const digest = createHash(algorithm).update(text, 'utf8').digest('base64');
    return sources.some((source) => normalHash(source) === `'${algorithm}-${digest}'`);
  });
}

/** Every hash of the strongest kind would do for the browser; all of them must be listed to be allowed (section 6.7.1.1). */
function matchesIntegrity(sources: readonly string[], integrity: string): boolean {
  const hashes = integrity.split(/\s+/).filter((hash) => /^sha(256|384|512)-/i.test(hash));
  return (
    hashes.length > 0 &&
    hashes.every((hash) => sources.some((source) => normalHash(source) === normalHash(`'${hash.split('?')[0]}'`)))
  );
}

/** Hashes compare in base64, however they are written. */
function normalHash(source: string): string {
  const match = /^'(sha(?:256|384|512))-(.+)'$/i.exec(source);
  return match ? `'${match[1]?.toLowerCase()}-${match[2]?.replaceAll('-', '+').replaceAll('_', '/')}'` : source;
}

function has(sources: readonly string[], keyword: string): boolean {
  return sources.some((source) => source.toLowerCase() === keyword);
}

/** CSP 3 section 6.7.2.7; an empty list and `'none'` match nothing. */
function matchesList(sources: readonly string[], url: URL, page: URL): boolean {
  return sources.some((source) => matchesSource(source, url, page));
}

const SCHEME_SOURCE = /^[a-z][a-z0-9+.-]*:$/i;
const HOST_SOURCE =
  /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\])(?::(\d+|\*))?(\/[^?#]*)?(?:[?#].*)?$/i;

/** True when a URL matches one source expression of a page (CSP 3 section 6.7.2.8). */
export function matchesSource(source: string, url: URL, page: URL): boolean {
  if (source === '*') return isNetworkScheme(url) || url.protocol === page.protocol;
  if (SCHEME_SOURCE.test(source)) return matchesScheme(source.toLowerCase(), url.protocol);
  if (source.toLowerCase() === "'self'") return matchesSelf(url, page);
  const match = HOST_SOURCE.exec(source);
  if (!match || !isNetworkScheme(url)) return false;
  const [, scheme, host = '', port, path] = match;
  const protocol = scheme === undefined ? page.protocol : `${scheme.toLowerCase()}:`;
  return (
    matchesScheme(protocol, url.protocol) &&
    matchesHost(host, url.hostname) &&
    matchesPort(port, url, protocol) &&
    matchesPath(path, url.pathname)
  );
}

function isNetworkScheme({ protocol }: URL): boolean {
  return ['http:', 'https:', 'ws:', 'wss:'].includes(protocol);
}

/** A scheme also stands for its secure form (section 6.7.2.9); ws: does not stand for https: in Chromium, whatever the text says. */
function matchesScheme(allowed: string, actual: string): boolean {
  return allowed === actual || (allowed === 'http:' && actual === 'https:') || (allowed === 'ws:' && actual === 'wss:');
}

/** `'self'` is the page's origin, or its secure form on default ports; never `blob:` (WPT csp/blob/self-doesnt-match-blob). */
function matchesSelf(url: URL, page: URL): boolean {
  if (!isNetworkScheme(url)) return false;
  if (url.origin === page.origin) return true;
  const samePort = url.port === page.port || (url.port === '' && page.port === '');
  return (
    url.hostname === page.hostname &&
    samePort &&
    (['https:', 'wss:'].includes(url.protocol) || (page.protocol === 'http:' && url.protocol === 'ws:'))
  );
}

/** Section 6.7.2.10; addresses compare as text, as browsers do. */
function matchesHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  const wanted = pattern.toLowerCase();
  const actual = host.toLowerCase();
  return wanted.startsWith('*.') ? actual.endsWith(wanted.slice(1)) : wanted === actual;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443' };

/** Section 6.7.2.11; port 80 also stands for 443 where the scheme was upgraded. */
function matchesPort(pattern: string | undefined, url: URL, allowedProtocol: string): boolean {
  if (pattern === '*') return true;
  const actual = url.port === '' ? DEFAULT_PORTS[url.protocol] : url.port;
  if (pattern === undefined) return actual === DEFAULT_PORTS[url.protocol];
  return pattern === actual || (pattern === '80' && actual === '443' && allowedProtocol !== url.protocol);
}

/** Section 6.7.2.12: a trailing slash stands for everything below, any other path for itself. */
function matchesPath(pattern: string | undefined, path: string): boolean {
  if (pattern === undefined || pattern === '/') return true;
  const wanted = decoded(pattern);
  const actual = decoded(path);
  return wanted.endsWith('/') ? actual.startsWith(wanted) : actual === wanted;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
