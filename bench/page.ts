import { replaceBetween } from '../docs/generate.ts';
import { table } from '../src/report/markdown.ts';
import type { Full } from './full.ts';
import type { Peers } from './peers.ts';
import type { Scale } from './scale.ts';
import type { Compared } from './side-by-side.ts';

/** What was measured, by bench; what was not run is left out. */
export interface Results {
  readonly smoke?: Compared;
  readonly scale?: Scale;
  readonly full?: Full;
  readonly peers?: Peers;
}

/** The generated part of each bench. */
export function sections(results: Results): Readonly<Record<string, string>> {
  const { smoke, scale, full, peers } = results;
  return {
    ...(smoke && { smoke: smokeSection(smoke) }),
    ...(scale && { scale: scaleSection(scale) }),
    ...(full && { full: fullSection(full) }),
    ...(peers && { peers: peersSection(peers) }),
  };
}

/**
 * The page with its generated parts replaced; what people wrote stays as it is.
 * @throws Error naming the marker that is missing.
 */
export function withSections(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const replaced = replaceBetween(text, `<!-- ${name} -->`, `<!-- /${name} -->`, `\n${part}\n`);
    if (replaced === undefined)
      throw new Error(`docs/benchmarks.md must contain <!-- ${name} --> and <!-- /${name} -->`);
    return replaced;
  }, page);
}

const MAX_SMOKE_RATIO = 1.5;
const MAX_SCALE_RATIO = 2;
const MAX_WORKER_MB = 300;
const MAX_GROWTH = 11;
const MAX_FULL_MS = 60_000;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
const ratio = (value: number): string => value.toFixed(2);

/** A measured value and what it was to be. */
function goal(value: string, isMet: boolean, wanted: string): string {
  return `**${value}** (${isMet ? 'target' : 'missed, target'}: ${wanted})`;
}

function smokeSection(smoke: Compared): string {
  return [
    heading(smoke),
    '',
    table(
      ['Playwright’s start-up', 'Bare loop', 'Smoke run', 'Requests', 'Ratio'],
      [[seconds(smoke.start), seconds(smoke.loop), seconds(smoke.run), String(smoke.requests), ratio(smoke.ratio)]],
    ),
    '',
    `- Run to start-up and loop together: ${goal(ratio(smoke.ratio), smoke.ratio <= MAX_SMOKE_RATIO, `at most ${MAX_SMOKE_RATIO}`)}`,
    `- Largest worker: ${smoke.workerMb.toFixed(0)} MB`,
  ].join('\n');
}

function scaleSection({ small, large, growth }: Scale): string {
  const row = (routes: number, each: Compared) => [
    `${routes} pages, ${routes} API routes`,
    seconds(each.start),
    seconds(each.loop),
    seconds(each.run),
    String(each.requests),
    ratio(each.bareRatio),
    ratio(each.ratio),
    each.workerMb.toFixed(0),
    each.treeMb.toFixed(0),
  ];
  return [
    heading(large),
    '',
    table(
      [
        'Declared',
        'Start-up',
        'Bare loop',
        'Smoke run',
        'Requests',
        'Ratio to the loop',
        'Ratio with start-up',
        'Worker, MB',
        'All processes, MB',
      ],
      [row(100, small), row(1000, large)],
    ),
    '',
    `- What 1,000 take beyond start-up, to the bare loop: ${goal(ratio(large.bareRatio), large.bareRatio <= MAX_SCALE_RATIO, `at most ${MAX_SCALE_RATIO}`)}`,
    `- Largest worker: ${goal(`${large.workerMb.toFixed(0)} MB`, large.workerMb < MAX_WORKER_MB, `under ${MAX_WORKER_MB} MB`)}`,
    `- Time beyond start-up, 1,000 to 100: ${goal(ratio(growth), growth <= MAX_GROWTH, `at most ${MAX_GROWTH}`)}`,
  ].join('\n');
}

function fullSection({ rounds, run, requests, checks, most, perCheck, treeMb }: Full): string {
  return [
    `Median of ${rounds}.`,
    '',
    `- Wall time: ${goal(seconds(run), run < MAX_FULL_MS, 'under 60 s on 2 cores')}`,
    `- Requests: ${requests} for ${checks} checks; the median check that sends any sends ${perCheck}`,
    `- Most: ${most.map(([id, sent]) => `\`${id}\` ${sent}`).join(', ')}`,
    `- All processes together, the browser too: ${treeMb.toFixed(0)} MB`,
  ].join('\n');
}

function peersSection({ seeded, results, missing }: Peers): string {
  return [
    table(
      ['', ...results.map(({ name }) => name)],
      [
        ['Looks at', ...results.map(({ scope }) => scope)],
        ['One scan, median', ...results.map(({ ms }) => seconds(ms))],
        ['Found', ...results.map(({ found }) => `${found.length} of ${seeded.length}`)],
        ...seeded.map(({ name, title }) => [title, ...results.map(({ found }) => (found.includes(name) ? 'yes' : ''))]),
      ],
    ),
    ...missing.map((why) => `\nNot run here: ${why}.`),
  ].join('\n');
}

function heading({ rounds, bounds }: Compared): string {
  return `Medians of ${rounds}; concurrency ${bounds.concurrency}, at most ${bounds.requestsPerSecond} requests a second, for run and loop alike.`;
}
