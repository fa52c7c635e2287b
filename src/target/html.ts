import { parse } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';
import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

/** An element of a page: its tag, attributes and direct text. */
export interface HtmlElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

const parsed = new WeakMap<Exchange, readonly HtmlElement[]>();

/** Every element of a page in document order; parsed once for each exchange. */
export function elements(exchange: Exchange): readonly HtmlElement[] {
  const known = parsed.get(exchange);
  if (known) return known;
  const found: HtmlElement[] = [];
  walk(parse(body(exchange)), (element) => found.push(element));
  parsed.set(exchange, found);
  return found;
}

/** Elements with a tag name. */
export function elementsByTag(exchange: Exchange, tag: string): readonly HtmlElement[] {
  return elements(exchange).filter((element) => element.tag === tag);
}

/** Text that a person would read: no scripts, styles or templates; white space folded. */
export function visibleText(exchange: Exchange): string {
  return elements(exchange)
    .filter(({ tag }) => !['script', 'style', 'template', 'noscript', 'title'].includes(tag))
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Text of the `<title>`. */
export function title(exchange: Exchange): string {
  return elementsByTag(exchange, 'title')[0]?.text.trim() ?? '';
}

function walk(node: Node, visit: (element: HtmlElement) => void): void {
  if ('tagName' in node) {
    visit({
      tag: node.tagName,
      attributes: Object.fromEntries(node.attrs.map(({ name, value }) => [name, value])),
      text: node.childNodes
        .map((child) => (child.nodeName === '#text' && 'value' in child ? child.value : ''))
        .join(''),
    });
  }
  if ('childNodes' in node) for (const child of node.childNodes) walk(child, visit);
}
