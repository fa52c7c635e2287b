import { inapplicable } from '../../result.ts';
import type { Judgement } from '../../result.ts';
import { describe, isHtml, status } from '../../target/exchange.ts';
import type { Visit } from '../../target/exchange.ts';
import type { CheckContext } from '../../verify.ts';
import { listed } from '../../text.ts';
import { pagesOf } from './pages.ts';
import type { Page, Pages } from './pages.ts';

/** Pages behind sign-in that are opened at most; what sets a header for one mostly does so for all. */
const MAX_PAGES = 8;

/** What the test user gets of the declared protected pages. */
export interface BehindSignIn {
  /** Undefined where there is no test user. */
  readonly visits?: readonly Visit[];
  /** What anyone gets, which tells whether a header is missing everywhere; judged by another part. */
  readonly publicPages: readonly Visit[];
}

/** Opens the protected pages as the test user. */
export async function visitBehindSignIn({ readiness, signedIn, target }: CheckContext): Promise<BehindSignIn> {
  if (!signedIn) return { publicPages: [] };
  const paths = (readiness.routes.protected || []).slice(0, MAX_PAGES).map(({ path }) => path);
  const [visits, publicPages] = await Promise.all([
    Promise.all(paths.map((path) => signedIn.page(path))),
    target.publicPages(readiness),
  ]);
  return { visits, publicPages };
}

/** Judges the pages that the test user got; a path that led elsewhere, or to an error, says nothing about the page. */
export function judgeBehindSignIn(
  { visits, publicPages }: BehindSignIn,
  judge: (pages: Pages, others: readonly Page[]) => Judgement,
): Judgement {
  if (!visits || visits.length === 0) return nothingBehindSignIn(visits);
  const { html } = pagesOf(visits.filter(isGot));
  const missed = listed(visits.filter((visit) => !isGot(visit)).map(({ final }) => describe(final)));
  if (html.length === 0) return inapplicable(`the test user gets no page behind sign-in: ${missed}`);
  const named = html.map((page) => ({ ...page, name: `${page.name} (signed in)` }));
  const judgement = judge({ html: named, other: [], unseen: [] }, pagesOf(publicPages).html);
  return missed === ''
    ? judgement
    : { ...judgement, summary: `${judgement.summary}; the test user does not get ${missed}` };
}

/** Why no page behind sign-in was opened. */
export function nothingBehindSignIn(visits: readonly unknown[] | undefined): Judgement {
  return inapplicable(
    visits
      ? 'no page behind sign-in is declared (routes.protected)'
      : 'no test user is set (session.user), so no page behind sign-in was opened',
  );
}

function isGot({ exchanges, final }: Visit): boolean {
  const asked = new URL((exchanges[0] ?? final).request.url).pathname;
  return status(final) === 200 && isHtml(final) && new URL(final.request.url).pathname === asked;
}
