import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { stackFrameIn } from '../../target/leaks.ts';
import { isNextRefusal } from '../../target/next.ts';
import { explainSdkFaults, isExplainedBySdk, sdkFaultEvidence } from '../../target/sdk-fault.ts';
import type { SdkFaultEvidence } from '../../target/sdk-fault.ts';
import { endOf, isHandshake, isSamePage } from '../../target/sign-in.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { sendable } from '../api/routes.ts';

/** One request with broken credentials and everything that followed from it. */
interface BrokenVisit extends SdkFaultEvidence {
  readonly name: string;
  readonly visit: Visit;
  /** The same without a credential, where a guard is declared: what it refuses, the broken credential must not open. */
  readonly plain?: Visit;
  /** The home page, which Clerk’s SDK may never see. */
  readonly home?: true;
}

const CREDENTIAL_DOCS = 'https://clerk.com/docs/guides/sessions/session-tokens';
const JWT_SHAPED = 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA';

/** Cookies that real browsers end up with: truncated, stale, of another app on the same host. */
const BROKEN_COOKIES: ReadonlyArray<readonly [name: string, cookies: Readonly<Record<string, string>>]> = [
  ['garbage __session', { __session: 'garbage', __client_uat: '1700000000' }],
  ['garbage __session without __client_uat', { __session: 'garbage' }],
  ['__session of three empty parts', { __session: 'a.b.c', __client_uat: '1700000000' }],
  ['__session in the form of a token', { __session: JWT_SHAPED, __client_uat: '1700000000' }],
  ['__session of 3,000 characters', { __session: 'A'.repeat(3000), __client_uat: '1700000000' }],
  ['__session with percent signs', { __session: '%E0%A4%A', __client_uat: '1700000000' }],
  ['__client_uat that is no number', { __client_uat: 'garbage' }],
  ['garbage __clerk_handshake cookie', { __clerk_handshake: 'garbage' }],
  ['garbage __clerk_db_jwt', { __clerk_db_jwt: 'garbage' }],
];

const BROKEN_QUERIES: ReadonlyArray<readonly [name: string, query: string]> = [
  ['garbage __clerk_handshake', '__clerk_handshake=garbage'],
  ['garbage __clerk_handshake_nonce', '__clerk_handshake_nonce=garbage'],
  ['garbage __clerk_db_jwt in the URL', '__clerk_db_jwt=garbage'],
];

const BROKEN_AUTHORIZATIONS: ReadonlyArray<readonly [name: string, authorization: string]> = [
  ['garbage bearer token', 'Bearer garbage'],
  ['bearer token of three empty parts', 'Bearer a.b.c'],
  ['bearer token in the form of a token', `Bearer ${JWT_SHAPED}`],
  ['empty bearer token', 'Bearer '],
  ['unknown scheme', 'Garbage garbage'],
];

/** errors/auth-failure. */
export const authFailure = defineCheck<readonly BrokenVisit[]>({
  id: 'errors/auth-failure',
  async collect({ target, readiness }) {
    const route = (readiness.routes.protected || [])[0];
    const page = route?.path ?? target.home;
    const [call] = (readiness.api || []).flatMap((api) =>
      sendable(api, readiness).map((method) => ({ path: api.path, method })),
    );
    const request = { method: call?.method ?? 'GET', as: 'api' } as const;
    const plain = {
      page: await target.anonymous.page(page),
      ...(call && { api: single(await target.anonymous.request(call.path, request)) }),
    };
    const visited = async (name: string, credential: string, visit: Promise<Visit>): Promise<BrokenVisit> => ({
      name,
      visit: await visit,
      ...sdkFaultEvidence(credential),
      ...(route?.guard === 'server' && { plain: plain.page }),
    });
    const withCookies = (path: string) =>
      BROKEN_COOKIES.map(([name, cookies]) =>
        visited(name, cookies['__session'] ?? '', target.anonymous.visit(path, { cookies })),
      );
    const { home } = target;
    return Promise.all([
      ...withCookies(page),
      ...(page === home ? [] : withCookies(home)).map(async (made): Promise<BrokenVisit> => {
        const { plain: _, name, ...rest } = await made;
        return { ...rest, name: `${name} on ${home}`, home: true };
      }),
      ...BROKEN_QUERIES.map(([name, query]) =>
        visited(name, '', target.anonymous.visit(`${page}${page.includes('?') ? '&' : '?'}${query}`)),
      ),
      ...BROKEN_AUTHORIZATIONS.map(async ([name, authorization]) => {
        const final = await target.anonymous.request(call?.path ?? page, {
          ...request,
          headers: { authorization },
          forged: ['authorization'],
        });
        const [, token = ''] = authorization.split(' ');
        return { name, visit: single(final), ...sdkFaultEvidence(token), ...(plain.api && { plain: plain.api }) };
      }),
    ]);
  },
  judge(visits, expectation): Judgement {
    const controls = visits.flatMap(({ plain }) => plain ?? []);
    const open = controls.find((plain) => isServed(plain, expectation));
    const failed = visits.filter(isFailed);
    const bySdk =
      !visits.some(({ visit }) => visit.exchanges.some(hasStack)) &&
      isExplainedBySdk(
        visits
          .filter((broken) => !isClerksHandshake(broken, expectation) && !(broken.home && !isFailed(broken)))
          .map((broken) => ({ ...broken, failed: isFailed(broken) })),
      );
    return {
      findings: visits.flatMap((broken) => judgeBroken(broken, bySdk, expectation)),
      summary: `${failed.length > 0 ? `${visits.length - failed.length} of ` : ''}${visits.length} requests with broken cookies, handshakes and tokens are answered without a 5xx, a stack or a loop${controls.length > 0 ? ', and none is let in' : ''}`,
      ...(open && {
        unverified: `${open.final.request.url} is open without any credential, so nothing shows that a broken one is refused`,
      }),
    };
  },
});

