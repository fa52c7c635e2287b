import { error, warning } from '../../result.ts';
import type { Judgement } from '../../result.ts';
import { headerValues, isHtml, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import { listed } from '../../text.ts';
import { judgeBehindSignIn, visitBehindSignIn } from './behind-sign-in.ts';
import type { BehindSignIn } from './behind-sign-in.ts';
import { findingsOf } from './group.ts';
import type { Problem } from './group.ts';
import { MIN_NONCE_BITS, MIN_VARYING_BITS, blockedScripts, nonceBits, prerenderMark, varyingBits } from './nonce.ts';
import { pageNames, pagesOf, seen, unseenReason } from './pages.ts';
import type { Page, Pages } from './pages.ts';
import { enforcedPolicies, scriptNonces } from './policy.ts';
import { weaknesses } from './weakness.ts';
import type { Weakness } from './weakness.ts';

const ID = 'headers/csp';

/** The pages, and a second visit of each whose policy has a nonce, by path. */
export interface CspEvidence {
  readonly visits: readonly Visit[];
  readonly again: Readonly<Record<string, Visit>>;
}

/** headers/csp for what anyone gets; sends at most one visit for each public page beside the shared ones. */
export const csp = defineCheck<CspEvidence>({
  id: ID,
  async collect({ target, readiness }) {
    const visits = await target.publicPages(readiness);
    return { visits, again: await visitAgain(visits, (path) => target.anonymous.visit(path)) };
  },
  judge: ({ visits, again }) => judge(pagesOf(visits), again),
});

/** Pages behind sign-in, and a second visit of each whose policy has a nonce, by path. */
export interface SignedInCspEvidence extends BehindSignIn {
  readonly again: Readonly<Record<string, Visit>>;
}

/** headers/csp for pages behind sign-in; sends at most two visits for each. */
export const cspSignedIn = defineCheck<SignedInCspEvidence>({
  id: ID,
  part: { methods: ['signed-in'] },
  async collect(context) {
    const { signedIn } = context;
    const behind = await visitBehindSignIn(context);
    const again = signedIn && (await visitAgain(behind.visits ?? [], (path) => signedIn.visit(path)));
    return { ...behind, again: again ?? {} };
  },
  judge: ({ again, ...behind }) => judgeBehindSignIn(behind, (pages, others) => judge(pages, again, others)),
});

/** Opens each page whose policy has a nonce once more. */
async function visitAgain(
  visits: readonly Visit[],
  visit: (path: string) => Promise<Visit>,
): Promise<Record<string, Visit>> {
  const withNonce = pagesOf(visits).html.filter(({ exchange }) => noncesOf(exchange).length > 0);
  return Object.fromEntries(await Promise.all(withNonce.map(async ({ path }) => [path, await visit(path)] as const)));
}

/** @param others pages that tell whether a policy is missing everywhere */
function judge(pages: Pages, again: Readonly<Record<string, Visit>>, others: readonly Page[] = []): Judgement {
  const nonces = [...pages.html, ...Object.values(again).map(({ final }) => ({ exchange: final }))].flatMap(
    ({ exchange }) => noncesOf(exchange),
  );
  const elsewhere = [...pages.html, ...others].some(({ exchange }) => enforcedPolicies(exchange).length > 0);
  const problems = pages.html.flatMap((page) => [
    ...judgePolicies(page, elsewhere),
    ...judgeNonces(page, again[page.path], nonces),
  ]);
  const notRepeated = pages.html.filter(
    ({ path, exchange }) => noncesOf(exchange).length > 0 && !isRepeated(again[path]),
  );
  const unverified =
    unseenReason(pages) ??
    (notRepeated.length > 0
      ? `the second visit of ${pageNames(notRepeated)} got no HTML page with a nonce, so a fresh nonce is not proven`
      : undefined);
  return { findings: findingsOf(problems), summary: summary(pages), ...(unverified !== undefined && { unverified }) };
}

const CLERK_CSP = 'https://clerk.com/docs/guides/secure/best-practices/csp-headers';
const EXPECTED =
  'an enforced Content-Security-Policy on every HTML page, error pages too, that decides which scripts run';

function judgePolicies(page: Page, elsewhere: boolean): Problem[] {
  const policies = enforcedPolicies(page.exchange);
  if (policies.length === 0) return [missing(page, elsewhere)];
  return weaknesses(policies).map((weakness) => ({
    key: `${weakness.level} ${weakness.subject}`,
    page,
    finding: (all, { exchange }) =>
      (weakness.level === 'error' ? error : warning)({
        subject: weakness.subject,
        message: `${weakness.message}; on ${pageNames(all)}`,
        expected: EXPECTED,
        ...advice(weakness),
        docs: CLERK_CSP,
        exchange,
      }),
  }));
}

function missing(page: Page, elsewhere: boolean): Problem {
  const reportOnly = headerValues(page.exchange, 'content-security-policy-report-only').length > 0;
  const onlyOnErrors = elsewhere && status(page.exchange) >= 400;
  const what = reportOnly
    ? 'only Content-Security-Policy-Report-Only, which blocks nothing,'
    : 'no Content-Security-Policy';
  return {
    key: `missing ${reportOnly} ${onlyOnErrors}`,
    page,
    finding: (all, { exchange }) =>
      error({
        subject: 'Content-Security-Policy',
        message: `${what} on ${pageNames(all)}`,
        expected: EXPECTED,
        cause: missingCause(reportOnly, onlyOnErrors, elsewhere),
        fix: reportOnly
          ? 'Send the same policy as Content-Security-Policy: rename the header, or remove reportOnly from contentSecurityPolicy of clerkMiddleware (Next.js).'
          : 'In Next.js set contentSecurityPolicy: { strict: true } in clerkMiddleware and <ClerkProvider dynamic>, and let the matcher cover every page; elsewhere send the header with every page, in the app or at the server or CDN (nginx: add_header … always).',
        docs: CLERK_CSP,
        exchange,
      }),
  };
}

function missingCause(reportOnly: boolean, onlyOnErrors: boolean, elsewhere: boolean): string {
  if (reportOnly)
    return 'The policy is still on trial: reportOnly is set, or the report-only header was never replaced by the enforcing one.';
  if (onlyOnErrors) {
    return 'Successful pages have a policy and the error page has none: the header is set per page or only for 2xx answers, or the middleware’s matcher does not run for unknown paths.';
  }
  if (elsewhere) return 'Other pages have a policy: the middleware’s matcher or the header rule leaves this path out.';
  return 'Nothing sends a policy: contentSecurityPolicy of clerkMiddleware (Next.js) is off by default, and other frameworks send none by themselves.';
}

function advice({ kind, subject }: Weakness): { cause: string; fix: string } {
  const strict =
    "Set contentSecurityPolicy: { strict: true } in clerkMiddleware and <ClerkProvider dynamic> (Next.js), or send a fresh nonce with each page: it and 'strict-dynamic' replace the list. @clerk/astro writes inline scripts without a nonce: accept the warning there.";
  switch (kind) {
    case 'unrestricted':
      return {
        cause:
          'The policy was made for one purpose, such as frame-ancestors or upgrade-insecure-requests, and restricts no script.',
        fix: "Add default-src 'self' and a script-src with a nonce, hashes or a short list of hosts.",
      };
    case 'anywhere':
    case 'inline':
      return {
        cause:
          "Clerk’s default policy has 'unsafe-inline' https: http: in script-src so that static pages work; a policy of your own has a wildcard. Either stops no injected script.",
        fix: strict,
      };
    case 'data':
      return {
        cause:
          'data: was added for images or fonts and stands in script-src, or in default-src, which script-src falls back to.',
        fix: 'Move data: to img-src and font-src.',
      };
    case 'eval':
      return {
        cause:
          "Clerk and Next.js add 'unsafe-eval' in development only, so this may be a non-production build (NODE_ENV), or a library that compiles templates.",
        fix: 'Deploy a production build; where a library needs it, use its precompiled build.',
      };
    case 'bypass':
      return {
        cause:
          'The host serves JSONP or old libraries that run an attacker’s code; Clerk’s default policy lists maps.googleapis.com.',
        fix: `${strict} Otherwise name the full path of the script instead of its host.`,
      };
    case 'object':
      return { cause: 'Neither object-src nor a narrow default-src is set.', fix: "Add object-src 'none'." };
    case 'base':
      return {
        cause: 'Clerk’s strict policy does not set base-uri; a nonce policy needs it.',
        fix: "Add directives: { 'base-uri': [\"'none'\"] } to contentSecurityPolicy of clerkMiddleware (Next.js), or base-uri 'none' to your own policy.",
      };
    case 'syntax':
      return {
        cause: `Browsers ignore what they do not understand, so “${subject}” does not do what it seems to.`,
        fix: 'Correct the directive: keywords, nonces and hashes stand in single quotes, directives end with a semicolon.',
      };
  }
}

function judgeNonces(page: Page, second: Visit | undefined, all: readonly string[]): Problem[] {
  const nonces = noncesOf(page.exchange);
  if (nonces.length === 0) return [];
  const constant = second !== undefined && noncesOf(second.final).some((nonce) => nonces.includes(nonce));
  const short = nonces.find((nonce) => nonceBits(nonce) < MIN_NONCE_BITS);
  return [
    ...(constant ? [constantNonce(page)] : []),
    ...(short === undefined ? predictableNonce(page, all) : [shortNonce(page, short)]),
    // Scripts that carry a constant nonce run; those of a prerendered page do not carry the fresh one.
    ...judgeScripts(page),
  ];
}

function constantNonce(page: Page): Problem {
  const mark = prerenderMark(page.exchange);
  return {
    key: 'nonce constant',
    page,
    finding: (all, { exchange }) =>
      error({
        subject: 'nonce',
        message: `two visits got the same nonce on ${pageNames(all)}`,
        expected: 'a new random nonce in every answer',
        cause: `Whoever reads the page once knows the nonce of everyone. It is a constant in the configuration, made once at start, or the page is cached together with its header${mark === undefined ? '' : ` (${mark})`}.`,
        fix: 'Make the nonce in the middleware for each request (contentSecurityPolicy: { strict: true } does in Next.js), and keep nonce pages out of every cache: Cache-Control: private, no-store.',
        docs: 'https://www.w3.org/TR/CSP3/#security-nonces',
        exchange,
      }),
  };
}

const WEAK_NONCE = {
  subject: 'nonce',
  expected: 'at least 128 random bits, such as 16 bytes in base64',
  cause: 'The nonce comes from the time, a counter, Math.random() or too few bytes, so it can be guessed.',
  fix: "Make it with crypto.getRandomValues(new Uint8Array(16)) or crypto.randomBytes(16).toString('base64').",
  docs: 'https://www.w3.org/TR/CSP3/#security-nonces',
};

function shortNonce(page: Page, nonce: string): Problem {
  return {
    key: 'nonce short',
    page,
    finding: (all, { exchange }) =>
      error({
        ...WEAK_NONCE,
        message: `“${nonce}” holds at most ${nonceBits(nonce)} bits, on ${pageNames(all)}`,
        exchange,
      }),
  };
}

function predictableNonce(page: Page, all: readonly string[]): Problem[] {
  const bits = varyingBits(all);
  if (bits === undefined || bits >= MIN_VARYING_BITS) return [];
  const finding: Problem['finding'] = (pages, { exchange }) =>
    error({
      ...WEAK_NONCE,
      message: `the nonces of several answers differ by at most ${bits} bits (“${all[0]}”, “${all.at(-1)}”), on ${pageNames(pages)}`,
      exchange,
    });
  return [{ key: 'nonce predictable', page, finding }];
}

function judgeScripts(page: Page): Problem[] {
  const { own, foreign, carrying, otherNonce } = blockedScripts(page, enforcedPolicies(page.exchange));
  const mark = prerenderMark(page.exchange);
  const base = {
    expected: 'every script of the page carries the nonce of its policy, or its hash is listed',
    docs: CLERK_CSP,
  };
  if (own.length > 0) {
    const none = carrying === 0;
    const cause = none
      ? uncarriedCause(otherNonce, mark)
      : 'These scripts are written without the nonce: a <script> in the layout, a third-party snippet, or a part of the page that was prerendered.';
    const problem: Problem = {
      key: `scripts ${none} ${otherNonce !== undefined}`,
      page,
      finding: (all, { exchange }) =>
        error({
          ...base,
          subject: 'nonce and scripts',
          message: none
            ? `the policy’s nonce is on none of the scripts, so browsers block them (${own.length} on ${page.name}) and the page is dead; on ${pageNames(all)}`
            : `scripts without the nonce are blocked on ${pageNames(all)}: ${listed(own)}`,
          cause,
          fix: none
            ? 'Render the page for each request (<ClerkProvider dynamic>, or read headers() or await connection() in the layout) and pass the nonce on, or give static pages a policy with hashes instead.'
            : 'Pass the nonce to them (nonce={nonce} from the x-nonce header), or list their hashes.',
          exchange,
        }),
    };
    return [problem];
  }
  if (foreign.length === 0) return [];
  return [
    {
      key: `foreign ${listed(foreign)}`,
      page,
      finding: (all, { exchange }) =>
        warning({
          ...base,
          subject: 'third-party scripts',
          message: `browsers block ${listed(foreign)} on ${pageNames(all)}`,
          cause: 'The script was put into the page without its nonce, by hand or by the CDN.',
          fix: 'Load it with the nonce (next/script passes it on), or turn the injection off at the CDN.',
          exchange,
        }),
    },
  ];
}

function uncarriedCause(otherNonce: string | undefined, mark: string | undefined): string {
  const evidence = mark === undefined ? '' : ` (${mark})`;
  return otherNonce === undefined
    ? `The page is prerendered at build time${evidence} while the middleware adds a fresh nonce to the header: on a static page a nonce cannot work, it must be dynamic.`
    : `The scripts carry another nonce: the HTML comes from a cache or from build time${evidence} while the header is fresh, or two places each make their own nonce.`;
}

function noncesOf(page: Exchange): string[] {
  return enforcedPolicies(page).flatMap(scriptNonces);
}

function isRepeated(second: Visit | undefined): boolean {
  return (
    second !== undefined && second.stopped === undefined && isHtml(second.final) && noncesOf(second.final).length > 0
  );
}

function summary(pages: Pages): string {
  const policies = pages.html.map(({ exchange }) => enforcedPolicies(exchange));
  const nonces = pages.html.filter(({ exchange }) => noncesOf(exchange).length > 0).length;
  const byMeta = policies.filter((all) => all.every(({ delivery }) => delivery === 'meta')).length;
  return [
    `a policy that restricts scripts is enforced on ${seen(pages)}`,
    ...(byMeta > 0 ? [`${byMeta} of them by <meta>`] : []),
    ...(nonces > 0 ? [`the nonces of ${nonces} are random, differ between two visits and are on every script`] : []),
  ].join('; ');
}
