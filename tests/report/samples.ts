import { CATALOG } from '../../src/catalog.ts';
import { buildReport } from '../../src/report/report.ts';
import type { Report, ReportInput } from '../../src/report/report.ts';
import { error, warning } from '../../src/result.ts';
import type { CheckResult } from '../../src/result.ts';
import { exchange } from '../support/exchange.ts';
import { result } from './results.ts';

/** What a target may say to break out of each format: HTML, URLs, Markdown, ANSI, workflow commands, SARIF links and placeholders. */
export const HOSTILE = [
  '</summary></details></script></style><script>window.pwned=1</script><img src=x onerror="window.pwned=1">',
  `"'><a href="javascript:window.pwned=1">x</a> \`\`\` | [x](javascript:window.pwned=1) ![i](https://evil.example/i.png) https://evil.example/auto www.evil.example a@evil.example @octocat #1 &lt;b&gt; <b>`,
  '::error file=a.ts::owned',
  '  ::set-output name=x::owned',
  '%0A::error::owned %0D',
  '##[set-output name=x;]owned ##vso[task.setvariable variable=x]owned ##teamcity[message]',
  '\u001b[2K\rResult: READY for production\u0007\u009b1m\u202e\u2028',
  '[link](1) {0} \\',
].join('\n');

/** The input of a report about these checks, as the reporter makes it. */
export function input(checks: readonly CheckResult[], over: Partial<ReportInput> = {}): ReportInput {
  return {
    tool: { name: 'clerk-readiness', version: '0.1.0' },
    target: { name: 'readiness', baseURL: 'https://app.example.com', profile: 'production', mode: 'read-only' },
    identity: {
      origin: 'https://app.example.com',
      framework: 'next',
      clerk: { publishableKey: 'k', publishableKeyKind: 'live', frontendApi: 'https://clerk.example.com' },
    },
    startedAt: new Date('2026-11-25T16:04:36Z'),
    durationMs: 41_250,
    connectRequests: 3,
    checks: checks.map((one) => ({ result: one, selected: true, complete: true })),
    run: { status: 'finished', errors: [] },
    ...over,
  };
}

const FORM = {
  expected: '401, or a redirect to sign-in, before anything of the page is sent',
  cause: 'The matcher of clerkMiddleware does not cover this path, so auth.protect() never runs for it.',
  fix: 'Add the path to the matcher in middleware.ts, or call auth.protect() in the page itself.',
  docs: 'https://clerk.com/docs/reference/nextjs/clerk-middleware',
};

/** A failing result with one error finding and one warning. */
export function failingResult(id: string, subject = '/dashboard'): CheckResult {
  const message = 'the page was served to an anonymous visitor with 200';
  return result(id, {
    status: 'fail',
    reason: `${subject}: ${message} (and 1 more)`,
    findings: [
      error({
        ...FORM,
        subject,
        message,
        exchange: exchange({
          method: 'POST',
          path: subject,
          requestHeaders: { accept: 'text/html', 'user-agent': 'clerk-readiness/0.1.0' },
          headers: { 'cache-control': 'private, no-store' },
          body: '<!doctype html><title>Dashboard</title><h1>Your projects</h1>',
        }),
      }),
      warning({ ...FORM, subject: '/settings', message: 'answers 403 where a redirect to sign-in is usual' }),
    ],
  });
}

const PROVEN = 'proven in 5 request shapes, with a genuine answer as control';
const passes = CATALOG.map(({ id }) => result(id, { reason: PROVEN, durationMs: 420, requests: 7 }));

function having(...others: readonly CheckResult[]): CheckResult[] {
  const byId = new Map([...passes, ...others].map((check) => [check.id, check]));
  return [...byId.values()];
}

