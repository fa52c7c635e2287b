import { elements } from '../../target/html.ts';
import { describe, isHtml, isRedirect, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { wallOf } from '../../target/wall.ts';
import { listed } from '../../text.ts';

/** An HTML page that a visitor got. */
export interface Page {
  /** Path that was asked for, and where it ended when that is another one: `/old → /new`. */
  readonly name: string;
  /** Path that was asked for. */
  readonly path: string;
  /** URL that the page has in the browser. */
  readonly url: URL;
  readonly exchange: Exchange;
}

/** Visits sorted by what they prove. */
export interface Pages {
  readonly html: readonly Page[];
  /** Answers of the app that are no HTML page, such as a feed or a redirect to another site: `/feed (application/xml)`. */
  readonly other: readonly string[];
  /** Pages whose answer was not seen: no connection, a wall, 5xx, a redirect loop. */
  readonly unseen: readonly string[];
}

/** Sorts visits; a page reached from two paths counts once. */
export function pagesOf(visits: readonly Visit[]): Pages {
  const html = new Map<string, Page>();
  const other: string[] = [];
  const unseen: string[] = [];
  for (const visit of visits) {
    const { final } = visit;
    if (isUnseen(visit)) {
      unseen.push(describe(final));
    } else if (isHtml(final) && !isRedirect(final)) {
      const page = pageOf(visit);
      const key = `${page.url.origin}${page.url.pathname} ${status(final)}`;
      if (!html.has(key)) html.set(key, page);
    } else {
      other.push(describe(final));
    }
  }
  return { html: [...html.values()], other, unseen };
}

function isUnseen({ final, stopped }: Visit): boolean {
  return (
    final.response === undefined ||
    wallOf(final) !== undefined ||
    status(final) >= 500 ||
    stopped === 'too-many-redirects'
  );
}

function pageOf({ exchanges, final }: Visit): Page {
  const path = new URL((exchanges[0] ?? final).request.url).pathname;
  const url = new URL(final.request.url);
  return { name: url.pathname === path ? path : `${path} → ${url.pathname}`, path, url, exchange: final };
}

/** What is said when no verdict is possible; undefined when every page was seen. */
export function unseenReason({ html, other, unseen }: Pages): string | undefined {
  if (unseen.length > 0)
    return `not every page was seen: ${listed(unseen)}; repair what answers so, or the connection, and run again`;
  if (html.length > 0) return undefined;
  return `no page answered with HTML (${listed(other)}); name HTML pages in routes.public`;
}

/** `4 pages (/, /sign-in, /sign-up and /x)`. */
export function seen({ html, other }: Pages): string {
  const rest = other.length > 0 ? `; no HTML page, so not judged: ${listed(other)}` : '';
  return `${html.length} ${html.length === 1 ? 'page' : 'pages'} (${listed(html.map(({ name, exchange }) => named(name, exchange)))})${rest}`;
}

/** The status tells the error page from the others. */
function named(name: string, exchange: Exchange): string {
  return status(exchange) < 400 ? name : `${name} [${status(exchange)}]`;
}

/** Names of pages as a finding lists them. */
export function pageNames(pages: readonly Page[]): string {
  return listed(pages.map(({ name, exchange }) => named(name, exchange)));
}

/** Content of the `<meta>` elements in the head that `matches` picks; browsers ignore those in the body. */
export function metaContents(
  page: Exchange,
  matches: (attributes: Readonly<Record<string, string>>) => boolean,
): string[] {
  const all = elements(page);
  const body = all.findIndex(({ tag }) => tag === 'body');
  return (body < 0 ? all : all.slice(0, body))
    .filter(({ tag, attributes }) => tag === 'meta' && matches(attributes))
    .flatMap(({ attributes }) => attributes['content'] ?? []);
}
