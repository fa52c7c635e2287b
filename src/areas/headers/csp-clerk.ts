import { clerkTraces } from '../../target/clerk.ts';
import { elementsByTag } from '../../target/html.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import type { ClerkIdentity } from '../../target/identity.ts';
import { error, inapplicable, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { judgeBehindSignIn, visitBehindSignIn } from './behind-sign-in.ts';
import type { BehindSignIn } from './behind-sign-in.ts';
import { findingsOf } from './group.ts';
import type { Problem } from './group.ts';
import { request } from './nonce.ts';
import { pageNames, pagesOf, unseenReason } from './pages.ts';
import type { Page, Pages } from './pages.ts';
import { enforcedPolicies, governing } from './policy.ts';
import type { Policy } from './policy.ts';
import { allowsFetch, allowsRuntimeStyles, allowsScript } from './source.ts';
import type { ScriptRequest } from './source.ts';

/** Something that Clerk's scripts do in the browser and that the policy must allow. */
interface Need {
  /** As in `csp.ignoreNeeds`: `img-src https://img.clerk.com`. */
  readonly name: string;
  readonly directive: string;
  readonly allowed: (policy: Policy) => boolean;
  /** What a visitor notices when it is blocked. */
  readonly effect: string;
  /** Only instances with Clerk Protect need it. */
  readonly optional?: boolean;
}

const ID = 'headers/csp-clerk';

/** headers/csp-clerk; sends nothing beside the shared visits of the public pages. */
export const cspClerk = defineCheck<readonly Visit[]>({
  id: ID,
  collect: ({ target, readiness }) => target.publicPages(readiness),
  judge: (visits, expectation): Judgement => {
    const pages = pagesOf(visits);
    const { needs, ...judgement } = judge(pages, clerkPages(pages, expectation), expectation);
    const known = needs.map(normal);
    const unknown =
      known.length === 0 ? [] : expectation.readiness.csp.ignoreNeeds.filter((name) => !known.includes(normal(name)));
    return { ...judgement, findings: [...judgement.findings, ...unknown.map((name) => unknownNeed(name, needs))] };
  },
});

/** headers/csp-clerk for pages behind sign-in, which show what only signed-in people see: their avatar, their account. */
export const cspClerkSignedIn = defineCheck<BehindSignIn>({
  id: ID,
  part: { methods: ['signed-in'] },
  collect: visitBehindSignIn,
  judge: (behind, expectation) =>
    judgeBehindSignIn(behind, (pages) => {
      const clerk = pages.html.filter(runsClerk);
      if (clerk.length === 0) return inapplicable(`Clerk runs on none of ${pageNames(pages.html)}`);
      const { needs: _, ...judgement } = judge(pages, clerk, expectation);
      return judgement;
    }),
});

/** @returns also the needs that Clerk has on pages with a policy */
function judge(
  pages: Pages,
  clerk: readonly Page[],
  expectation: Expectation,
): Judgement & { readonly needs: readonly string[] } {
  const restricted = clerk.filter(({ exchange }) => enforcedPolicies(exchange).length > 0);
  const ignored = expectation.readiness.csp.ignoreNeeds.map(normal);
  const needs = [...new Set(restricted.flatMap((page) => needsOf(page, expectation).map(({ name }) => name)))];
  const isIgnored = (name: string) => ignored.includes(normal(name));
  const problems = restricted.flatMap((page) =>
    needsOf(page, expectation)
      .filter(({ name }) => !isIgnored(name))
      .flatMap((need) => judgeNeed(need, page)),
  );
  return {
    needs,
    findings: findingsOf(problems),
    summary: summary(
      needs.filter((name) => !isIgnored(name)),
      needs.filter(isIgnored),
      restricted,
    ),
    ...doubt(pages, clerk, restricted, expectation),
  };
}

function summary(judged: readonly string[], leftOut: readonly string[], pages: readonly Page[]): string {
  const rest = leftOut.length > 0 ? `; left out by csp.ignoreNeeds: ${leftOut.join(', ')}` : '';
  return `${judged.length} needs of Clerk are allowed by the policies of ${pageNames(pages)}${rest}`;
}

/** Pages where Clerk runs: those with its traces, else the sign-in page. */
function clerkPages({ html }: Pages, { readiness }: Expectation): Page[] {
  const traced = html.filter(runsClerk);
  return traced.length > 0 ? traced : html.filter(({ path }) => path === readiness.routes.signIn);
}

function runsClerk({ exchange }: Page): boolean {
  const { publishableKeys, scripts } = clerkTraces(exchange);
  return publishableKeys.length + scripts.length > 0;
}

function doubt(
  pages: Pages,
  clerk: readonly Page[],
  restricted: readonly Page[],
  { identity }: Expectation,
): Pick<Judgement, 'unverified' | 'inapplicable'> {
  const unseen = unseenReason(pages);
  if (unseen !== undefined) return { unverified: unseen };
  if (clerk.length === 0)
    return {
      unverified: `Clerk runs on none of ${pageNames(pages.html)}; set routes.signIn, or add a page with Clerk to routes.public`,
    };
  if (restricted.length === 0)
    return {
      inapplicable: `no policy is enforced on ${pageNames(clerk)}, so nothing of Clerk is blocked (headers/csp judges the missing policy)`,
    };
  if (identity.clerk.frontendApi === undefined) {
    return {
      unverified:
        'the Frontend API is unknown, so connect-src and script-src are not proven for it: set clerk.publishableKey',
    };
  }
  return {};
}

const TURNSTILE = 'https://challenges.cloudflare.com';
const PROTECT = 'https://*.protect.clerk.com';

function needsOf({ exchange, url }: Page, { identity }: Expectation): Need[] {
  const fetches = (directive: string, urls: readonly string[]) => (policy: Policy) =>
    urls.every((to) => allowsFetch(policy, directive, new URL(to, url), url));
  const { frontendApi } = identity.clerk;
  return [
    ...scriptNeeds(exchange, url, identity.clerk),
    {
      name: `script-src ${TURNSTILE}`,
      directive: 'script-src-elem',
      allowed: (policy) =>
        allowsScript(policy, { url: new URL('/turnstile/v0/api.js', TURNSTILE), parserInserted: false }, url),
      effect: 'bot protection (Turnstile) cannot load, so sign-up fails for visitors that must prove they are human',
    },
    ...(frontendApi === undefined
      ? []
      : [
          {
            name: `connect-src ${frontendApi}`,
            directive: 'connect-src',
            allowed: fetches('connect-src', [`${frontendApi}/v1/environment`, `${frontendApi}/v1/client`]),
            effect: 'Clerk cannot reach its Frontend API: nobody can sign in or stay signed in',
          },
        ]),
    {
      name: 'img-src https://img.clerk.com',
      directive: 'img-src',
      allowed: fetches('img-src', ['https://img.clerk.com/image']),
      effect: 'avatars and organisation logos stay empty',
    },
    {
      name: 'worker-src blob:',
      directive: 'worker-src',
      allowed: fetches('worker-src', [`blob:${url.origin}/worker`]),
      effect: 'the worker that refreshes the session token cannot start, so background tabs lose their session',
    },
    {
      name: "style-src 'unsafe-inline'",
      directive: 'style-src-elem',
      allowed: allowsRuntimeStyles,
      effect: 'Clerk’s components write their styles at run time and appear unstyled',
    },
    {
      name: `frame-src ${TURNSTILE}`,
      directive: 'frame-src',
      allowed: fetches('frame-src', [`${TURNSTILE}/cdn-cgi/challenge-platform/turnstile`]),
      effect: 'the Turnstile challenge cannot be shown, so sign-up fails for visitors that get one',
    },
    {
      name: 'trusted-types default',
      directive: 'trusted-types',
      allowed: ({ directives }) =>
        !directives['require-trusted-types-for'] ||
        directives['trusted-types']?.some((name) => ['default', '*'].includes(name)) !== false,
      effect: 'Clerk’s scripts load others by plain addresses: no sign-in form appears',
    },
    {
      name: `script-src ${PROTECT}`,
      directive: 'script-src-elem',
      allowed: (policy) =>
        allowsScript(
          policy,
          { url: new URL('https://instance.protect.clerk.com/protect.js'), parserInserted: false },
          url,
        ),
      effect: 'Clerk Protect cannot load',
      optional: true,
    },
    {
      name: `connect-src ${PROTECT}:*`,
      directive: 'connect-src',
      allowed: fetches('connect-src', [
        'https://instance.protect.clerk.com/v1',
        'https://instance.protect.clerk.com:8443/v1',
      ]),
      effect: 'Clerk Protect cannot report',
      optional: true,
    },
    {
      name: `frame-src ${PROTECT}`,
      directive: 'frame-src',
      allowed: fetches('frame-src', ['https://instance.protect.clerk.com/frame']),
      effect: 'a Clerk Protect challenge cannot be shown',
      optional: true,
    },
  ];
}

/** Clerk's own scripts as the page has them, or where clerk-js loads from when a bundle inserts it. */
function scriptNeeds(exchange: Exchange, page: URL, { frontendApi, clerkJsVersion = '6' }: ClerkIdentity): Need[] {
  const known = clerkTraces(exchange).scripts;
  const tags = elementsByTag(exchange, 'script').filter(({ attributes }) => known.includes(attributes['src'] ?? ''));
  const inserted: ScriptRequest[] =
    tags.length > 0 || frontendApi === undefined
      ? []
      : [
          {
            url: new URL(`${frontendApi}/npm/@clerk/clerk-js@${clerkJsVersion}/dist/clerk.browser.js`),
            parserInserted: false,
          },
        ];
  const scripts = [...tags.map((tag) => request(tag, page)), ...inserted];
  const origins = [...new Set(scripts.map(({ url }) => (url ?? page).origin))];
  return origins.map((origin) => {
    const own = scripts.filter(({ url }) => (url ?? page).origin === origin);
    // The files of Clerk's bundles come from the same folders, without a nonce (@clerk/ui 1, @clerk/clerk-js up to 6).
    const parts = own.filter(({ url }) => url && !url.pathname.includes('headless'));
    const group = [...own, ...parts.map(({ url }) => ({ url: new URL('../../part.js', url), parserInserted: false }))];
    return {
      name: `script-src ${origin}`,
      directive: 'script-src-elem',
      allowed: (policy) => group.every((script) => allowsScript(policy, script, page)),
      effect: `Clerk’s own script (${group[0]?.url?.pathname ?? ''}) or a part of it is blocked: no sign-in form appears and nobody is signed in`,
    };
  });
}

function judgeNeed(need: Need, page: Page): Problem[] {
  const blocking = enforcedPolicies(page.exchange).find((policy) => !need.allowed(policy));
  if (!blocking) return [];
  const rule = governing(blocking, need.directive);
  return [
    {
      key: `${need.name} ${rule?.name} ${rule?.sources.filter((source) => !/^'nonce-/i.test(source)).join(' ')}`,
      page,
      finding: (pages, { exchange }) =>
        (need.optional === true ? warning : error)({
          subject: need.name,
          message: `${rule?.name ?? need.directive} blocks it on ${pageNames(pages)}: ${need.effect}`,
          expected: `a policy that allows ${need.name}, as a browser matches sources (CSP Level 3)`,
          cause: causeOf(need, rule),
          fix: fixOf(need, rule),
          docs: 'https://clerk.com/docs/guides/secure/best-practices/csp-headers',
          exchange,
        }),
    },
  ];
}

function causeOf({ name, directive, optional }: Need, rule: ReturnType<typeof governing>): string {
  const governs = rule
    ? `${rule.name} is “${rule.sources.map((source) => (/^'nonce-/i.test(source) ? "'nonce-…'" : source)).join(' ')}”`
    : '';
  const sources = rule?.sources ?? [];
  const notes = [
    ...(rule && !name.startsWith(`${rule.name} `)
      ? [`the policy has no ${name.split(' ')[0]}, so ${rule.name} decides`]
      : []),
    ...(directive === 'style-src-elem' && sources.includes("'unsafe-inline'")
      ? ["a nonce or a hash there makes browsers ignore 'unsafe-inline'"]
      : []),
    ...(isStrictDynamic(directive, rule)
      ? [
          "'strict-dynamic' makes browsers ignore the listed hosts, and the script tag does not carry the policy’s nonce (prerendered page, or ClerkProvider without dynamic)",
        ]
      : []),
    ...(optional === true ? ['only instances with Clerk Protect need it'] : []),
  ];
  return `${[governs, ...notes].filter((part) => part !== '').join('; ')}.`;
}

function fixOf({ name, directive, optional }: Need, rule: ReturnType<typeof governing>): string {
  const [named = '', source = ''] = name.split(' ');
  const leaveOut = `or, where this app does without it, set csp.ignoreNeeds: ["${name}"]`;
  if (directive === 'style-src-elem') {
    return `Give style-src 'unsafe-inline' and neither nonce nor hash, ${leaveOut}, after a look at /sign-in in a browser.`;
  }
  if (isStrictDynamic(directive, rule))
    return `Give Clerk’s script the nonce of the policy: render the page for each request, with <ClerkProvider dynamic> (Next.js) or <ClerkProvider nonce={…}>, ${leaveOut}.`;
  if (directive === 'trusted-types')
    return `Take require-trusted-types-for out, or add default to trusted-types and make that policy let Clerk’s addresses pass, ${leaveOut}.`;
  if (optional === true) return `Add ${source} to ${named} when Clerk Protect is on for the instance, ${leaveOut}.`;
  return `Add ${source} to ${named}, or let clerkMiddleware({ contentSecurityPolicy: {} }) write the policy (Next.js), ${leaveOut}.`;
}

/** True where the listed hosts of scripts count for nothing. */
function isStrictDynamic(directive: string, rule: ReturnType<typeof governing>): boolean {
  return directive === 'script-src-elem' && rule?.sources.includes("'strict-dynamic'") === true;
}

function unknownNeed(name: string, known: readonly string[]): Finding {
  return warning({
    subject: 'csp.ignoreNeeds',
    message: `“${name}” is no need that this check knows`,
    expected: `one of ${known.join(', ')}`,
    cause: 'A slip of the pen, or the Frontend API has another host now.',
    fix: 'Correct or remove the entry.',
  });
}

function normal(need: string): string {
  return need.trim().toLowerCase().replace(/\s+/g, ' ');
}
