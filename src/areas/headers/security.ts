import { error, warning } from '../../result.ts';
import type { FindingParts, Judgement } from '../../result.ts';
import { headerValues } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { defineCheck } from '../../verify.ts';
import { judgeBehindSignIn, visitBehindSignIn } from './behind-sign-in.ts';
import type { BehindSignIn } from './behind-sign-in.ts';
import { findingsOf } from './group.ts';
import type { Problem } from './group.ts';
import { metaContents, pageNames, pagesOf, seen, unseenReason } from './pages.ts';
import type { Page, Pages } from './pages.ts';
import { enforcedPolicies } from './policy.ts';

const ID = 'headers/security';

/** headers/security for what anyone gets; sends nothing beside the shared visits of the public pages. */
export const securityHeaders = defineCheck<readonly Visit[]>({
  id: ID,
  collect: ({ target, readiness }) => target.publicPages(readiness),
  judge: (visits) => judge(pagesOf(visits)),
});

/** headers/security for pages behind sign-in, which others gain most from framing; sends one visit for each. */
export const securityHeadersSignedIn = defineCheck<BehindSignIn>({
  id: ID,
  part: { methods: ['signed-in'] },
  collect: visitBehindSignIn,
  judge: (behind) => judgeBehindSignIn(behind, judge),
});

/** @param others pages that tell whether a header is missing everywhere */
function judge(pages: Pages, others: readonly Page[] = []): Judgement {
  const problems = pages.html.flatMap((page) => [
    ...transportSecurity(page, [...pages.html, ...others]),
    ...contentTypeOptions(page),
    ...framing(page),
    ...referrerPolicy(page),
    ...poweredBy(page),
  ]);
  const unverified = unseenReason(pages);
  const overHttp = pages.html.some(({ url }) => url.protocol === 'http:')
    ? '; Strict-Transport-Security is not judged over http, where browsers ignore it (RFC 6797 section 8.1)'
    : '';
  return {
    findings: findingsOf(problems),
    summary: `transport, type, framing and referrer headers are set and no X-Powered-By is sent on ${seen(pages)}${overHttp}`,
    ...(unverified !== undefined && { unverified }),
  };
}

const MDN = 'https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers';

/** Where each framework sets a header for every path, error pages too. */
const EVERYWHERE =
  "headers() with source '/(.*)' in next.config, helmet() in Express or @fastify/helmet with a contentSecurityPolicy of your own (that of helmet blocks Clerk), secureHeaders() in Hono, a middleware in Astro, or at the CDN";

function problem(
  page: Page,
  key: string,
  level: 'error' | 'warning',
  parts: (pages: string) => Omit<FindingParts, 'docs' | 'exchange'>,
): Problem {
  return {
    key: `${level} ${key}`,
    page,
    finding: (pages, { exchange }) => {
      const made = parts(pageNames(pages));
      return (level === 'error' ? error : warning)({ ...made, docs: `${MDN}/${made.subject}`, exchange });
    },
  };
}

function absent(page: Page, subject: string, expected: string, harm: string, fix: string): Problem {
  return problem(page, `${subject} absent`, 'error', (pages) => ({
    subject,
    message: `not sent on ${pages}`,
    expected,
    cause: `No rule sets it for this path; neither Clerk nor a framework does by itself. ${harm}`,
    fix: `${fix}: ${EVERYWHERE}.`,
  }));
}

const HSTS = 'Strict-Transport-Security';
/** Seconds; MDN's Observatory counts 180 days as six months, as many sites do. */
const SIX_MONTHS = 15_552_000;

