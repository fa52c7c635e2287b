import { rm } from 'node:fs/promises';
import type { Browser } from '@playwright/test';
import type { Defect } from '../../demo/defects/defect.ts';
import type { Instance } from '../../demo/demo.ts';
import { demoReadiness } from '../../demo/readiness.ts';
import { Tab } from '../../src/browser.ts';
import { catalogEntry } from '../../src/catalog.ts';
import type { Readiness } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import type { Identity } from '../../src/target/identity.ts';
import { settle, today } from '../../src/settle.ts';
import { Target } from '../../src/target/target.ts';
import { TestUser } from '../../src/test-user.ts';
import { verify } from '../../src/verify.ts';
import type { CheckContext, Outcome } from '../../src/verify.ts';
import { CHECKS, methodsOf, missingFor } from '../support/checks.ts';
import type { AnyCheck } from '../support/checks.ts';
import { copyProject } from './project.ts';

/** How one part of a check ended against the demo with a defect. */
export interface Cell {
  readonly id: string;
  readonly outcome: Outcome;
}

/** The demo with a defect switched on, seen by every check. */
export interface Row {
  readonly cells: readonly Cell[];
  /** Ids of checks that failed, each once. */
  readonly failed: readonly string[];
  /** Ids of checks that were not verified. */
  readonly doubtful: readonly string[];
}

/** How a row is run. */
export interface RowOptions {
  /** Options of the pack for the clean target; default: those of the Next.js demo. */
  readonly options?: ReadinessOptions;
  /** Checks that need a browser are left out without one. */
  readonly browser?: Browser | undefined;
  /** Leaves checks out; default: none. */
  readonly only?: (check: AnyCheck, identity: Identity) => boolean;
}

/** Runs every check against the demo with a defect. */
export async function runRow(
  instance: Instance,
  defect: Defect | undefined,
  { options = demoReadiness(instance), browser, only = () => true }: RowOptions = {},
): Promise<Row> {
  const project = defect?.source && (await copyProject());
  if (project !== undefined) await defect?.source?.(project);
  const undo = defect?.clerk?.(instance.clerk);
  const readiness = resolveOptions(withDefect(options, defect, project), {});
  const target = await Target.connect(readiness);
  const user = await TestUser.find(readiness, target.identity).catch(() => undefined);
  try {
    const signedIn = await user?.signInOverHttp(target).catch(() => undefined);
    const context = {
      readiness,
      target,
      identity: target.identity,
      ...(user && { user }),
      ...(signedIn && { signedIn }),
    };
    const cells: Cell[] = [];
    for (const check of CHECKS.filter((each) => only(each, target.identity))) {
      const missing = missingFor(check, readiness);
      if (missing) cells.push({ id: check.id, outcome: { ...missing, findings: [], requests: 0, durationMs: 0 } });
      else if (!signedIn && methodsOf(check).includes('signed-in')) cells.push({ id: check.id, outcome: NOBODY });
      else if (!methodsOf(check).includes('browser'))
        cells.push({ id: check.id, outcome: await verify(check, context) });
      else if (browser) cells.push({ id: check.id, outcome: await inBrowser(check, context, browser) });
    }
    return summarize(cells, readiness);
  } finally {
    await endUser(user);
    await target.close();
    undo?.();
    if (project !== undefined) await rm(project, { recursive: true });
  }
}

/** What a run says where the test user cannot sign in, as with a secret key that Clerk refuses. */
const NOBODY: Outcome = {
  status: 'not-verified',
  reason: 'the test user could not sign in',
  findings: [],
  requests: 0,
  durationMs: 0,
};

/** Options with a defect asked for by its header, which goes where all extra headers go: to the target only. */
function withDefect(
  options: ReadinessOptions,
  defect: Defect | undefined,
  project: string | undefined,
): ReadinessOptions {
  const asked = defect?.options?.(options) ?? options;
  return {
    ...asked,
    ...(defect && { headers: { ...asked.headers, 'x-demo-defect': defect.name } }),
    ...(project !== undefined && { project: { ...asked.project, root: project } }),
    network: { ...asked.network, requestsPerSecond: 2000 },
  };
}

async function inBrowser(check: AnyCheck, context: CheckContext, browser: Browser): Promise<Outcome> {
  const tab = await Tab.open(browser, context.readiness);
  // A check may remove such a user, whom the others need.
  const own = context.user?.isEphemeral === true ? await TestUser.find(context.readiness, context.identity) : undefined;
  try {
    return await verify(check, { ...context, tab, ...(own && { user: own }) });
  } catch (failure) {
    // As a test that throws: it fails by the message.
    return { status: 'fail', reason: String(failure), findings: [], requests: 0, durationMs: 0 };
  } finally {
    await endUser(own);
    await tab.close();
  }
}

async function endUser(user: TestUser | undefined): Promise<void> {
  await user?.signOutEverywhere();
  if (user?.isEphemeral === true) await user.remove();
}

/** What people attest is in no doubt. */
function isAttested({ id, outcome }: Cell, readiness: Readiness): boolean {
  const entry = catalogEntry(id);
  return entry !== undefined && settle(entry, outcome, readiness, today()).status === 'attested';
}

function summarize(cells: readonly Cell[], readiness: Readiness): Row {
  const ids = (wanted: (status: Outcome['status']) => boolean, among = cells) => [
    ...new Set(among.filter(({ outcome }) => wanted(outcome.status)).map(({ id }) => id)),
  ];
  return {
    cells,
    failed: ids((status) => status === 'fail'),
    doubtful: ids(
      (status) => status === 'not-verified',
      cells.filter((cell) => !isAttested(cell, readiness)),
    ),
  };
}
