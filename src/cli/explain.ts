import { runAlone } from '../report/message.ts';
import { CATALOG, METHODS, areaOf, catalogEntry } from '../catalog.ts';
import type { CatalogEntry } from '../catalog.ts';
import { didYouMean } from '../config/suggest.ts';
import { parseFlags } from './flags.ts';
import { UsageError } from './usage-error.ts';

export const usage = `clerk-readiness explain <id>

Says what a check proves, what it sends, what it needs and how to make it pass.

  clerk-readiness explain headers/csp
`;

/** Explains one check. */
export async function run(args: readonly string[]): Promise<number> {
  const { positionals } = parseFlags('explain', args, {}, 1);
  const [id] = positionals;
  if (id === undefined)
    throw new UsageError('explain needs the id of a check, as in clerk-readiness explain headers/csp');
  const entry = catalogEntry(id);
  if (!entry) throw new UsageError(`"${id}" is no check${nearest(id)}`);
  process.stdout.write(page(entry));
  return 0;
}

/** A name without its area leads to the check as well. */
function nearest(id: string): string {
  const ids = CATALOG.map((entry) => entry.id);
  const named = ids.filter((each) => each.split('/')[1] === id);
  if (named.length > 0) return `; did you mean "${named.join('" or "')}"?`;
  return didYouMean(id, ids) || '; clerk-readiness list names them all';
}

function page({ id, title, severity, row, methods, smoke, needs, why, fix, docs }: CatalogEntry): string {
  const options = needs.map((need) => (need.endsWith('?') ? `${need.slice(0, -1)} (may be left out)` : need));
  const facts = [
    ['Severity', severity],
    ['Row', row],
    ['Sends', `${methods.map((method) => METHODS[method]).join('; ')}`],
    ['Smoke run', smoke ? 'yes' : 'no'],
    ['Needs', options.length === 0 ? 'no option besides baseURL' : options.join(', ')],
    ['Why', why],
    ['Usual fix', fix],
    ['Run alone', runAlone(id)],
    ['Waive', `waive: { '${id}': { reason: '…', until: 'YYYY-MM-DD' } }`],
    ['Docs', docs],
    ['In full', `docs/checks/${areaOf(id)}.md of clerk-readiness, section ${id}`],
  ];
  const lines = facts.map(([name = '', text = '']) => `  ${name.padEnd(11)}${text}`);
  return `${id}\n${title}\n\n${lines.join('\n')}\n`;
}
