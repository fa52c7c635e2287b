// The defect matrix: `npm run matrix -- [--whole | --core] [--all] [--resume] [defect…]`. Ends with 1 on any miss or false alarm.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { startDemo } from '../../demo/demo.ts';
import type { Instance } from '../../demo/demo.ts';
import type { Defect } from '../../demo/defects/defect.ts';
import { DEFECTS } from '../../demo/defects/index.ts';
import { EXPRESS_DEFECTS, IN_BROWSER } from '../../demo/express/defects/index.ts';
import { startExpressDemo } from '../../demo/express/demo.ts';
import { expressReadiness } from '../../demo/express/readiness.ts';
import { CACHE_FOLDER } from '../../demo/paths.ts';
import { demoReadiness } from '../../demo/readiness.ts';
import { areaOf, CATALOG } from '../../src/catalog.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import type { Identity } from '../../src/target/identity.ts';
import type { AnyCheck } from '../support/checks.ts';
import { COSTLY, Recorder, Recording } from './recording.ts';
import { runRow } from './row.ts';
import type { Row } from './row.ts';
import { defectsNeeded, matrixPage, tooFew } from './table.ts';
import type { Result } from './table.ts';

const USAGE = `npm run matrix -- [--whole | --core] [--all] [--resume] [defect…]

  defect…    only these rows, in full detail; default: three defects of each critical check and two of the others, the
           first on the Next.js target, and a variant of each check that opens no browser
  --whole  every row; its table is docs/matrix.md, that of fewer rows demo/.cache/matrix.md
  --core   only the first defect of each check on the Next.js target
  --all    run every check in every row, in a browser too, not only those that the defect can reach
  --resume leave out rows that held when they were last run`;

/** Where the table goes: that of every row into the docs. */
const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'matrix.md');
const EXCERPT = join(CACHE_FOLDER, 'matrix.md');

