import { body, isHtml } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { runningText } from '../../target/html.ts';
import { isSamePage } from '../../target/sign-in.ts';

export const MIDDLEWARE_DOCS = 'https://clerk.com/docs/reference/nextjs/clerk-middleware';

export const CLIENT_GUARD =
  "A guard in the browser (a sign-in form in place of the page, data from a guarded API) is declared in routes.protected by guard: 'client' and contains.";

/** True when both name the same page of the same origin; a trailing slash makes no difference. */
export function isSameUrlPage(a: URL, b: URL): boolean {
  return a.origin === b.origin && isSamePage(a.pathname, b.pathname);
}

/** True when a body has a text, as it is, as HTML or JSON escape it, or as a page is read. */
export function contains(exchange: Exchange, text: string): boolean {
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const attribute = html.replaceAll('"', '&quot;').replaceAll("'", '&#x27;');
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^\0-\x7f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const forms = [text, html, attribute, json, ascii, JSON.stringify(json).slice(1, -1)];
  return (
    forms.some((form) => body(exchange).includes(form)) ||
    (isHtml(exchange) && runningText(exchange).includes(text.replace(/\s+/g, ' ')))
  );
}
