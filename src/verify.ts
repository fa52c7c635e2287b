import type { CheckId, Part } from './catalog.ts';
import type { Readiness } from './config/options.ts';
import { error, undecided, UndecidedError } from './result.ts';
import type { Finding, Judgement, Status } from './result.ts';
import { describe } from './target/exchange.ts';
import type { Identity } from './target/identity.ts';
import type { SignedIn } from './target/signed-in.ts';
import type { Obstacle, Target } from './target/target.ts';
import type { Tab } from './browser.ts';
import type { UnusablePage } from './browser/opener.ts';
import type { TestUser } from './test-user.ts';

/** What a judge knows besides the evidence. */
export interface Expectation {
  readonly readiness: Readiness;
  readonly identity: Identity;
}

/** What a check works with while it collects evidence. */
export interface CheckContext extends Expectation {
  readonly target: Target;
  /** A fresh browser tab; only checks with method `browser` may ask for one. */
  readonly tab?: Tab;
  /** The dedicated test user; only checks with method `signed-in` may ask for one. */
  readonly user?: TestUser;
  /** A client with a genuine session of the test user; only checks with method `signed-in` may ask for one. */
  readonly signedIn?: SignedIn;
}

/**
 * One check: `collect` sends the probes, `judge` says what their exchanges prove.
 * The judge is a pure function, so a recording can be judged again and a test needs no server.
 */
export interface Check<Evidence> {
  readonly id: CheckId;
  /** What it covers of the check, where several share one id. */
  readonly part?: Part;
  readonly collect: (context: CheckContext) => Promise<Evidence>;
  readonly judge: (evidence: Evidence, expectation: Expectation) => Judgement;
}

/** Gives a check its types. */
export function defineCheck<Evidence>(check: Check<Evidence>): Check<Evidence> {
  return check;
}

/** How verifying a check ended, before waivers and attestations. */
export interface Outcome {
  readonly status: Extract<Status, 'pass' | 'fail' | 'not-verified' | 'not-applicable'>;
  readonly reason: string;
  readonly findings: readonly Finding[];
  readonly requests: number;
  readonly durationMs: number;
}

/**
 * Collects the evidence of a check and judges it; fails closed when something stood between it and the app.
 * @throws TargetError when the target stopped answering: then nothing that was collected says anything about it.
 */
export async function verify<Evidence>(check: Check<Evidence>, context: CheckContext): Promise<Outcome> {
  const { target, readiness } = context;
  const started = performance.now();
  const requestsBefore = target.requests;
  const obstaclesBefore = target.obstacles.length;
  const judgement = await judged(check, context);
  const obstacles = target.obstacles.slice(obstaclesBefore);
  return {
    ...conclude(judgement, obstacles, readiness.strict),
    requests: target.requests - requestsBefore,
    durationMs: Math.round(performance.now() - started),
  };
}

/** What turns out on the way, as an option that is missing, leaves the check undecided. */
async function judged<Evidence>(check: Check<Evidence>, context: CheckContext): Promise<Judgement> {
  try {
    const before = context.target.requests;
    const evidence = await check.collect(context);
    if (context.target.requests > before) await context.target.assertAnswering();
    const { unusable } = context.tab ?? {};
    return unusable ? judgeUnusable(unusable) : check.judge(evidence, context);
  } catch (failure) {
    if (context.tab?.unusable) return judgeUnusable(context.tab.unusable);
    if (failure instanceof UndecidedError) return undecided(failure.message);
    throw failure;
  }
}

/** What was seen until then may come from the page, or from its end. */
function judgeUnusable({ url, what, isLeft }: UnusablePage): Judgement {
  if (isLeft) return undecided(`the page ${url} ${what}, so it was given up: see what that address waits for`);
  const finding = error({
    subject: url,
    message: `the page ${what}, and was given up`,
    expected: 'a page that can be read and used in a browser',
    cause:
      'A script of the page runs without end: a loop, a render that causes the next one, or dialogs and windows that it opens again and again.',
    fix: 'Open the page in a browser with its performance panel recording, and look for the script that takes all the time.',
  });
  return { findings: [finding], summary: '' };
}

/** Errors win over doubts, doubts over passes. */
export function conclude(
  judgement: Judgement,
  obstacles: readonly Obstacle[],
  strict: boolean,
): Pick<Outcome, 'status' | 'reason' | 'findings'> {
  const walled = new Set(obstacles.filter(({ wall }) => wall !== undefined).map(({ exchange }) => exchange.request));
  // An answer that a wall gave says nothing about the app.
  const findings = judgement.findings.filter(({ request }) => request === undefined || !walled.has(request));
  const failing = findings.filter(({ level }) => level === 'error' || strict);
  if (failing.length > 0) return { status: 'fail', reason: headline(failing), findings };
  const blocked = obstacles[0] && `${obstacles.length} of the requests did not reach the app: ${explain(obstacles[0])}`;
  const unverified = blocked ?? judgement.unverified;
  if (unverified !== undefined) return { status: 'not-verified', reason: unverified, findings };
  if (judgement.inapplicable !== undefined)
    return { status: 'not-applicable', reason: judgement.inapplicable, findings };
  return { status: 'pass', reason: judgement.summary, findings };
}

function headline(failing: readonly Finding[]): string {
  const [first] = failing;
  const more = failing.length > 1 ? ` (and ${failing.length - 1} more)` : '';
  return `${first?.subject}: ${first?.message}${more}`;
}

function explain({ exchange, wall }: Obstacle): string {
  return wall ? `${wall.name} answered ${describe(exchange)}. ${wall.fix}` : describe(exchange);
}
