import { median } from '../src/median.ts';

/** One round: what was measured one right after the other, in milliseconds. */
export interface Round {
  /** Playwright with an empty test. */
  readonly start: number;
  /** The bare loop. */
  readonly loop: number;
  /** The run. */
  readonly run: number;
}

/** Medians of rounds. A ratio is taken within each round, so that a slow moment of the machine weighs on both sides. */
export interface Summary extends Round {
  readonly rounds: number;
  /** The run to start-up and loop together. */
  readonly ratio: number;
  /** What the run takes beyond start-up, to the loop alone. */
  readonly bareRatio: number;
}

/** @param rounds one or more */
export function summarize(rounds: readonly Round[]): Summary {
  const of = (value: (round: Round) => number) => median(rounds.map(value));
  return {
    rounds: rounds.length,
    start: of(({ start }) => start),
    loop: of(({ loop }) => loop),
    run: of(({ run }) => run),
    ratio: of(({ start, loop, run }) => run / (start + loop)),
    bareRatio: of(({ start, loop, run }) => (run - start) / loop),
  };
}