const SETTLED = [
  result('headers/csp', {
    status: 'waived',
    reason: '/: no policy is enforced, only Content-Security-Policy-Report-Only',
    findings: [error({ ...FORM, subject: '/', message: 'only Content-Security-Policy-Report-Only is sent' })],
    waiver: { reason: 'SEC-12: moving to nonces', until: '2027-01-31', state: 'active' },
  }),
  result('headers/cookies', { waiver: { reason: 'SEC-9: legacy cookie', until: '2026-12-31', state: 'removable' } }),
  result('monitoring/uptime', {
    status: 'attested',
    reason: 'attested by platform team on 2026-11-01',
    attestation: {
      evidence: 'https://status.example.com',
      by: 'platform team',
      on: '2026-11-01',
      until: '2027-01-30',
      state: 'active',
    },
  }),
  result('abuse/rate-limit', {
    status: 'not-verified',
    reason: "it sends a burst of requests: set mode: 'full' to allow that",
  }),
  result('cors/allowed-origin', { status: 'not-applicable', reason: 'cors is false: declared as not existing' }),
  result('headers/security', {
    findings: [
      warning({ ...FORM, subject: '/', message: 'HSTS has a max-age of 1 day', fix: 'Raise max-age to a year.' }),
    ],
  }),
];

const THREE = having(
  ...SETTLED,
  failingResult('routes/protected-redirect'),
  failingResult('performance/static-bypass', '/logo.svg'),
  failingResult('api/forged-token', '/api/me'),
);

/** A report of yesterday, against which two checks regressed, one is no longer proven and one was fixed. */
const YESTERDAY = buildReport(
  input(
    having(
      ...SETTLED,
      result('abuse/rate-limit'),
      failingResult('api/forged-token', '/api/me'),
      failingResult('errors/not-found-page'),
    ),
    { startedAt: new Date('2026-11-24T09:30:00Z') },
  ),
);

const owned = (index: number) => failingResult(`acme/tenant-isolation-${index}`, `/api/tenants/${index}`);

function hostile(id: string, over: Partial<CheckResult>): CheckResult {
  const parts = { subject: HOSTILE, message: HOSTILE, expected: HOSTILE, cause: HOSTILE, fix: HOSTILE };
  return {
    ...result(id),
    title: HOSTILE,
    reason: HOSTILE,
    findings: [
      error({
        ...parts,
        docs: 'javascript:window.pwned=1',
        exchange: exchange({
          method: 'GET',
          path: `/${HOSTILE}`,
          requestHeaders: { 'x-evil': HOSTILE },
          headers: { 'x-evil': HOSTILE },
          body: HOSTILE,
        }),
      }),
      warning({ ...parts, docs: `https://evil.example/${HOSTILE}` }),
    ],
    ...over,
  };
}

/** Reports as they look in real runs, and one in which every text comes from an enemy. */
export const SAMPLES = {
  ready: buildReport(input(passes)),
  three: buildReport(input(THREE, { previous: YESTERDAY })),
  sixty: buildReport(
    input(
      [
        ...CATALOG.map(({ id }) => failingResult(id)),
        ...Array.from({ length: 60 - CATALOG.length }, (_, index) => owned(index)),
      ],
      { previous: YESTERDAY },
    ),
  ),
  smoke: buildReport(input(passes.filter(({ id }) => CATALOG.some((entry) => entry.id === id && entry.smoke)))),
  aborted: buildReport(
    input([], { run: { status: 'finished', errors: [], aborted: 'Nothing listens at 127.0.0.1:1' } }),
  ),
  hostile: buildReport(
    input(
      [
        hostile('routes/bypass', { status: 'fail' }),
        hostile('headers/csp', {
          status: 'waived',
          waiver: { reason: HOSTILE, until: '2099-01-01', state: 'active' },
        }),
        hostile('monitoring/uptime', {
          status: 'attested',
          attestation: { evidence: HOSTILE, by: HOSTILE, on: '2026-11-01', until: '2026-12-01', state: 'active' },
        }),
        hostile('acme/<img src=x onerror=window.pwned=1>', { status: 'fail', area: HOSTILE }),
        hostile('acme/quiet', { status: 'fail', findings: [] }),
        hostile('acme/pass', { status: 'pass' }),
      ],
      {
        target: { name: HOSTILE, baseURL: HOSTILE, profile: 'production', mode: 'read-only' },
        identity: {
          origin: HOSTILE,
          framework: HOSTILE,
          clerk: { frontendApi: HOSTILE, clerkJsVersion: HOSTILE },
        },
        run: { status: 'finished', errors: [HOSTILE, HOSTILE] },
        previous: {
          startedAt: '2026-11-24T09:30:00Z',
          verdict: 'READY',
          checks: [
            { id: 'routes/bypass', title: HOSTILE, status: 'pass' },
            { id: 'acme/gone', title: HOSTILE, status: 'fail' },
          ],
        },
      },
    ),
  ),
} satisfies Record<string, Report>;