function isFailed(broken: BrokenVisit): boolean {
  return badAnswer(broken) !== undefined;
}

function badAnswer({ visit }: BrokenVisit): Exchange | undefined {
  return visit.exchanges.find((exchange) => status(exchange) >= 500 || hasStack(exchange));
}

function hasStack(exchange: Exchange): boolean {
  return stackFrameIn(body(exchange)) !== undefined;
}

/** On a development instance Clerk's own SDK answers a broken handshake with 500, as does the Frontend API on any. */
function isClerksHandshake(broken: BrokenVisit, { identity }: Expectation): boolean {
  const bad = badAnswer(broken);
  return (
    (bad !== undefined && isHandshake(new URL(bad.request.url))) ||
    (identity.clerk.publishableKeyKind === 'test' && broken.name.includes('__clerk_handshake'))
  );
}

/** @param bySdk whether nothing failed but what Clerk's own SDK may have */
function judgeBroken(broken: BrokenVisit, bySdk: boolean, expectation: Expectation): Finding[] {
  const bad = badAnswer(broken);
  if (!bad) return [...judgeLoop(broken), ...judgeEntry(broken, expectation)];
  const frame = stackFrameIn(body(bad));
  const parts = {
    subject: broken.name,
    message: frame === undefined ? describe(bad) : `${describe(bad)} and shows a stack trace ("${frame.slice(0, 80)}")`,
    expected: 'a redirect, 401 or another 4xx, without a stack trace',
    docs: CREDENTIAL_DOCS,
    exchange: bad,
  };
  if (isClerksHandshake(broken, expectation)) {
    return [
      warning({
        ...parts,
        cause:
          'On a development instance Clerk itself answers a broken handshake with 500; production instances do not.',
        fix: 'Nothing in your code; check again on a production instance.',
      }),
    ];
  }
  if (bySdk && broken.sdkFault) return [warning({ ...parts, ...explainSdkFaults([broken.sdkFault]) })];
  return [
    error({
      ...parts,
      cause:
        'Code of the app reads the cookie, the token or the handshake itself and throws on what it cannot parse, or auth() or getAuth() runs where Clerk’s middleware does not.',
      fix: 'Let Clerk’s middleware verify credentials, use auth() and getAuth() only behind it, and catch errors of your own token handling with a 401.',
    }),
  ];
}

/** A browser in a circle is as locked out as one that meets a 500. */
function judgeLoop({ name, visit }: BrokenVisit): Finding[] {
  if (visit.stopped !== 'too-many-redirects') return [];
  return [
    error({
      subject: name,
      message: `${visit.exchanges.length} redirects without an end`,
      expected: 'sign-in or a 4xx after a few redirects',
      cause:
        'One side trusts that the cookie exists and the other one finds it invalid, so each sends the visitor to the other.',
      fix: 'Decide by auth() on both sides, never by whether a cookie exists.',
      docs: CREDENTIAL_DOCS,
      exchange: visit.final,
    }),
  ];
}

/** A broken credential must not open what is closed without one; what is open anyway is the business of other checks. */
function judgeEntry({ name, visit, plain }: BrokenVisit, expectation: Expectation): Finding[] {
  if (!plain || isServed(plain, expectation) || !isServed(visit, expectation)) return [];
  return [
    error({
      subject: name,
      message: `the broken credential was let in: ${describe(visit.final)}`,
      expected: 'a redirect to sign-in or a 4xx, as for an anonymous visitor',
      cause: 'The guard looks whether a cookie or a token is there and does not verify it, or there is no guard.',
      fix: 'Decide by auth() or clerkMiddleware, which verify the signature, and never by whether a cookie exists.',
      docs: CREDENTIAL_DOCS,
      exchange: visit.final,
    }),
  ];
}

/** True when a visit ended at the page asked for, and the page did not refuse. */
function isServed(visit: Visit, expectation: Expectation): boolean {
  const asked = new URL(visit.exchanges[0]?.request.url ?? visit.final.request.url);
  const end = endOf(visit);
  const own = end.origin === asked.origin && isSamePage(end.pathname, asked.pathname);
  return own && isSuccess(visit.final) && !isNextRefusal(visit.final, expectation);
}

function single(final: Exchange): Visit {
  return { exchanges: [final], final };
}
