import type { Browser } from '@playwright/test';
import type { Defect } from '../../demo/defects/defect.ts';
import type { DemoTarget } from '../../demo/instances.ts';
import { demoReadiness } from '../../demo/readiness.ts';
import { Tab } from '../../src/browser.ts';
import { catalogEntry } from '../../src/catalog.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { missingNeed } from '../../src/needs.ts';
import { Target } from '../../src/target/target.ts';
import { TestUser } from '../../src/test-user.ts';
import { verify } from '../../src/verify.ts';
import type { Outcome } from '../../src/verify.ts';
import { CHECKS, methodsOf } from '../support/checks.ts';
import type { AnyCheck } from '../support/checks.ts';

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

/** Options of the demo with a defect asked for by its header, which goes where all extra headers go: to the target only. */
export function withDefect(target: DemoTarget, defect: Defect | undefined): ReadinessOptions {
  const options = demoReadiness(target);
  if (!defect) return options;
  return { ...(defect.options?.(options) ?? options), headers: { 'x-demo-defect': defect.name } };
}

/** Runs every check; those that need a browser only when there is one. */
export async function runRow(options: ReadinessOptions, browser?: Browser): Promise<Row> {
  const readiness = resolveOptions({ ...options, network: { ...options.network, requestsPerSecond: 2000 } }, {});
  const target = await Target.connect(readiness);
  try {
    const context = { readiness, target, identity: target.identity };
    const cells: Cell[] = [];
    for (const check of CHECKS) {
      const missing = missingNeed(catalogEntry(check.id) ?? { needs: [], methods: [] }, readiness, check.part);
      if (missing) cells.push({ id: check.id, outcome: { ...missing, findings: [], requests: 0, durationMs: 0 } });
      else if (!methodsOf(check).includes('browser'))
        cells.push({ id: check.id, outcome: await verify(check, context) });
      else if (browser) cells.push({ id: check.id, outcome: await inBrowser(check, context, browser) });
    }
    return summarize(cells);
  } finally {
    await target.close();
  }
}

async function inBrowser(check: AnyCheck, context: Parameters<typeof verify>[1], browser: Browser): Promise<Outcome> {
  const tab = await Tab.open(browser, context.readiness);
  const user = await TestUser.find(context.readiness, context.identity);
  try {
    return await verify(check, { ...context, tab, user });
  } finally {
    await tab.close();
    await user.signOutEverywhere();
  }
}

function summarize(cells: readonly Cell[]): Row {
  const ids = (wanted: (status: Outcome['status']) => boolean) => [
    ...new Set(cells.filter(({ outcome }) => wanted(outcome.status)).map(({ id }) => id)),
  ];
  return {
    cells,
    failed: ids((status) => status === 'fail'),
    doubtful: ids((status) => status === 'not-verified'),
  };
}
