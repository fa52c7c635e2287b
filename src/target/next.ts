import { body } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { elementsByTag } from './html.ts';
import { isSignIn } from './sign-in.ts';
import type { SignInContext } from './sign-in.ts';

/** Next streams a redirect or a refusal of a server component inside a 200 answer. */
export function isNextRefusal(exchange: Exchange, context: SignInContext): boolean {
  return (
    /NEXT_(?:NOT_FOUND|HTTP_ERROR_FALLBACK;40[134])/.test(body(exchange)) || isNextRedirectToSignIn(exchange, context)
  );
}

/** Next streams the redirect of a whole page inside a 200 answer; a refusal may be of one slot only. */
export function isNextRedirectToSignIn(exchange: Exchange, context: SignInContext): boolean {
  const target = /NEXT_REDIRECT;(?:replace|push);([^;"\\]+)/.exec(body(exchange))?.[1] ?? metaRefresh(exchange);
  return (
    target !== undefined &&
    URL.canParse(target, exchange.request.url) &&
    isSignIn(new URL(target, exchange.request.url), context)
  );
}

/** Where Next’s `<meta id="__next-page-redirect">` leads, which stands in a page whose status is already sent. */
function metaRefresh(exchange: Exchange): string | undefined {
  const meta = elementsByTag(exchange, 'meta').find(({ attributes }) => attributes['id'] === '__next-page-redirect');
  return /url=(.+)$/i.exec(meta?.attributes['content'] ?? '')?.[1];
}
