import { oneLine } from '../../report/printable.ts';
import type { CheckResult } from '../../result.ts';

/** What would prove more, and how a reason names it. */
interface Need {
  readonly pattern: RegExp;
  /** What to give, as a flag where there is one. */
  readonly give: string;
  /** Only an own configuration takes it. */
  readonly configured?: true;
}

const NEEDS: readonly Need[] = [
  { pattern: /in routes\.public/, give: '--public <path> for each page that anybody may see' },
  { pattern: /\broutes\.public\b/, give: '--public <path>' },
  { pattern: /(?:set|in) routes\.protected\b/, give: '--protected <path>' },
  { pattern: /set api\b/, give: '--api <path>' },
  { pattern: /set webhook\.path/, give: '--webhook <path>' },
  { pattern: /set health\.path/, give: '--health <path>' },
  { pattern: /set routes\.signIn/, give: '--sign-in <page>' },
  { pattern: /set project\.root/, give: '--project <folder with the source>' },
  { pattern: /part was not selected|^not selected/, give: 'a run of all tests, with a browser' },
  { pattern: /set session\.user/, give: 'session.user, a test user, with CLERK_SECRET_KEY', configured: true },
  { pattern: /set clerk\.secretKey/, give: '--with-secrets, with CLERK_SECRET_KEY' },
  { pattern: /set webhook\.secret/, give: '--with-secrets, with CLERK_WEBHOOK_SIGNING_SECRET' },
  { pattern: /set mode: 'full'/, give: "mode: 'full', on a deployment that may be written to", configured: true },
  { pattern: /set clerk\.publishableKey/, give: 'clerk.publishableKey', configured: true },
  { pattern: /set cors\.allowedOrigins/, give: 'cors.allowedOrigins', configured: true },
  { pattern: /set errors\.crashPath/, give: 'errors.crashPath', configured: true },
  { pattern: /set rateLimit/, give: 'rateLimit', configured: true },
  { pattern: /attest it/, give: 'attest or probe, evidence for what cannot be seen from outside', configured: true },
];

/** What would verify the rest: each need with the checks that wait for it, then the reasons that no flag or option answers. */
export function renderMore(checks: readonly CheckResult[]): string {
  const waiting = checks.filter(({ status }) => status === 'not-verified');
  if (waiting.length === 0) return '';
  const byNeed = NEEDS.map((need) => ({
    need,
    ids: waiting.filter((check) => needsOf(check).includes(need)).map(({ id }) => id),
  })).filter(({ ids }) => ids.length > 0);
  const others = waiting.filter((check) => needsOf(check).length === 0);
  const lines = (configured: boolean) =>
    byNeed
      .filter(({ need }) => (need.configured ?? false) === configured)
      .map(({ need, ids }) => `  ${need.give}: ${ids.join(', ')}`);
  const inConfig = lines(true);
  return [
    'To verify more:',
    ...lines(false),
    ...others.map(({ id, reason }) => `  ${id}: ${oneLine(reason)}`),
    ...(inConfig.length > 0 ? ['In a configuration (clerk-readiness init writes one):', ...inConfig] : []),
  ].join('\n');
}

/** The first need of a kind is the narrower one. */
function needsOf({ reason }: CheckResult): Need[] {
  const [pages, page] = NEEDS;
  return NEEDS.filter((need) => need.pattern.test(reason) && !(need === page && pages?.pattern.test(reason) === true));
}
