import { body, isHtml, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { isNextRefusal } from '../../target/next.ts';
import { endOf, redirectsToSignIn } from '../../target/sign-in.ts';
import type { Expectation } from '../../verify.ts';
import type { Attempt, PlaceEvidence } from './bypass.ts';
import { isPageData } from './router-data.ts';
import { decoded, isSameDocument, ownTexts, shows, textsIn } from './same-document.ts';
import { isSameUrlPage } from './shared.ts';

/** Texts of the signed-in page that must show together, where it has as many: one alone may stand on a public page too. */
const MIN_TEXTS = 2;

/** A page that lets people sign in is a refusal, whatever its address. */
const SIGN_IN_FORM = /<input[^>]+type=["']?password|class="[^"]*\bcl-signIn/i;

/** What a variant came to. */
export type Outcome =
  /** Nothing of the place came back. */
  | 'refused'
  /** Text of the page came back. */
  | 'leaked'
  /** The place answered, with something that no address without the page answers. */
  | 'served'
  /** Something else was answered, of which nothing says whether it is the place. */
  | 'unclear'
  /** The server failed. */
  | 'failed';

/** What is known of a place before its variants are judged. */
export interface Known {
  readonly evidence: PlaceEvidence;
  /** Answers that anyone gets. */
  readonly baselines: readonly Exchange[];
  readonly contains?: string;
  /** What the test user gets. */
  readonly signedIn?: Exchange;
  /** Texts that only the test user was shown. */
  readonly texts: readonly string[];
}

/** What is known of a place besides its variants. */
export function knownOf(evidence: PlaceEvidence, publicPages: readonly Exchange[]): Known {
  const { plain, siblings, place } = evidence;
  const baselines = [...publicPages, ...plain.exchanges, ...siblings].filter(({ response }) => response !== undefined);
  const { contains } = place;
  const signedIn = evidence.signedIn && gets(evidence.signedIn, place.path) ? evidence.signedIn : undefined;
  return {
    evidence,
    baselines,
    // A text that anyone is shown proves nothing.
    ...(contains !== undefined && !baselines.some((each) => shows(each, contains)) && { contains }),
    ...(signedIn && { signedIn }),
    texts: signedIn ? ownTexts(signedIn, baselines) : [],
  };
}

/** The plain request gets the place refused; without that there is nothing to get round. */
export function isRefused({ place, plain }: PlaceEvidence, expectation: Expectation): boolean {
  const { final } = plain;
  if (!isSuccess(final) || redirectsToSignIn(final, expectation)) return true;
  const elsewhere = !isSameUrlPage(endOf(plain), new URL(place.path, expectation.identity.origin));
  return elsewhere || place.guard === 'client' || isNextRefusal(final, expectation);
}

/** What shows that there is something to refuse. */
export function positiveControl({ contains, signedIn, evidence: { plain, siblings } }: Known): string | undefined {
  if (signedIn) return 'the test user gets it';
  if (contains !== undefined) return 'its text is known';
  const [asked] = plain.exchanges;
  return asked && siblings.some((sibling) => status(sibling) !== status(asked))
    ? 'other paths answer otherwise'
    : undefined;
}

/** What a variant came to: proof first, then whether it is an answer that anyone gets. */
export function outcomeOf({ variant, exchange }: Attempt, known: Known, expectation: Expectation): Outcome {
  if (isProof(exchange, known)) return 'leaked';
  if (status(exchange) >= 500) return 'failed';
  if (!isSuccess(exchange) || body(exchange).trim() === '' || variant.textOnly || variant.request.method === 'OPTIONS')
    return 'refused';
  if (known.baselines.some((baseline) => isSameDocument(exchange, baseline)) || isNextRefusal(exchange, expectation))
    return 'refused';
  if (isPageData(exchange)) return 'unclear';
  const { place } = known.evidence;
  const isOfKind = place.kind === 'page' ? isPage(exchange) : !isHtml(exchange);
  if (!isOfKind) return 'refused';
  if (variant.samePlace && place.guard !== 'client') return known.signedIn ? 'unclear' : 'served';
  // What the place looks like is known, and this is something else.
  return known.signedIn || known.contains !== undefined ? 'refused' : 'unclear';
}

/** Text of the real page, or the whole of it. */
function isProof(exchange: Exchange, known: Known): boolean {
  const { contains, texts } = unechoed(known, exchange);
  if (contains !== undefined && shows(exchange, contains)) return true;
  if (known.texts.length === 0) return isSuccess(exchange) && isWhole(exchange, known);
  return texts.length > 0 && textsIn(exchange, texts).length >= Math.min(MIN_TEXTS, known.texts.length);
}

/** The very answer of the test user, unless anyone gets that: a page without text of its own may be the shell of all. */
function isWhole(exchange: Exchange, { signedIn, baselines }: Known): boolean {
  if (!signedIn || body(signedIn).trim() === '') return false;
  return isSameDocument(exchange, signedIn) && !baselines.some((baseline) => isSameDocument(signedIn, baseline));
}

/** Texts that are not in the address itself, which an answer may echo. */
export function unechoed({ contains, texts }: Known, { request }: Exchange): Pick<Known, 'contains' | 'texts'> {
  const address = decoded(request.url);
  return {
    ...(contains !== undefined && !address.includes(contains) && { contains }),
    texts: texts.filter((text) => !address.includes(text)),
  };
}

/** A whole document and no sign-in form; scripts may be answered with a fragment that asks to sign in. */
function isPage(exchange: Exchange): boolean {
  return isHtml(exchange) && /<html/i.test(body(exchange)) && !SIGN_IN_FORM.test(body(exchange));
}

/** The answer is of this place, and not of a page that the test user was sent on to. */
function gets(exchange: Exchange, path: string): boolean {
  const { url } = exchange.request;
  return isSuccess(exchange) && isSameUrlPage(new URL(url), new URL(path, url));
}