const { values, positionals } = parseArgs({
  options: {
    whole: { type: 'boolean', default: false },
    core: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

/** Where rows are kept as they were last run. */
const KEPT = join(CACHE_FOLDER, 'matrix.json');

/** Name and defects of each target. */
const TARGETS: ReadonlyMap<string, ReadonlyMap<string, Defect>> = new Map([
  ['Next.js', DEFECTS],
  ['Express', EXPRESS_DEFECTS],
]);

type Kept = Pick<Result, 'failed' | 'wrong' | 'durationMs'>;

const held = new Map<string, Kept>(
  existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as Array<[string, Kept]>) : [],
);

const selective = !values.all && positionals.length === 0;

/** A target of the matrix. */
interface Subject {
  readonly name: string;
  readonly instance: Instance;
  readonly options: ReadinessOptions;
  readonly defects: ReadonlyMap<string, Defect>;
  /** Rows under way at once: one is judged while the app answers another. */
  readonly lanes: number;
  /** The checks that a defect can reach; undefined runs all. */
  readonly reach: (defect: Defect) => Promise<Reach> | Reach;
  /** Whether a row opens a browser. */
  readonly inBrowser: (defect: Defect) => boolean;
}

type Reach = (check: AnyCheck, identity: Identity) => boolean;

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const started = performance.now();
  const browser = await chromium.launch(browserLaunchOptions());
  const closers: Array<() => Promise<void>> = [() => browser.close()];
  try {
    const subjects = await startSubjects(closers);
    const results: Result[] = [];
    const problems: string[] = [];
    for (const subject of subjects) {
      const { rows, clean } = await runSubject(subject, browser);
      if (clean) problems.push(...doubts(clean).map((doubt) => `the clean ${subject.name} target: ${doubt}`));
      results.push(...rows);
    }
    if (positionals.length === 0)
      problems.push(
        ...tooFew(
          CATALOG.map(({ id }) => id),
          DEFECTS.values(),
        ),
      );
    problems.push(
      ...results.flatMap(({ target, defect, wrong }) => wrong.map((why) => `${target} ${defect.name}: ${why}`)),
    );
    const table = matrixPage(values.whole ? keptRows() : results);
    if (!values.whole) writeFileSync(EXCERPT, table);
    for (const line of table.split('\n').filter((each) => each.startsWith('- **'))) console.log(line);
    console.log(`Table: ${values.whole ? PAGE : EXCERPT}`);
    for (const problem of problems) console.log(`MISS ${problem}`);
    // As node:test counts, for whoever adds up the steps of the suite.
    console.log(`ℹ pass ${results.filter(({ wrong }) => wrong.length === 0).length}\nℹ fail ${problems.length}`);
    console.log(`${results.length} rows in ${Math.round((performance.now() - started) / 1000)} s`);
    return problems.length === 0 ? 0 : 1;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function startSubjects(closers: Array<() => Promise<void>>): Promise<Subject[]> {
  const recorder = new Recorder();
  const next = await startDemo({
    kinds: ['live'],
    defects: new Map([...DEFECTS, [recorder.defect.name, recorder.defect]]),
    say: console.log,
  });
  closers.push(() => next.close());
  const { live } = next.instances;
  if (!live) throw new Error('the demo did not start');
  const express = await startExpressDemo({ defects: true });
  closers.push(() => express.close());
  const options = demoReadiness(live);
  // The clean target is judged meanwhile.
  const recording = selective ? Recording.make(recorder, { instance: live, options }) : undefined;
  return [
    {
      name: 'Next.js',
      instance: live,
      options,
      defects: DEFECTS,
      lanes: 2,
      reach: async (defect) => (await recording)?.reach(defect) ?? everything,
      inBrowser: (defect) => !selective || needsBrowser(defect),
    },
    {
      name: 'Express',
      instance: express,
      options: expressReadiness(express),
      defects: EXPRESS_DEFECTS,
      lanes: 4,
      reach: (defect) => (selective ? ({ id }) => reachesOnExpress(id, defect) : everything),
      inBrowser: ({ name }) => !selective || IN_BROWSER.has(name),
    },
  ];
}

function everything(): boolean {
  return true;
}

function reachesOnExpress(id: string, { name, check }: Defect): boolean {
  return IN_BROWSER.has(name) ? id === check : !COSTLY.has(id) || areaOf(id) === areaOf(check);
}

/** Runs the rows of a target, and the target without a defect, unless single rows are asked for. */
async function runSubject(subject: Subject, browser: Browser): Promise<{ rows: Result[]; clean: Row | undefined }> {
  const { instance, options, defects } = subject;
  const rows = [...defects.values()].filter((defect) => isAsked(subject.name, defect));
  const run = async (defect: Defect): Promise<Result> => {
    const started = performance.now();
    const row = await runRow(instance, defect, {
      options,
      only: await subject.reach(defect),
      ...(subject.inBrowser(defect) && { browser }),
    });
    const durationMs = Math.round(performance.now() - started);
    const result = { target: subject.name, defect, failed: row.failed, wrong: wrongs(row, defect), durationMs };
    print(result, row);
    keep(result);
    return result;
  };
  // What Clerk does reaches every row, so rows that change it have the place to themselves.
  const [alone, together] = partition(rows, ({ clerk }) => clerk !== undefined);
  // What mostly waits has a lane of its own, beside those that keep the machine busy.
  const [waiting, busy] = partition(together, ({ waits }) => waits === true);
  const [clean, ...beside] = await Promise.all([
    positionals.length > 0 ? undefined : runRow(instance, undefined, { options, browser }),
    inLanes(waiting, 1, run),
    inLanes(busy, subject.lanes, run),
  ]);
  return { clean, rows: [...beside.flat(), ...(await inLanes(alone, 1, run))] };
}

function keep({ target, defect, failed, wrong, durationMs }: Result): void {
  held.set(`${target} ${defect.name}`, { failed, wrong, durationMs });
  writeFileSync(KEPT, JSON.stringify([...held]));
  // Row by row, so that a run that is cut short leaves the table of what was run.
  if (values.whole) writeFileSync(PAGE, matrixPage(keptRows()));
}

/** Every row as it was last run. */
function keptRows(): Result[] {
  return [...TARGETS].flatMap(([target, defects]) =>
    [...defects.values()].flatMap((defect) => {
      const kept = held.get(`${target} ${defect.name}`);
      return kept ? [{ target, defect, ...kept }] : [];
    }),
  );
}

/** The rows that the command line asks for. */
function isAsked(target: string, defect: Defect): boolean {
  if (positionals.length > 0) return positionals.includes(defect.name);
  if (values.resume && held.get(`${target} ${defect.name}`)?.wrong.length === 0) return false;
  if (values.whole) return true;
  const { check, kind } = defect;
  const [next, express] = [DEFECTS, EXPRESS_DEFECTS].map((defects) =>
    [...defects.values()].filter((each) => each.check === check && each.kind === kind),
  ) as [Defect[], Defect[]];
  if (values.core) return kind === 'defect' && next[0] === defect;
  if (kind === 'variant' && needsBrowser(defect)) return false;
  // Express takes less time, and what holds there holds for more than one framework.
  const order = [...next.slice(0, 1), ...express, ...next.slice(1)];
  return order.indexOf(defect) < (kind === 'defect' ? defectsNeeded(check) : 1);
}

function needsBrowser({ check }: Defect): boolean {
  return CATALOG.some(({ id, methods }) => id === check && (methods as readonly string[]).includes('browser'));
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [first: T[], others: T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

async function inLanes<T, R>(items: readonly T[], lanes: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = [...items.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await run(next[1]);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}

function wrongs(row: Row, defect: Defect): string[] {
  if (defect.kind === 'variant') return doubts(row, defect.mayAlsoBreak);
  const others = row.failed.filter(
    (id) => id !== defect.check && !(defect.mayAlsoBreak as readonly string[]).includes(id),
  );
  const poor = row.cells
    .flatMap(({ outcome }) => outcome.findings)
    .filter(
      ({ level, message, expected, cause, fix }) =>
        level === 'error' && [message, expected, cause, fix].some((text) => text.length < 6),
    );
  return [
    ...(row.failed.includes(defect.check) ? [] : [`${defect.check} did not fail`]),
    ...others.map((id) => `${id} failed too`),
    ...poor.map(({ subject }) => `the finding "${subject}" does not stand alone`),
  ];
}

/** What a correct target must not meet: failures, and doubts except in checks that find nothing to look at. */
function doubts(row: Row, blind: readonly string[] = []): string[] {
  return row.cells
    .filter(
      ({ id, outcome }) =>
        outcome.status === 'fail' ||
        (outcome.status === 'not-verified' && row.doubtful.includes(id) && !blind.includes(id)),
    )
    .map(({ id, outcome }) => `${id} ${outcome.status}: ${outcome.reason}`);
}

function print({ target, defect, wrong, durationMs }: Result, row: Row): void {
  console.log(
    `${wrong.length === 0 ? 'ok  ' : 'MISS'} ${target} ${defect.kind} ${defect.name} (${row.cells.length} checks, ${durationMs} ms): ${defect.title}`,
  );
  if (wrong.length === 0 && positionals.length === 0) return;
  for (const { id, outcome } of row.cells.filter(({ outcome }) => outcome.status !== 'pass')) {
    console.log(`       ${id} ${outcome.status}: ${outcome.reason}`);
    for (const { level, subject, message } of outcome.findings) console.log(`         ${level} ${subject}: ${message}`);
  }
}

process.exitCode = await main();
