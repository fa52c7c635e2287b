// Keeps the docs in step with the catalogue: `node --import tsx docs/generate.ts`; with `--check` it only looks, and exits 1.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AREAS, CATALOG, METHODS, areaOf } from '../src/catalog.ts';
import type { CatalogEntry } from '../src/catalog.ts';

/** The hand-written parts that follow the generated head of each check, in order. */
export const PARTS = ['What it proves', 'How', 'How to read a failure', 'How to fix it', 'When to waive'] as const;

/** A file of the docs and the text that it should have. */
export interface DocsFile {
  /** Path relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** An option in the words of a method: a name, with its value or without. */
const OPTION = /\(([\w.]+(?:: '\w+')?)\)/g;

/** Every file that is not in step with the catalogue, with the text that would bring it there. */
export function outOfStep(root: string, catalog: readonly CatalogEntry[] = CATALOG): DocsFile[] {
  const pages = AREAS.flatMap((area) => {
    const entries = catalog.filter(({ id }) => areaOf(id) === area);
    return entries.length === 0
      ? []
      : [{ path: `docs/checks/${area}.md`, render: (text: string) => areaPage(text, area, entries) }];
  });
  return [...pages, { path: 'README.md', render: (text: string) => withTable(text, catalog) }].flatMap(
    ({ path, render }) => {
      const file = join(root, path);
      const now = existsSync(file) ? readFileSync(file, 'utf8') : '';
      const text = render(now);
      return text === now ? [] : [{ path, text }];
    },
  );
}

/** An area's page with the head of every check up to date; hand-written text stays as it is. */
export function areaPage(text: string, area: string, entries: readonly CatalogEntry[]): string {
  const start = text === '' ? `# ${area}\n` : text;
  return entries.reduce((page, entry) => withHead(page, entry), start);
}

/**
 * The README with the table of checks up to date.
 * @throws Error when the markers of the table are missing.
 */
export function withTable(text: string, catalog: readonly CatalogEntry[]): string {
  const table = [
    '| Check | Proves | Smoke |',
    '| --- | --- | --- |',
    ...catalog.map(
      ({ id, title, smoke }) =>
        `| [\`${id}\`](docs/checks/${areaOf(id)}.md#${slug(id)}) | ${title} | ${smoke ? 'yes' : ''} |`,
    ),
  ];
  const replaced = replaceBetween(text, '<!-- checks -->', '<!-- /checks -->', table.join('\n'));
  if (replaced === undefined) throw new Error('README.md must contain <!-- checks --> and <!-- /checks -->');
  return replaced;
}

/** Anchor that GitHub gives a heading. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

function withHead(page: string, entry: CatalogEntry): string {
  const [open, close] = [`<!-- generated:${entry.id} -->`, '<!-- /generated -->'];
  const replaced = replaceBetween(page, open, close, head(entry));
  if (replaced !== undefined) return replaced;
  const block = `${open}\n${head(entry)}\n${close}`;
  const heading = `## \`${entry.id}\``;
  const lines = page.split('\n');
  const at = lines.indexOf(heading);
  if (at >= 0) return [...lines.slice(0, at + 1), '', block, ...lines.slice(at + 1)].join('\n');
  const skeleton = PARTS.map((part) => `### ${part}\n`).join('\n');
  return `${page.trimEnd()}\n\n${heading}\n\n${block}\n\n${skeleton}`;
}

function head({ title, severity, row, methods, smoke, needs, why, fix, docs }: CatalogEntry): string {
  return [
    `**${title}**`,
    '',
    `- **Severity:** ${severity}`,
    `- **Checklist row:** ${row}`,
    `- **Sends:** ${methods.map((method) => METHODS[method].replaceAll(OPTION, '(`$1`)')).join(', ')}; ${smoke ? 'part of' : 'not part of'} the smoke run`,
    `- **Needs:** ${needs.length === 0 ? 'no option besides `baseURL`' : needs.map(need).join(', ')}`,
    `- **Why:** ${why}`,
    // Markdown would take <SignIn /> for HTML and show nothing.
    `- **Usual fix:** ${fix.replaceAll('<', '\\<')}`,
    `- **Docs:** <${docs}>`,
  ].join('\n');
}

function need(path: string): string {
  return path.endsWith('?') ? `\`${path.slice(0, -1)}\` (may be left out)` : `\`${path}\``;
}

/** The text with what stands between two marker lines replaced; undefined when the markers are not there. */
export function replaceBetween(text: string, open: string, close: string, content: string): string | undefined {
  const start = text.indexOf(open);
  const end = text.indexOf(close, start);
  if (start < 0 || end < 0) return undefined;
  return `${text.slice(0, start + open.length)}\n${content}\n${text.slice(end)}`;
}

function main(root: string, onlyCheck: boolean): void {
  const files = outOfStep(root);
  for (const { path, text } of files) {
    if (!onlyCheck) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    console.log(
      `${path} ${onlyCheck ? 'is not in step with src/catalog.ts: run node --import tsx docs/generate.ts' : 'written'}`,
    );
  }
  if (onlyCheck && files.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(join(dirname(fileURLToPath(import.meta.url)), '..'), process.argv.includes('--check'));
}
