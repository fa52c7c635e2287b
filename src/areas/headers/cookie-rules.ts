import { error, warning } from '../../result.ts';
import type { Finding, FindingParts } from '../../result.ts';
import { kindOf } from './cookie-kind.ts';
import type { CookieKind } from './cookie-kind.ts';
import type { SetCookie } from './set-cookie.ts';

const MDN = 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie';
const CLERK = 'https://clerk.com/docs/guides/how-clerk-works/cookies';
const EXPECTED = 'Secure; HttpOnly; SameSite=Lax or Strict (None only with Secure)';

/** What is wrong with one cookie; one finding, because one line of code sets it. */
export function judgeCookie(cookie: SetCookie): Finding[] {
  const kind = kindOf(cookie);
  if (kind === 'infrastructure' || kind === 'statistics') return [];
  const dropped = droppedBecause(cookie);
  if (dropped !== undefined) return [rejected(cookie, kind, dropped)];
  if (kind === 'clerk script' || kind === 'clerk server') return judgeClerk(cookie, kind);
  if (kind === 'other') return [];
  const missing = missingAttributes(cookie, kind);
  if (missing.length === 0) return [];
  const session = kind === 'session';
  return [
    (session ? error : warning)({
      ...about(cookie),
      message: `${session ? 'it looks like a session and' : 'it may hold more than a setting and'} is set without ${missing.join(', without ')}`,
      expected: kind === 'csrf' ? 'Secure; SameSite=Lax or Strict' : EXPECTED,
      cause:
        'The app keeps its own session beside Clerk’s, set by hand or by a library with defaults for development; a script that is injected reads it, or another site has it sent.',
      fix: `Set it with { secure: true, ${kind === 'csrf' ? '' : 'httpOnly: true, '}sameSite: 'lax', path: '/' } ((await cookies()).set in Next.js, res.cookie in Express, setCookie in Hono and Fastify, Astro.cookies.set), or drop it and ask Clerk’s auth().`,
    }),
  ];
}

/** Clerk's cookies come from Clerk; what is wrong with them was done to them on the way. */
function judgeClerk(cookie: SetCookie, kind: CookieKind): Finding[] {
  if (kind === 'clerk script' && cookie.httpOnly) {
    return [
      error({
        ...about(cookie),
        message: 'it is HttpOnly, so clerk-js can neither read nor renew it',
        expected: 'the attributes that Clerk gave it: readable by scripts by design',
        cause: 'A proxy, CDN or framework adds HttpOnly to every cookie (nginx: proxy_cookie_flags).',
        fix: 'Leave cookies that begin with __session, __client_uat or __clerk out of that rule.',
        docs: CLERK,
      }),
    ];
  }
  // Clerk itself sets that one without (@clerk/backend tokens/handshake.ts).
  const isCounter = cookie.name === '__clerk_redirect_count';
  if (cookie.secure || isCounter || cookie.exchange.request.url.startsWith('http:')) return [];
  return [
    warning({
      ...about(cookie),
      message: 'it is set without Secure',
      expected: 'Secure, as Clerk sets its cookies over https',
      cause: 'A proxy rewrites cookies, or the app believes that it is served over http: X-Forwarded-Proto is missing.',
      fix: 'Forward X-Forwarded-Proto: https to the app and leave Set-Cookie as it is.',
      docs: CLERK,
    }),
  ];
}

/** Why browsers do not keep the cookie at all (RFC 6265bis section 5.7). */
function droppedBecause({ name, secure, path, domain, sameSite }: SetCookie): string | undefined {
  if (sameSite === 'none' && !secure) return 'SameSite=None needs Secure';
  if (/^__Secure-/i.test(name) && !secure) return 'the prefix __Secure- needs Secure';
  if (!/^__Host-/i.test(name)) return undefined;
  if (!secure) return 'the prefix __Host- needs Secure';
  if (domain !== undefined) return 'the prefix __Host- allows no Domain';
  return path === '/' ? undefined : 'the prefix __Host- needs Path=/';
}

function rejected(cookie: SetCookie, kind: CookieKind, reason: string): Finding {
  return (kind === 'session' ? error : warning)({
    ...about(cookie),
    message: `browsers refuse it: ${reason}`,
    expected: EXPECTED,
    cause:
      'The attributes contradict each other, so the cookie is lost and whoever relies on it is logged out at once.',
    fix: `Correct the attributes: ${reason}.`,
  });
}

function missingAttributes({ secure, httpOnly, sameSite, exchange }: SetCookie, kind: CookieKind): string[] {
  // Over http browsers would refuse a Secure cookie.
  const overHttp = exchange.request.url.startsWith('http:');
  return [
    ...(secure || overHttp ? [] : ['Secure']),
    ...(httpOnly || kind === 'csrf' ? [] : ['HttpOnly']),
    ...(['lax', 'strict', 'none'].includes(sameSite ?? '') ? [] : ['SameSite']),
  ];
}

function about({ name, exchange }: SetCookie): Pick<FindingParts, 'subject' | 'docs' | 'exchange'> {
  return { subject: `cookie ${name}`, docs: MDN, exchange };
}
