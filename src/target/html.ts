import { Tokenizer, TokenizerMode, foreignContent } from 'parse5';
import type { Token, TokenHandler } from 'parse5';
import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** An element of a page: its tag in lower case, its attributes and its direct text. */
export interface HtmlElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

const read = new WeakMap<Exchange, Reader>();

/**
 * Every element of a page in document order, without those in templates; read once for each exchange.
 * It is a flat list and no tree, so that no page, however deep or broken, takes more than one pass over its text.
 */
export function elements(exchange: Exchange): readonly HtmlElement[] {
  return readerOf(exchange).elements;
}

/** Text in the order of the document, as a person reads it: markup within a sentence is no gap, white space is folded. */
export function runningText(exchange: Exchange): string {
  return readerOf(exchange).running.replace(/\s+/g, ' ');
}

function readerOf(exchange: Exchange): Reader {
  const known = read.get(exchange);
  if (known) return known;
  const reader = new Reader();
  const tokenizer = new Tokenizer({}, reader);
  reader.tokenizer = tokenizer;
  tokenizer.write(body(exchange), true);
  read.set(exchange, reader);
  return reader;
}

/** Elements with a tag name. */
export function elementsByTag(exchange: Exchange, tag: string): readonly HtmlElement[] {
  return elements(exchange).filter((element) => element.tag === tag);
}

/** What relative addresses in a page are relative to: its `<base>`, else its own URL. */
export function baseOf(exchange: Exchange): string {
  const { url } = exchange.request;
  const bases = elementsByTag(exchange, 'base').map(({ attributes }) => attributes['href']);
  const href = bases.find((each) => each !== undefined);
  return href !== undefined && URL.canParse(href, url) ? new URL(href, url).href : url;
}

/** Text that a person would read: no scripts, styles or templates; white space folded. */
export function visibleText(exchange: Exchange): string {
  return elements(exchange)
    .filter(({ tag }) => !UNREAD.has(tag))
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Text of the `<title>`. */
export function title(exchange: Exchange): string {
  return elementsByTag(exchange, 'title')[0]?.text.trim() ?? '';
}

/** Elements whose text nobody sees. */
export const UNREAD: ReadonlySet<string> = new Set(['script', 'style', 'template', 'noscript', 'title']);

/** Elements that hold nothing (HTML section 13.1.2). */
const VOID = new Set(
  'area base basefont bgsound br col embed frame hr img input link meta param source track wbr'.split(' '),
);

/** Elements whose content is text, and how it is read; `noscript` as in a browser with scripts. */
const TEXT_ONLY: Readonly<Record<string, Tokenizer['state']>> = {
  ...Object.fromEntries(
    ['iframe', 'noembed', 'noframes', 'noscript', 'style', 'xmp'].map((tag) => [tag, TokenizerMode.RAWTEXT]),
  ),
  title: TokenizerMode.RCDATA,
  textarea: TokenizerMode.RCDATA,
  script: TokenizerMode.SCRIPT_DATA,
  plaintext: TokenizerMode.PLAINTEXT,
};

/** Elements that do not end the head; any other, and any text, begins the body, whether it has a tag or not. */
const IN_HEAD = new Set(
  'html head base basefont bgsound link meta noframes noscript script style template title'.split(' '),
);

/** Elements of SVG and MathML in which HTML begins again. */
const HTML_INSIDE = new Set(['foreignobject', 'annotation-xml']);

interface OpenElement {
  readonly tag: string;
  /** Undefined inside a template. */
  readonly element: { text: string } | undefined;
  /** True inside SVG and MathML, where other rules hold. */
  readonly foreign: boolean;
}

class Reader implements TokenHandler {
  readonly elements: HtmlElement[] = [];
  /** Text outside of elements that nobody sees. */
  running = '';
  tokenizer: Tokenizer | undefined;
  readonly #open: OpenElement[] = [];
  /** How many elements of a tag are open, so that a stray end tag costs nothing. */
  readonly #depths = new Map<string, number>();
  #body: { text: string } | undefined;

  onStartTag({ tagName, attrs, selfClosing, ...token }: Token.TagToken): void {
    while (this.#foreign && foreignContent.causesExit({ tagName, attrs, selfClosing, ...token })) this.#close();
    if (!IN_HEAD.has(tagName)) this.#enterBody(tagName);
    const foreign = tagName === 'svg' || tagName === 'math' || (this.#foreign && !HTML_INSIDE.has(tagName));
    const element = {
      tag: tagName,
      attributes: Object.fromEntries(attrs.map(({ name, value }) => [name, value])),
      text: '',
    };
    if (!this.#isOpen('template')) this.elements.push(element);
    if (tagName === 'body') this.#body = element;
    if (foreign ? selfClosing : VOID.has(tagName)) return;
    this.#open.push({ tag: tagName, element: this.#isOpen('template') ? undefined : element, foreign });
    this.#depths.set(tagName, (this.#depths.get(tagName) ?? 0) + 1);
    const state = foreign ? undefined : TEXT_ONLY[tagName];
    if (this.tokenizer) {
      if (state !== undefined) this.tokenizer.state = state;
      this.tokenizer.inForeignNode = foreign;
    }
  }

  onEndTag({ tagName }: Token.TagToken): void {
    if (!this.#isOpen(tagName)) return;
    while (this.#open.at(-1)?.tag !== tagName) this.#close();
    this.#close();
  }

  onCharacter({ chars }: Token.CharacterToken): void {
    const within = this.#open.at(-1);
    if (within === undefined || within.tag === 'html' || within.tag === 'head') this.#enterBody();
    const element =
      within === undefined || within.tag === 'html' || within.tag === 'head' ? this.#body : within.element;
    this.#add(element, chars);
  }

  onWhitespaceCharacter({ chars }: Token.CharacterToken): void {
    this.#add(this.#open.at(-1)?.element, chars);
  }

  #add(element: OpenElement['element'], chars: string): void {
    if (!element) return;
    element.text += chars;
    if (!UNREAD.has(this.#open.at(-1)?.tag ?? '')) this.running += chars;
  }

  onNullCharacter(): void {}
  onComment(): void {}
  onDoctype(): void {}
  onEof(): void {}

  get #foreign(): boolean {
    return this.#open.at(-1)?.foreign === true;
  }

  #isOpen(tag: string): boolean {
    return (this.#depths.get(tag) ?? 0) > 0;
  }

  #close(): void {
    const closed = this.#open.pop();
    if (!closed) return;
    this.#depths.set(closed.tag, (this.#depths.get(closed.tag) ?? 1) - 1);
    if (this.tokenizer) this.tokenizer.inForeignNode = this.#foreign;
  }

  /** The body begins where something of it stands, also without its tag. */
  #enterBody(tag?: string): void {
    if (this.#body || tag === 'body' || this.#isOpen('template')) return;
    const element = { tag: 'body', attributes: {}, text: '' };
    this.elements.push(element);
    this.#body = element;
  }
}
