import type { Defect } from '../../demo/defects/defect.ts';
import { catalogEntry } from '../../src/catalog.ts';

/** A row of the matrix and what is wrong with it. */
export interface Result {
  readonly target: string;
  readonly defect: Defect;
  /** Ids of checks that failed. */
  readonly failed: readonly string[];
  /** Why the row does not hold; empty when it does. */
  readonly wrong: readonly string[];
  readonly durationMs: number;
}

/** The matrix as a page of the docs: for every check its defects and its variants. */
export function matrixPage(results: readonly Result[]): string {
  const defects = results.filter(({ defect }) => defect.kind === 'defect');
  const variants = results.filter(({ defect }) => defect.kind === 'variant');
  const caught = defects.filter(({ wrong }) => wrong.length === 0).length;
  const quiet = variants.filter(({ wrong }) => wrong.length === 0).length;
  const targets = [...new Set(results.map(({ target }) => target))];
  return [
    '# The defect matrix',
    '',
    `Written by \`npm run matrix -- --whole\`. The pack is run against the targets of this repository (${targets.join(', ')}), once for each defect and each variant. A defect must make exactly its check fail; a variant is unusual and correct, so nothing may fail and nothing may be left in doubt.`,
    '',
    `- **Defects caught:** ${caught} of ${defects.length}`,
    `- **Correct variants left alone:** ${quiet} of ${variants.length}`,
    '',
    '## Defects',
    '',
    '| Check | Defect | Target | What is broken | Failed |',
    '| --- | --- | --- | --- | --- |',
    ...byCheck(defects).map(({ target, defect, failed, wrong }) =>
      cells(
        `\`${defect.check}\``,
        `\`${defect.name}\``,
        target,
        defect.title,
        wrong.length === 0 ? 'exactly this' : failed.join(', ') || 'nothing',
      ),
    ),
    '',
    '## Variants',
    '',
    '| Check that might be misled | Variant | Target | What is unusual | Failed |',
    '| --- | --- | --- | --- | --- |',
    ...byCheck(variants).map(({ target, defect, failed, wrong }) =>
      cells(
        `\`${defect.check}\``,
        `\`${defect.name}\``,
        target,
        defect.title,
        wrong.length === 0 ? 'nothing' : failed.join(', ') || wrong.join('; '),
      ),
    ),
    '',
  ].join('\n');
}

/** How many defects a trustworthy check catches at least. */
export function defectsNeeded(id: string): number {
  return catalogEntry(id)?.severity === 'critical' ? 3 : 2;
}

/** Checks with fewer defects than that. */
export function tooFew(ids: readonly string[], defects: Iterable<Defect>): string[] {
  const all = [...defects].filter(({ kind }) => kind === 'defect');
  return ids.flatMap((id) => {
    const found = all.filter(({ check }) => check === id).length;
    return found < defectsNeeded(id) ? [`${id} has ${found} defects to catch, ${defectsNeeded(id)} are needed`] : [];
  });
}

function byCheck(results: readonly Result[]): Result[] {
  const order = [...new Set(results.map(({ defect }) => defect.check))];
  return results.toSorted((a, b) => order.indexOf(a.defect.check) - order.indexOf(b.defect.check));
}

function cells(...texts: string[]): string {
  return `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}