function transportSecurity(page: Page, all: readonly Page[]): Problem[] {
  if (page.url.protocol !== 'https:') return [];
  const expected = `${HSTS}: max-age of at least ${SIX_MONTHS} (180 days) on every https answer`;
  const sent = headerValues(page.exchange, HSTS);
  // A browser takes the first one only (RFC 6797 section 8.1).
  const [first] = sent;
  if (first === undefined) {
    const elsewhere = all.some(({ exchange }) => headerValues(exchange, HSTS).length > 0);
    if (!elsewhere) {
      return [
        absent(
          page,
          HSTS,
          expected,
          'Clerk’s __session cookie and every page can then be taken over on the first http request.',
          `Send ${HSTS}: max-age=31536000`,
        ),
      ];
    }
    return [
      problem(page, `${HSTS} partly`, 'warning', (pages) => ({
        subject: HSTS,
        message: `not sent on ${pages}, though on other pages`,
        expected,
        cause: 'The rule that sets it leaves some paths out; a visitor who meets only these is not protected.',
        fix: `Set it for every path: ${EVERYWHERE}.`,
      })),
    ];
  }
  const several = new Set(sent).size > 1 ? [conflict(page, HSTS, sent, expected, 'browsers take the first')] : [];
  const maxAge = hstsMaxAge(first);
  if (maxAge === undefined || maxAge === 0) {
    const what = maxAge === 0 ? 'turns it off' : 'has no valid max-age, so browsers ignore it';
    return [
      ...several,
      problem(page, `${HSTS} void ${first}`, 'error', (pages) => ({
        subject: HSTS,
        message: `“${first}” ${what}; on ${pages}`,
        expected,
        cause:
          maxAge === 0
            ? 'HSTS was switched off on purpose, or a proxy overrides the app.'
            : 'The value is malformed: max-age is missing, given twice, or no number.',
        fix: `Send ${HSTS}: max-age=31536000: ${EVERYWHERE}.`,
      })),
    ];
  }
  if (maxAge >= SIX_MONTHS) return several;
  return [
    ...several,
    problem(page, `${HSTS} short ${maxAge}`, 'warning', (pages) => ({
      subject: HSTS,
      message: `max-age=${maxAge} is ${Math.floor(maxAge / 86_400)} days; on ${pages}`,
      expected,
      cause: 'The short value of a first roll-out was left in place.',
      fix: 'Raise max-age to 31536000 once every subdomain that is covered answers over https.',
    })),
  ];
}

/** Seconds; undefined when the value is invalid (RFC 6797 section 6.1: max-age is required, directives must not repeat). */
function hstsMaxAge(value: string): number | undefined {
  const ages =
    value
      .split(',')[0]
      ?.split(';')
      .flatMap((part) => /^\s*max-age\s*=\s*"?(\d+)"?\s*$/i.exec(part)?.[1] ?? []) ?? [];
  return ages.length === 1 ? Number(ages[0]) : undefined;
}

const NOSNIFF = 'X-Content-Type-Options';

function contentTypeOptions(page: Page): Problem[] {
  const expected = `${NOSNIFF}: nosniff`;
  const values = tokens(page.exchange, NOSNIFF);
  // Fetch, “determine nosniff”: the first value decides.
  const [first] = values;
  if (first === undefined) {
    return [absent(page, NOSNIFF, expected, 'Browsers may run an uploaded text as a script.', `Send ${expected}`)];
  }
  if (first === 'nosniff') return [];
  return [
    problem(page, `${NOSNIFF} ${first}`, 'error', (pages) => ({
      subject: NOSNIFF,
      message: `“${first}” means nothing to browsers; on ${pages}`,
      expected,
      cause: 'The value is misspelt, or two layers each set the header and the first one is wrong.',
      fix: `Send exactly ${expected}, once.`,
    })),
  ];
}

const FRAMES = 'X-Frame-Options';

function framing(page: Page): Problem[] {
  const expected =
    "frame-ancestors 'none', 'self' or a list of hosts in an enforced Content-Security-Policy header, or X-Frame-Options: DENY or SAMEORIGIN";
  const fix =
    "Add directives: { 'frame-ancestors': [\"'none'\"] } to contentSecurityPolicy of clerkMiddleware (Next.js), or send X-Frame-Options: DENY";
  const ancestors = enforcedPolicies(page.exchange)
    .filter(({ delivery }) => delivery === 'header')
    .flatMap(({ directives }) => (directives['frame-ancestors'] ? [directives['frame-ancestors']] : []));
  if (ancestors.length > 0) {
    // Where frame-ancestors is set, browsers ignore X-Frame-Options (HTML section 7.7); each policy must allow a frame.
    if (ancestors.some((sources) => !sources.some(isAnyHost))) return [];
    return [
      problem(page, 'frame-ancestors open', 'error', (pages) => ({
        subject: FRAMES,
        message: `frame-ancestors ${ancestors[0]?.join(' ')} lets every site frame ${pages}`,
        expected,
        cause:
          'A wildcard was set for an embed or a preview; with it X-Frame-Options is ignored as well. Any site can lay its own buttons over your sign-in form.',
        fix: 'Name the hosts that may frame the app.',
      })),
    ];
  }
  const values = [...new Set(tokens(page.exchange, FRAMES))];
  if (values.length === 0) {
    return [
      absent(
        page,
        FRAMES,
        expected,
        'Clerk’s own policy has no frame-ancestors either, so any site can lay its buttons over your sign-in form.',
        fix,
      ),
    ];
  }
  if (values.length > 1)
    return [conflict(page, FRAMES, values, expected, 'browsers then refuse every frame, your own too')];
  if (values[0] === 'deny' || values[0] === 'sameorigin') return [];
  return [
    problem(page, `${FRAMES} ${values[0]}`, 'error', (pages) => ({
      subject: FRAMES,
      message: `“${values[0]}” is ignored by browsers; on ${pages}`,
      expected,
      cause: 'ALLOW-FROM and ALLOWALL are not part of the standard; frame-ancestors replaced them.',
      fix: `${fix}.`,
    })),
  ];
}

