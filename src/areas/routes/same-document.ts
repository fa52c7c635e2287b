import { body, isHtml } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { UNREAD, elements, title } from '../../target/html.ts';
import { jsonOf } from '../../target/json.ts';
import { isRecord } from '../../is-record.ts';
import { contains } from './shared.ts';

/** Share of lines that two documents must have in common to count as one; clocks, greetings and adverts may differ. */
const SAME = 0.9;

/** Fewer lines than this are a shell, which is told apart by its elements. */
const SHELL_LINES = 3;

/** Letters and digits that a line needs before it can identify a page: `Save` is on many. */
const MIN_TELLING = 6;

/** Texts that a refusal and the page behind it must share where they differ: one may be the name of the page. */
const MIN_CARRIED = 2;

/** Lines learned of one page; more would prove nothing more. */
const MAX_LINES = 40;

const UNTOLD = new Set([...UNREAD, 'head', 'html']);

/**
 * True when two answers show the same, although ids, nonces, times and the echoed address differ:
 * a soft 404, the shell of a single-page app, the home page or the sign-in page under another URL.
 */
export function isSameDocument(a: Exchange, b: Exchange): boolean {
  if (body(a) === body(b)) return true;
  if (!isHtml(a) || !isHtml(b)) {
    return isHtml(a) === isHtml(b) && withoutChance(body(a), a) === withoutChance(body(b), b);
  }
  if (withoutChance(title(a), a) !== withoutChance(title(b), b)) return false;
  const read = [linesOf(a), linesOf(b)] as const;
  if (read.every((each) => each.size < SHELL_LINES)) {
    return overlap(...read) === 1 && overlap(structureOf(a), structureOf(b)) >= SAME;
  }
  return overlap(...read) >= SAME;
}

/** Texts of an answer that stand in none of the others: what only this visitor is shown, or this page alone has. */
export function ownTexts(exchange: Exchange, others: readonly Exchange[]): string[] {
  const texts = isHtml(exchange) ? visibleLines(exchange) : jsonTexts(exchange);
  return [...new Set(texts)]
    .filter((text) => (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) >= MIN_TELLING)
    .filter((text) => !others.some((other) => shows(other, text)))
    .slice(0, MAX_LINES);
}

/**
 * What a refusal carries of the page that it refuses: whole lines or values that stand in no other answer.
 * Most of them are the page itself; fewer may be the layout around both.
 */
export function carriedBy(
  refusal: Exchange,
  page: Exchange,
  others: readonly Exchange[],
): { readonly texts: readonly string[]; readonly isPage: boolean } {
  const own = ownTexts(page, others);
  const texts = ownTexts(refusal, others).filter((text) => own.includes(text));
  const isSame = texts.length > 0 && isSameDocument(refusal, page);
  if (!isSame && texts.length < MIN_CARRIED) return { texts: [], isPage: false };
  return { texts, isPage: isSame || texts.length >= SAME * own.length };
}

/** The texts that an answer has in its body, in whatever form: page, payload of the router, JSON. */
export function textsIn(exchange: Exchange, texts: readonly string[]): string[] {
  return texts.filter((text) => shows(exchange, text));
}

/** True when a text stands in a body as it is, or is read there as one line, which markup may cut into pieces. */
export function shows(exchange: Exchange, text: string): boolean {
  return contains(exchange, text) || (isHtml(exchange) && visibleLines(exchange).includes(text));
}

const lines = new WeakMap<Exchange, readonly string[]>();

function visibleLines(exchange: Exchange): readonly string[] {
  const known = lines.get(exchange);
  if (known) return known;
  const read = elements(exchange)
    .filter(({ tag }) => !UNTOLD.has(tag))
    .map(({ text }) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  lines.set(exchange, read);
  return read;
}

const telling = new WeakMap<Exchange, ReadonlySet<string>>();

function linesOf(exchange: Exchange): ReadonlySet<string> {
  const known = telling.get(exchange) ?? new Set(visibleLines(exchange).map((line) => withoutChance(line, exchange)));
  telling.set(exchange, known);
  return known;
}

function structureOf(exchange: Exchange): Set<string> {
  return new Set(
    elements(exchange).map(
      ({ tag, attributes }) => `${tag} ${attributes['id'] ?? ''} ${(attributes['src'] ?? '').split('?')[0]}`,
    ),
  );
}

/** Without the address asked for, which an answer may echo, and without what differs from answer to answer. */
function withoutChance(text: string, { request }: Exchange): string {
  // As sent: a URL object would have resolved dot segments.
  const path = request.url.replace(/^https?:\/\/[^/]*/, '').split('?')[0] ?? '/';
  const last = path.split('/').findLast((segment) => segment.length >= MIN_TELLING) ?? '';
  return [path, decoded(path), last, decoded(last)]
    .filter((each) => each.length > 1)
    .reduce((rest, each) => rest.replaceAll(each, ''), text)
    .replace(/[\w+/=-]*\d[\w+/=-]*/g, '#')
    .replace(/\s+/g, ' ');
}

/** Text with its percent-encodings resolved, as far as they can be. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((each) => b.has(each)).length;
  const all = a.size + b.size - common;
  return all === 0 ? 1 : common / all;
}

/** The text values of a JSON answer, at any depth. */
function jsonTexts(exchange: Exchange): string[] {
  return leaves(jsonOf(exchange));
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((each: unknown) => leaves(each));
  return isRecord(value) ? Object.values(value).flatMap((each) => leaves(each)) : [];
}
