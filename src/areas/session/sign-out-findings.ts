import { error, warning } from '../../result.ts';
import type { Finding } from '../../result.ts';
import { header } from '../../target/exchange.ts';
import { contains } from '../routes/shared.ts';
import { TOKEN_LIFE } from '../../target/session-token.ts';
import { asExchange } from '../../browser/page-visit.ts';
import type { LeftOvers, SignOutEvidence } from './sign-out.ts';
import { describeMoves, movesOf } from './way.ts';

/** Seconds by which clocks may differ (`@clerk/backend` clockSkewInMs). */
const CLOCK_SKEW = 5;

const SIGN_OUT = 'https://clerk.com/docs/nextjs/guides/development/custom-flows/authentication/sign-out';
const SESSIONS = 'https://clerk.com/docs/guides/secure/session-options';
const CACHING = 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Cache-Control';

/** Judges what is left of a session. */
export function judgeSignOut(
  { route, received }: SignOutEvidence,
  { back, flashed, second, late, leftOvers }: NonNullable<SignOutEvidence['ended']>,
): Finding[] {
  const { path, contains: text = '' } = route;
  const cacheControl = header(received, 'cache-control') ?? '';
  const found: Finding[] = [];
  if (back.showsProtected || flashed) {
    found.push(
      error({
        subject: `${path} by the Back button after signing out`,
        message: `“${text}” is shown again${back.showsProtected ? '' : ' for a moment, until a script takes it away'}`,
        expected: 'sign-in, and nothing of the page',
        cause:
          'The browser may keep the page (Cache-Control without no-store), or a copy of it lies in sessionStorage, IndexedDB or a router cache that signing out does not empty.',
        fix: 'Send Cache-Control: private, no-store with every protected page, and clear stores and caches when Clerk says that nobody is signed in.',
        docs: CACHING,
        exchange: asExchange(back),
      }),
    );
  }
  // Browsers keep nothing that came under a certificate they were told to ignore, so the header speaks for them.
  else if (text !== '' && contains(received, text) && staysFresh(cacheControl)) {
    found.push(
      error({
        subject: `${path} by the Back button after signing out`,
        message: `the browser may show “${text}” again from its cache: Cache-Control: ${cacheControl}`,
        expected: 'Cache-Control: private, no-store',
        cause: 'A header for static pages is set on protected ones too, by the framework’s configuration or a proxy.',
        fix: 'Send Cache-Control: private, no-store with every protected page.',
        docs: CACHING,
        exchange: asExchange(back),
      }),
    );
  }
  if (second.showsProtected) {
    found.push(
      error({
        subject: `${path} in a second tab after signing out`,
        message: `“${text}” is still to be seen, also when the token of that tab is over`,
        expected: 'a prompt or sign-in, as in the first tab',
        cause:
          'The page keeps its own copy of the user or of what the server rendered, and does not listen to Clerk, which tells every tab.',
        fix: 'Take isSignedIn from useAuth() in the component that wraps protected content, and show a sign-in prompt when it is false.',
        docs: SIGN_OUT,
        exchange: asExchange(second),
      }),
    );
  } else if (late) {
    found.push(
      warning({
        subject: `${path} in a second tab after signing out`,
        message: `“${text}” stays until the token of that tab is over, up to ${TOKEN_LIFE} s later`,
        expected: 'a prompt or sign-in at once',
        cause: 'Clerk’s message to the other tabs does not arrive: its BroadcastChannel is blocked or replaced.',
        fix: 'Let clerk-js run as it is on every protected page, and do not sign out through the Backend API alone.',
        docs: SIGN_OUT,
        exchange: asExchange(second),
      }),
    );
  }
  return [...found, ...judgeLeftOvers(path, text, leftOvers)];
}

/** True when a browser may show the answer again without asking the server (RFC 9111, sections 5.2.2.1 and 5.2.2.5). */
function staysFresh(cacheControl: string): boolean {
  return !/\bno-(store|cache)\b/i.test(cacheControl) && Number(/\bmax-age="?(\d+)/i.exec(cacheControl)?.[1] ?? 0) > 0;
}

function judgeLeftOvers(path: string, text: string, { tokens, tokenLife, replayed }: LeftOvers): Finding[] {
  const found: Finding[] = [];
  const served = text === '' ? undefined : replayed.exchanges.find((exchange) => contains(exchange, text));
  if (served) {
    found.push(
      error({
        subject: `${path} with the cookies from before signing out`,
        message: `“${text}” is served (${describeMoves(movesOf(replayed))}) though the session is over and Clerk’s token was left out`,
        expected: 'sign-in, and nothing of the page',
        cause: 'The app keeps a session cookie of its own beside Clerk’s, and signing out does not end it.',
        fix: 'Ask auth() in every place and keep no session of your own; or end it when Clerk’s session.removed webhook arrives.',
        docs: SESSIONS,
        exchange: served,
      }),
    );
  }
  if (tokens.length > 0) {
    found.push(
      error({
        subject: 'cookies after signing out',
        message: `${tokens.join(' and ')} still ${tokens.length === 1 ? 'holds' : 'hold'} a session token`,
        expected: 'no session token in the browser',
        cause: 'The app sets Clerk’s cookie itself, with other attributes, so that Clerk cannot remove it.',
        fix: 'Leave __session to Clerk: set no cookie of that name.',
        docs: SESSIONS,
      }),
    );
  }
  if (tokenLife !== undefined && tokenLife > TOKEN_LIFE + CLOCK_SKEW) {
    found.push(
      error({
        subject: 'the session token',
        message: `it holds for ${tokenLife} s, so a copy of it opens ${path} that long after signing out`,
        expected: `at most ${TOKEN_LIFE} s from iat to exp, as Clerk issues it`,
        cause:
          'The __session cookie holds another token than Clerk’s: one of a JWT template, or of the app’s own making.',
        fix: 'Leave __session to Clerk, and use tokens of a template as Authorization header only.',
        docs: SESSIONS,
      }),
    );
  }
  return found;
}
