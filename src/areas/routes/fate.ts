import type { FoundPage } from '../../target/discover.ts';
import { header, isHtml, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { elementsByTag, title, visibleText } from '../../target/html.ts';
import { isNextRefusal } from '../../target/next.ts';
import { endOf, isHandshake, isSamePage, isSignIn } from '../../target/sign-in.ts';
import type { Expectation } from '../../verify.ts';
import { looksPrivate } from './standing.ts';

/**
 * What became of an anonymous visit to a page.
 * `elsewhere`: it leads to another page, which is judged itself. `file`: it is none. `shell`: what every path gets.
 */
export type Fate = 'served' | 'refused' | 'elsewhere' | 'file' | 'shell' | 'failed' | 'unopened';

/** Judges how a page met an anonymous visitor, beside the answer to a path that does not exist. */
export function fateOf({ path, visit }: FoundPage, unknown: Exchange, expectation: Expectation): Fate {
  if (!visit) return 'unopened';
  const code = status(visit.final);
  const end = endOf(visit);
  if (isSignIn(end, expectation) || isHandshake(end)) return 'refused';
  if (visit.stopped === 'too-many-redirects' || code === 0 || code >= 500) return 'failed';
  if (visit.stopped === 'left-target' || !isSamePage(end.pathname, path)) return 'elsewhere';
  if (code >= 400 || isNextRefusal(visit.final, expectation)) return 'refused';
  // A resource route has no extension that says what it is.
  const isData = looksPrivate(path) && /json|csv/.test(header(visit.final, 'content-type') ?? '');
  if (!(isHtml(visit.final) || isData) || code >= 300) return 'file';
  return status(unknown) === 200 && isSameShell(visit.final, unknown) ? 'shell' : 'served';
}

/** True when a visit ended at a page. */
export function isServed(visit: Visit): boolean {
  return status(visit.final) === 200 && isHtml(visit.final) && visit.stopped === undefined;
}

/** A single-page app answers every path with one document. */
function isSameShell(page: Exchange, unknown: Exchange): boolean {
  const marks = (exchange: Exchange) => [
    title(exchange),
    visibleText(exchange),
    ...elementsByTag(exchange, 'script').map(({ attributes }) => attributes['src'] ?? ''),
  ];
  return marks(page).join('\n') === marks(unknown).join('\n');
}
