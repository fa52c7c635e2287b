import { CspParser } from 'csp_evaluator/dist/parser.js';
import { headerValues } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { metaContents } from './pages.ts';

/** One Content Security Policy that a browser enforces. */
export interface Policy {
  /** As sent, one policy without its neighbours. */
  readonly text: string;
  readonly delivery: 'header' | 'meta';
  /** Sources by directive; names in lower case, the first of repeated directives (CSP 3 section 2.2.1). */
  readonly directives: Readonly<Record<string, readonly string[] | undefined>>;
}

/** Directives that a `<meta>` policy cannot set (CSP 3 section 3.3). */
const HEADER_ONLY = ['frame-ancestors', 'report-uri', 'sandbox'];

/** Directives that stand in for another, in order (CSP 3 section 6.8.3). */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  'script-src-elem': ['script-src-elem', 'script-src', 'default-src'],
  'script-src-attr': ['script-src-attr', 'script-src', 'default-src'],
  'style-src-elem': ['style-src-elem', 'style-src', 'default-src'],
  'worker-src': ['worker-src', 'child-src', 'script-src', 'default-src'],
  'frame-src': ['frame-src', 'child-src', 'default-src'],
};

/** Every enforced policy of a page. Repeated headers and commas make several policies, and each of them must allow a thing. */
export function enforcedPolicies(page: Exchange): Policy[] {
  const sent = headerValues(page, 'content-security-policy').flatMap((value) => value.split(','));
  const meta = metaContents(
    page,
    (attributes) => attributes['http-equiv']?.toLowerCase() === 'content-security-policy',
  );
  return [
    ...sent.map((text) => policy(text, 'header')),
    ...meta.flatMap((content) => content.split(',')).map((text) => policy(text, 'meta')),
  ].filter(({ directives }) => Object.keys(directives).length > 0);
}

/** Parses one policy. */
export function policy(text: string, delivery: Policy['delivery'] = 'header'): Policy {
  const parsed = Object.entries(new CspParser(text).csp.directives);
  const kept = parsed.filter(([name]) => delivery === 'header' || !HEADER_ONLY.includes(name));
  return { text: text.trim(), delivery, directives: Object.fromEntries(kept) };
}

/** The directive that decides about a resource and its sources; undefined when nothing restricts it. */
export function governing(
  { directives }: Policy,
  directive: string,
): { readonly name: string; readonly sources: readonly string[] } | undefined {
  for (const name of FALLBACKS[directive] ?? [directive, 'default-src']) {
    const sources = directives[name];
    if (sources) return { name, sources };
  }
  return undefined;
}

/** Nonces of the directive that decides about script elements. */
export function scriptNonces(policy: Policy): string[] {
  return (governing(policy, 'script-src-elem')?.sources ?? []).flatMap((source) => NONCE.exec(source)?.[1] ?? []);
}

const NONCE = /^'nonce-(.+)'$/i;