function isAnyHost(source: string): boolean {
  return /^(\*|https?:|https?:\/\/\*(:\*)?\/?)$/i.test(source);
}

const REFERRER = 'Referrer-Policy';
const PRIVATE_POLICIES = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin'];
const UNSAFE_POLICIES = ['origin', 'origin-when-cross-origin', 'unsafe-url', 'no-referrer-when-downgrade'];

function referrerPolicy(page: Page): Problem[] {
  const expected = `${REFERRER}: one of ${PRIVATE_POLICIES.join(', ')}`;
  const meta = metaContents(page.exchange, ({ name }) => name?.toLowerCase() === 'referrer').map((content) =>
    content.trim().toLowerCase(),
  );
  const sent = [...tokens(page.exchange, REFERRER), ...meta];
  // The last value that a browser knows decides, and an element comes after the header (Referrer Policy section 8.1).
  const policy = sent.findLast((value) => [...PRIVATE_POLICIES, ...UNSAFE_POLICIES].includes(value));
  if (sent.length === 0) {
    return [
      absent(
        page,
        REFERRER,
        expected,
        'What is sent to other sites is then each browser’s choice; Clerk’s redirect_url and ticket parameters stand in URLs.',
        `Send ${REFERRER}: strict-origin-when-cross-origin`,
      ),
    ];
  }
  if (policy !== undefined && PRIVATE_POLICIES.includes(policy)) return [];
  return [
    problem(page, `${REFERRER} ${policy ?? sent.join(', ')}`, 'error', (pages) => ({
      subject: REFERRER,
      message:
        policy === undefined
          ? `“${sent.join(', ')}” is no policy that browsers know; on ${pages}`
          : `“${policy}” gives more of the URL to other sites or to http than browsers do by default; on ${pages}`,
      expected,
      cause:
        'An analytics or affiliate set-up asked for more referrer data, or the value is misspelt. URLs of sign-in pages carry redirect_url and tickets.',
      fix: `Send ${REFERRER}: strict-origin-when-cross-origin: ${EVERYWHERE}.`,
    })),
  ];
}

const POWERED_BY = 'X-Powered-By';

function poweredBy(page: Page): Problem[] {
  const [value] = headerValues(page.exchange, POWERED_BY);
  if (value === undefined) return [];
  return [
    problem(page, POWERED_BY, 'error', (pages) => ({
      subject: POWERED_BY,
      message: `“${value}” names the framework on ${pages}`,
      expected: `no ${POWERED_BY} header`,
      cause: 'Frameworks send it by default; it tells attackers which advisories to try.',
      fix: "Set poweredByHeader: false in next.config, app.disable('x-powered-by') in Express, or strip it at the proxy.",
    })),
  ];
}

function conflict(page: Page, subject: string, values: readonly string[], expected: string, effect: string): Problem {
  return problem(page, `${subject} conflict`, 'warning', (pages) => ({
    subject,
    message: `sent with different values (${values.join(' | ')}): ${effect}; on ${pages}`,
    expected,
    cause: 'The app and the proxy or CDN in front of it each set the header.',
    fix: 'Set it in one place only.',
  }));
}

/** Values of a list header in lower case, repeated headers joined, empty ones dropped. */
function tokens(exchange: Exchange, name: string): string[] {
  return headerValues(exchange, name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim().toLowerCase())
    .filter((value) => value !== '');
}
