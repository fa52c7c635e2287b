import { elementsByTag } from '../../target/html.ts';
import type { HtmlElement } from '../../target/html.ts';
import { header } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Page } from './pages.ts';
import { scriptNonces } from './policy.ts';
import type { Policy } from './policy.ts';
import { allowsScript } from './source.ts';
import type { ScriptRequest } from './source.ts';

/** Least entropy of a nonce, in bits: the 128 of CSP 3 section 7.1, less what a UUID (122) or nanoid() (126) falls short of it. */
export const MIN_NONCE_BITS = 120;

/** Entropy that a nonce can have at most, judged by its length and alphabet. */
export function nonceBits(nonce: string): number {
  const bare = nonce.replace(/=+$/, '').replaceAll('-', '');
  if (/^\d*$/.test(bare)) return Math.floor(bare.length * Math.log2(10));
  return /^([0-9a-f]*|[0-9A-F]*)$/.test(bare) ? bare.length * 4 : nonce.replace(/=+$/, '').length * 6;
}

/** Bits by which nonces must differ; a version 7 UUID has 74 random ones, a time or a counter far fewer. */
export const MIN_VARYING_BITS = 72;

/** Entropy of the positions at which nonces of one length differ; undefined for fewer than three, which may agree by chance. */
export function varyingBits(nonces: readonly string[]): number | undefined {
  const all = [...new Set(nonces)];
  const groups = all.map(({ length }) => all.filter((nonce) => nonce.length === length));
  const [alike = []] = groups.toSorted((a, b) => b.length - a.length);
  if (alike.length < 3) return undefined;
  const varies = (at: number) => alike.some((nonce) => nonce[at] !== alike[0]?.[at]);
  return Math.max(...alike.map((nonce) => nonceBits([...nonce].filter((_, at) => varies(at)).join(''))));
}

/** Scripts of a page that its own nonce policy stops. */
export interface BlockedScripts {
  /** Scripts of the app itself, and inline ones. */
  readonly own: readonly string[];
  /** Scripts that another party put in. */
  readonly foreign: readonly string[];
  /** How many scripts carry the nonce of the policy. */
  readonly carrying: number;
  /** A nonce in the page that the policy does not name. */
  readonly otherNonce?: string;
}

/** Finds the scripts that the page's header policies with a nonce stop. */
export function blockedScripts({ exchange, url }: Page, policies: readonly Policy[]): BlockedScripts {
  const strict = policies.filter((policy) => policy.delivery === 'header' && scriptNonces(policy).length > 0);
  const nonces = new Set(strict.flatMap(scriptNonces));
  const scripts = elementsByTag(exchange, 'script').filter(isExecuted);
  // A redacted script has another hash than the one that was sent.
  const intact = scripts.filter(({ text }) => !text.includes('[redacted'));
  const blocked = intact.filter((script) => strict.some((policy) => !allowsScript(policy, request(script, url), url)));
  const otherNonce = scripts
    .map(({ attributes }) => attributes['nonce'] ?? '')
    .find((nonce) => nonce !== '' && !nonces.has(nonce));
  return {
    own: blocked.filter((script) => !isForeign(script, url)).map(label),
    foreign: blocked.filter((script) => isForeign(script, url)).map(label),
    carrying: scripts.filter(({ attributes }) => nonces.has(attributes['nonce'] ?? '')).length,
    ...(strict.length > 0 && otherNonce !== undefined && { otherNonce }),
  };
}

/** Script types that a browser executes; any other makes a data block. Speculation rules only fetch ahead. */
const EXECUTED =
  /^(|module|importmap|(text|application)\/(x-)?(java|ecma)script(1\.[0-5])?|text\/(jscript|livescript))$/i;

function isExecuted({ attributes, text }: HtmlElement): boolean {
  const type = (attributes['type'] ?? '').trim();
  // For old browsers alone: one that knows modules passes over it.
  const isForOld = attributes['nomodule'] !== undefined && !/^module$/i.test(type);
  return EXECUTED.test(type) && !isForOld && (attributes['src'] !== undefined || text !== '');
}

/** A script element as the policy sees it. */
export function request({ attributes, text }: HtmlElement, page: URL): ScriptRequest {
  const src = attributes['src'];
  return {
    parserInserted: true,
    ...(src === undefined ? { text } : URL.canParse(src, page) && { url: new URL(src, page) }),
    ...(attributes['nonce'] !== undefined && { nonce: attributes['nonce'] }),
    ...(attributes['integrity'] !== undefined && { integrity: attributes['integrity'] }),
  };
}

/** Another origin's script, or one that Cloudflare writes into pages on their way. */
function isForeign({ attributes, text }: HtmlElement, page: URL): boolean {
  const src = attributes['src'];
  if (src === undefined) return text.includes('__CF$cv$params');
  return URL.canParse(src, page) && (new URL(src, page).origin !== page.origin || src.includes('/cdn-cgi/'));
}

function label({ attributes, text }: HtmlElement): string {
  return attributes['src'] ?? `inline “${text.trim().slice(0, 40)}…”`;
}

/** Headers by which a page gives away that it was rendered before the request. */
export function prerenderMark(page: Exchange): string | undefined {
  const marks: ReadonlyArray<readonly [name: string, value: RegExp]> = [
    ['x-nextjs-prerender', /1/],
    ['x-nextjs-cache', /HIT|STALE|PRERENDER/i],
    ['x-vercel-cache', /HIT|STALE|PRERENDER/i],
    ['cf-cache-status', /HIT|STALE|REVALIDATED/i],
    ['x-cache', /hit/i],
    ['age', /[1-9]/],
    ['cache-control', /s-maxage=[1-9]/i],
  ];
  const mark = marks.find(([name, value]) => value.test(header(page, name) ?? ''));
  return mark && `${mark[0]}: ${header(page, mark[0])}`;
}
