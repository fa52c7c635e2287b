import type { Finding } from '../../result.ts';
import type { Page } from './pages.ts';

/** Something wrong with one page; pages with the same key share one finding. */
export interface Problem {
  readonly key: string;
  readonly page: Page;
  /** Makes the finding for every page that has this problem; the first one supplies the exchange. */
  readonly finding: (pages: readonly Page[], first: Page) => Finding;
}

/** One finding for each kind of problem, so that a header missing everywhere is said once. */
export function findingsOf(problems: readonly Problem[]): Finding[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) groups.set(problem.key, [...(groups.get(problem.key) ?? []), problem]);
  return [...groups.values()].flatMap(([first, ...rest]) =>
    first
      ? [
          first.finding(
            [first, ...rest].map(({ page }) => page),
            first.page,
          ),
        ]
      : [],
  );
}
