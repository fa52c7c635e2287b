import { warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import { status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { CheckContext } from '../../verify.ts';
import { isAnswerToUser } from './routes.ts';
import type { ApiRoute } from '../../config/options.ts';

/** A genuine token that was issued to pages of a sibling of the app, and a route's answer to it. */
export interface SiblingToken {
  readonly origin: string;
  readonly route: ApiRoute;
  readonly exchange: Exchange;
}

/** Undefined where there is no session, or where Clerk issues no token to that origin: then no sibling can get one. */
export async function siblingToken(
  { identity, signedIn }: CheckContext,
  route: ApiRoute | undefined,
): Promise<SiblingToken | undefined> {
  if (!signedIn || !route) return undefined;
  const { parse } = await import('tldts');
  const origin = `https://clerk-readiness.${parse(identity.origin).domain ?? 'example'}`;
  const token = await signedIn.tokenFor(origin).catch(() => undefined);
  if (token === undefined) return undefined;
  const cookies = Object.entries(await signedIn.cookies()).map(
    ([name, value]) => `${name}=${name.startsWith('__session') ? token : value}`,
  );
  const exchange = await signedIn.get(route.path, { as: 'api', headers: { cookie: cookies.join('; ') } });
  return { origin, route, exchange };
}

/**
 * A warning and no error: Clerk accepts such a token as long as the app does not say whose pages may use it.
 * @param plain the answer without any token
 */
export function judgeSibling({ origin, route, exchange }: SiblingToken, plain: Exchange): Finding[] {
  if (!isAnswerToUser(route, exchange) || status(exchange) === status(plain)) return [];
  return [
    warning({
      subject: `GET ${route.path}: genuine token of ${origin}`,
      message: `a session token that Clerk issued to a page of ${origin} was accepted with ${status(exchange)}`,
      expected: 'a refusal, as 401: the azp of the token is another origin',
      cause:
        'authorizedParties of clerkMiddleware() is not set, so a token counts whatever page it was issued to: one compromised host under the same domain is enough to act as its visitors here.',
      fix: "Set authorizedParties to the origins whose pages may call this app, as clerkMiddleware({ authorizedParties: ['https://app.example.com'] }).",
      docs: 'https://clerk.com/docs/guides/development/deployment/production',
      exchange,
    }),
  ];
}
