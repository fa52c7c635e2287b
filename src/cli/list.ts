import { AREAS, CATALOG, areaOf } from '../catalog.ts';
import type { CatalogEntry } from '../catalog.ts';
import { count } from '../text.ts';
import { oneOf, parseFlags } from './flags.ts';

export const usage = `clerk-readiness list [--area <area>] [--tag smoke] [--json]

Lists the checks, in the order of the checklist.

  --area <area>  Only one area: ${AREAS.join(', ')}
  --tag <tag>    Only checks with a tag: smoke, browser, signed-in, source, writes, burst, attestation
  --json         The whole catalogue entries as JSON
`;

const TAGS = ['smoke', 'browser', 'signed-in', 'source', 'writes', 'burst', 'attestation'] as const;

/** Lists the catalogue. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseFlags('list', args, {
    area: { type: 'string' },
    tag: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  const area = oneOf('area', values.area, AREAS);
  const tag = oneOf('tag', values.tag?.replace(/^@?(?:readiness-)?/, ''), TAGS);
  const entries: readonly CatalogEntry[] = CATALOG;
  const chosen = entries.filter(
    (entry) => (area === undefined || areaOf(entry.id) === area) && (tag === undefined || hasTag(entry, tag)),
  );
  process.stdout.write(values.json ? `${JSON.stringify(chosen, null, 2)}\n` : table(chosen));
  return 0;
}

function hasTag({ smoke, methods }: CatalogEntry, tag: (typeof TAGS)[number]): boolean {
  return tag === 'smoke' ? smoke : methods.includes(tag);
}

function table(entries: readonly CatalogEntry[]): string {
  const width = Math.max(0, ...entries.map(({ id }) => id.length));
  const lines = entries.map(
    ({ id, severity, smoke, title }) =>
      `${id.padEnd(width)}  ${severity.padEnd(8)}  ${smoke ? 'smoke' : '     '}  ${title}`,
  );
  return `${[...lines, '', count(entries.length, 'check')].join('\n')}\n`;
}
