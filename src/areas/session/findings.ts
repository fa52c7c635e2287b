import type { Move } from '../../browser.ts';
import type { ProtectedRoute } from '../../config/options.ts';
import type { FindingParts } from '../../result.ts';
import type { Identity } from '../../target/identity.ts';
import { mayKeep } from '../../target/sign-in.ts';
import { MAX_HANDSHAKES, MAX_REDIRECTS, describeMoves, measure, returnPath } from './way.ts';
import type { Destination } from './way.ts';

/** What each finding of a visit says besides its subject and its evidence. */
export type Diagnosis = Omit<FindingParts, 'subject' | 'exchange'>;

const GUIDE = 'https://clerk.com/docs/reference/nextjs/clerk-middleware';
/** The component that sends people to sign-in. */
export const REDIRECT = 'https://clerk.com/docs/nextjs/reference/components/control/redirect-to-sign-in';
const SESSION_GUIDE = 'https://clerk.com/docs/guides/secure/session-options';

/** The visit went in circles. */
export function loop(moves: readonly Move[]): Diagnosis | undefined {
  const { redirects, handshakes } = measure(moves);
  if (handshakes > MAX_HANDSHAKES) {
    return {
      message: `the session was synced with Clerk ${handshakes} times and never settled: ${describeMoves(moves)}`,
      expected: `at most ${MAX_HANDSHAKES} handshakes, then sign-in`,
      cause:
        'The app does not take over the answer of the handshake: the publishable and the secret key belong to different instances, the clocks differ, or a cache or proxy drops Set-Cookie.',
      fix: 'Deploy both keys of one instance, never cache answers with Set-Cookie, and let __clerk_handshake through to the app.',
      docs: SESSION_GUIDE,
    };
  }
  if (redirects <= MAX_REDIRECTS) return undefined;
  return {
    message: `the visit was redirected ${redirects} times: ${describeMoves(moves)}`,
    expected: `at most ${MAX_REDIRECTS} redirects, Clerk’s handshake not counted`,
    cause:
      'The guard and the sign-in page disagree about the visitor: one looks at the cookie’s presence, the other verifies it; or the sign-in page itself is protected.',
    fix: 'Decide by auth() in every place instead of by the presence of __session, and leave the sign-in page out of the guard.',
    docs: GUIDE,
  };
}

/** The server failed on the cookie. */
export function serverError(code: number): Diagnosis {
  return {
    message: `the page answers ${code}`,
    expected: 'a redirect to sign-in',
    cause:
      'Something throws when the cookie is not valid: own code that decodes the session token, auth() or getAuth() without Clerk’s middleware, or data loading that takes a user for granted.',
    fix: 'Let Clerk’s middleware judge the cookie, ask for the session before anything else (auth.protect(), getAuth()), and treat userId === null as signed out instead of throwing.',
    docs: SESSION_GUIDE,
  };
}

/** The page was shown as if the session were good. */
export function protectedContent(contains: string): Diagnosis {
  return {
    message: `the protected page is shown: its text “${contains}” was received`,
    expected: 'sign-in, and nothing of the page',
    cause:
      'Nothing guards the page, or it trusts a cookie that nobody verified: it decodes the token or looks for its presence, or a shared cache kept the page of another visitor.',
    fix: 'Guard the page on the server by Clerk’s own verdict (auth.protect() in Next.js, getAuth() elsewhere), which verifies signature and expiry, and send Cache-Control: private, no-store.',
    docs: GUIDE,
  };
}

/** The visit ended on a page that is neither sign-in nor the one asked for. */
export function elsewhere(moves: readonly Move[]): Diagnosis {
  return {
    message: `the visit ends at ${moves.at(-1)?.url}, which is not sign-in: ${describeMoves(moves)}`,
    expected: 'the sign-in page, with the way back',
    cause: 'The guard redirects to a fixed page, or routes.signIn does not name the sign-in page of this app.',
    fix: 'Redirect with auth.protect() or redirectToSignIn({ returnBackUrl }), and set routes.signIn to the sign-in page.',
    docs: GUIDE,
  };
}

/** Clerk's Frontend API did not send the visitor back. */
export function refusedHandshake(code: number, host: string): Diagnosis {
  return {
    message: `Clerk’s Frontend API ${host} refused the handshake with ${code}, so the visitor is stranded there`,
    expected: 'a redirect back to the page',
    cause:
      'The publishable key belongs to another instance or domain than the one the app is served from, or the app’s URL is not an allowed redirect.',
    fix: 'Compare the domain in the Clerk Dashboard with the address of the app, and deploy the publishable key of that instance.',
    docs: 'https://clerk.com/docs/guides/development/deployment/production',
  };
}

/** The sign-in page would not bring the person back. */
export function lostReturnPath(
  end: Destination,
  signIn: URL,
  asked: URL,
  { basePath }: Identity,
  cookies: Parameters<typeof mayKeep>[2] = [],
): Diagnosis | undefined {
  if (end !== 'sign-in') return undefined;
  const found = returnPath(signIn, asked, basePath);
  // What is kept out of sight is shown by the part that signs in.
  if (found === 'kept' || (found === 'lost' && mayKeep(asked.pathname, signIn, cookies))) return undefined;
  const expected = `a parameter of the sign-in URL, such as redirect_url, that names ${asked.origin}${asked.pathname}`;
  if (found === 'lost') {
    return {
      message: `${signIn.href} does not say where the person came from`,
      expected,
      cause: 'A hand-written redirect to sign-in leaves the return path out, or a rewrite drops the query.',
      fix: 'Use auth.protect() or redirectToSignIn({ returnBackUrl: request.url }), and keep the query in rewrites of the sign-in page.',
      docs: GUIDE,
    };
  }
  return {
    message: `the return path leads to ${found.foreign} instead of ${asked.origin}`,
    expected,
    cause:
      'Behind a proxy the app does not know its public address, because X-Forwarded-Host and X-Forwarded-Proto do not reach it.',
    fix: 'Forward both headers in the proxy, and let the app believe them (Express: trust proxy).',
    docs: GUIDE,
  };
}

/** Why a page proves nothing that the signed-in test user does not get to see. */
export function notShown({ path, contains }: ProtectedRoute): string {
  return contains === undefined
    ? `${path} has no text by which it could be told from other pages: set routes.protected[].contains`
    : `${path} does not show the signed-in test user “${contains}”, so nothing was proven: correct contains, or the user's role`;
}
