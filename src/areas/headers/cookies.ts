import type { Judgement } from '../../result.ts';
import type { Exchange } from '../../target/exchange.ts';
import { describe } from '../../target/exchange.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { Check } from '../../verify.ts';
import { kindOf } from './cookie-kind.ts';
import { judgeCookie } from './cookie-rules.ts';
import { setCookies } from './set-cookie.ts';
import type { SetCookie } from './set-cookie.ts';

/** Cookies that the target itself sets, and how many answers were looked at. */
export interface CookieEvidence {
  readonly cookies: readonly SetCookie[];
  readonly answers: number;
  /** Why no page was seen. */
  readonly unseen?: string;
}

const ID = 'headers/cookies';

/** headers/cookies for anonymous visitors; sends nothing beside the shared visits, of protected pages too, and one `GET` for each API route. */
export const cookies: Check<CookieEvidence> = defineCheck<CookieEvidence>({
  id: ID,
  part: { methods: ['http'] },
  async collect({ target, readiness, identity }) {
    const [pages, guarded, apis] = await Promise.all([
      target.publicPages(readiness),
      // A guard may begin a session to remember the page by.
      Promise.all((readiness.routes.protected || []).map(({ path }) => target.anonymous.page(path))),
      Promise.all((readiness.api || []).map(({ path }) => target.anonymous.api(path))),
    ]);
    return evidenceOf([...[...pages, ...guarded].flatMap(({ exchanges }) => exchanges), ...apis], identity.origin);
  },
  judge: (evidence) => judge(evidence, 'anonymous visitors'),
});

/** headers/cookies for the test user: pages and API routes behind sign-in. */
export const cookiesSignedIn: Check<CookieEvidence> = defineCheck<CookieEvidence>({
  id: ID,
  part: { methods: ['signed-in'] },
  async collect({ readiness, identity, signedIn }) {
    if (!signedIn) throw new Error(`${ID} needs a signed-in client: verify(check, { signedIn })`);
    const paths = [...(readiness.routes.protected || []), ...(readiness.api || [])].map(({ path }) => path);
    const public_ = readiness.routes.public.slice(0, 1);
    const visits = await Promise.all([...new Set([...paths, ...public_])].map((path) => signedIn.page(path)));
    return evidenceOf(
      visits.flatMap(({ exchanges }) => exchanges),
      identity.origin,
    );
  },
  judge: (evidence) => judge(evidence, 'the signed-in test user'),
});

function evidenceOf(exchanges: readonly Exchange[], origin: string): CookieEvidence {
  const own = exchanges.filter(({ request }) => new URL(request.url).origin === origin);
  const answered = own.filter(({ response }) => response !== undefined);
  const [first] = own;
  return {
    cookies: answered.flatMap(setCookies),
    answers: answered.length,
    ...(answered.length === 0 && { unseen: first ? describe(first) : 'no page was visited' }),
  };
}

function judge({ cookies: all, answers, unseen }: CookieEvidence, who: string): Judgement {
  const set = all.filter(({ removed }) => !removed);
  // The same cookie on every page is one cookie.
  const unique = [...new Map(set.map((cookie) => [fingerprint(cookie), cookie])).values()];
  const named = listed(unique.map((cookie) => `${cookie.name} (${kindOf(cookie)})`));
  const findings = unique.flatMap(judgeCookie);
  return {
    findings,
    summary: `${count(answers, 'answer')} to ${who} ${unique.length === 0 ? 'set no cookie' : `set ${named}${findings.length > 0 ? '' : ', each with the attributes it needs'}`}`,
    ...(unseen !== undefined && { unverified: `no answer of the app was seen: ${unseen}` }),
  };
}

function fingerprint({ name, secure, httpOnly, sameSite, path, domain, random }: SetCookie): string {
  return JSON.stringify([name, secure, httpOnly, sameSite, path, domain, random]);
}
