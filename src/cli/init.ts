import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parser } from '../source/ast.ts';
import { SourceTree } from '../source/tree.ts';
import { confirm } from './ask.ts';
import { playwrightConfig, readinessConfig } from './init/config-files.ts';
import { unifiedDiff } from './init/diff.ts';
import { extendConfig, snippet } from './init/extend.ts';
import { repositoryAt } from './init/repository.ts';
import type { Repository } from './init/repository.ts';
import { sourceRoutes } from './init/routes.ts';
import type { Routes } from './init/routes.ts';
import { siteRoutes } from './init/site.ts';
import { addCommand, playwrightCommand, workflow } from './init/workflow.ts';
import { parseFlags } from './flags.ts';
import { UsageError } from './usage-error.ts';

export const usage = `clerk-readiness init [--url <url>] [--yes] [--dry-run]

Run in the folder of the app. Writes readiness.config.ts with what it finds in the source (Next.js routes, middleware)
and on the site, a Playwright configuration (or extends the one that is there), a GitHub Actions workflow, .env.example
and lines of .gitignore. Shows every change first; overwrites nothing without asking.

  --url <url>  The site that is deployed; what is found there goes into the options
  --insecure   Accept any TLS certificate of the site, now and in the options that are written
  --yes        Write without asking
  --dry-run    Only show what would be written

Exit codes: 0 done, or nothing to do; 1 the site cannot be looked at; 2 a mistake in the call.
`;

/** A file as it should be. */
interface Change {
  readonly path: string;
  /** Undefined for a new file. */
  readonly before?: string;
  readonly after: string;
}

/** Variables that the configuration and the workflow read. */
const VARIABLES = [
  'READINESS_BASE_URL=',
  'READINESS_PROFILE=production',
  'READINESS_USER_EMAIL=',
  'CLERK_SECRET_KEY=',
  'CLERK_WEBHOOK_SIGNING_SECRET=',
];

const IGNORED = ['/readiness-report/', '/test-results/', '/blob-report/', '/all-blob-reports/'];

/** Writes what a team needs to run the pack. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseFlags('init', args, {
    url: { type: 'string' },
    insecure: { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
  });
  const repository = await repositoryAt('.');
  if (!existsSync(join(repository.root, 'package.json')))
    throw new UsageError('there is no package.json here: run init in the folder of the app');
  const source = await SourceTree.open(repository.root);
  const inSource = 'problem' in source ? undefined : await sourceRoutes(source.tree);
  const routes = values.url === undefined ? inSource : await siteRoutes(values.url, values.insecure, inSource);
  print(foundText(repository, routes));

  const { changes, notes } = await plan(repository, routes, values);
  const written: string[] = [];
  for (const change of changes) print(`\n${changeText(change)}`);
  try {
    if (!values['dry-run']) {
      const fresh = changes.filter(({ before }) => before === undefined);
      const changed = changes.filter(({ before }) => before !== undefined);
      if (fresh.length > 0 && (values.yes || (await confirm(`\nWrite ${names(fresh)}?`))))
        written.push(...write(repository, fresh));
      for (const change of changed)
        if (values.yes || (await confirm(`Change ${change.path} as shown?`)))
          written.push(...write(repository, [change]));
    }
  } finally {
    // Also after Ctrl-C, when some are written.
    print(
      `\n${values['dry-run'] ? 'Nothing was written (--dry-run).' : written.length === 0 ? 'Nothing was written.' : `Written: ${written.join(', ')}`}`,
    );
  }
  for (const note of notes) print(`\n${note}`);
  print(`\n${nextSteps(repository, values.url)}`);
  return 0;
}

/** Everything that is not as it should be, and what the user has to know. */
async function plan(
  repository: Repository,
  routes: Routes | undefined,
  { url, insecure }: { readonly url?: string | undefined; readonly insecure: boolean },
): Promise<{ changes: Change[]; notes: string[] }> {
  const { root, top, playwrightConfig: existing } = repository;
  const extension = /\.(m?[jt]s)$/.exec(existing ?? '')?.[1] ?? 'ts';
  const optionsFile = `readiness.config.${extension}`;
  const imported = importOf(extension, repository);
  const notes: string[] = [];
  const changes: Array<Change | undefined> = [];
  const options = readinessConfig(
    {
      routes: routes ?? { public: [], protected: [], unknown: [], api: [] },
      framework: repository.dependencies.has('next') ? 'next' : 'other',
      ...(url !== undefined && { url: new URL(url).origin, insecure }),
    },
    extension.endsWith('ts'),
  );
  if (existsSync(join(root, optionsFile))) notes.push(`${optionsFile} is there already and stays as it is.`);
  else changes.push({ path: optionsFile, after: options });

  if (existing === undefined) changes.push({ path: 'playwright.config.ts', after: playwrightConfig(imported) });
  else {
    const extended = await extendedConfig(root, existing, imported);
    if (extended === undefined)
      notes.push(`${existing} could not be extended by itself. Paste this into it:\n\n${snippet(imported)}`);
    else changes.push(extended);
  }
  const workflowPath = relative(root, join(top, '.github/workflows/readiness.yml'));
  changes.push(
    changeOf(root, workflowPath, () => workflow(repository)),
    changeOf(root, '.env.example', withVariables),
    changeOf(root, '.gitignore', (before) => withLines(before, IGNORED, '# clerk-readiness and Playwright')),
  );
  return {
    changes: changes
      .filter((change) => change !== undefined)
      .map(withItsLineEnds)
      .filter(({ before, after }) => before !== after),
    notes,
  };
}

/** A file with the line ends of Windows throughout keeps them. */
function withItsLineEnds(change: Change): Change {
  const { before = '', after } = change;
  return /^(?:.*\r\n)+$/.test(before) ? { ...change, after: after.replace(/\r?\n/g, '\r\n') } : change;
}

async function extendedConfig(root: string, name: string, imported: string): Promise<Change | undefined> {
  const before = readFileSync(join(root, name), 'utf8');
  const parsing = await parser();
  if ('problem' in parsing) return undefined;
  const module = parsing.parse(name, before);
  const extended = module && extendConfig(module, imported);
  if (extended === undefined) return undefined;
  const after = extended === 'unchanged' ? before : extended.text;
  // A shorthand property, for one, takes no other value.
  return parsing.parse(name, after) && { path: name, before, after };
}

/** How the Playwright configuration names the file of options, so that Node, TypeScript and Playwright find it. */
function importOf(extension: string, { isModule }: Repository): string {
  const written = { ts: isModule ? '.js' : '', js: '.js', mts: '.mjs', mjs: '.mjs' }[extension] ?? '';
  return `./readiness.config${written}`;
}

function changeOf(root: string, path: string, render: (before: string) => string): Change {
  const file = join(root, path);
  if (!existsSync(file)) return { path, after: render('') };
  const before = readFileSync(file, 'utf8');
  return { path, before, after: render(before) };
}

function withVariables(before: string): string {
  const missing = VARIABLES.filter((line) => !new RegExp(`^\\s*#?\\s*${line.split('=')[0] ?? ''}=`, 'm').test(before));
  return withLines(before, missing, '# clerk-readiness: give these to the shell or the CI');
}

/** A text with the lines that it lacks, under a heading. */
function withLines(before: string, lines: readonly string[], heading: string): string {
  const bare = (line: string) => line.trim().replace(/^\/|\/$/g, '');
  const there = new Set(before.split('\n').map(bare));
  const missing = lines.filter((line) => !there.has(bare(line)));
  if (missing.length === 0) return before;
  const start = before === '' ? '' : `${before.trimEnd()}\n\n`;
  return `${start}${heading}\n${missing.join('\n')}\n`;
}

function write({ root }: Repository, changes: readonly Change[]): string[] {
  for (const { path, after } of changes) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), after);
  }
  return changes.map(({ path }) => path);
}

function changeText({ path, before, after }: Change): string {
  if (before !== undefined) return unifiedDiff(path, before, after);
  return [
    `New file ${path}`,
    ...after
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ].join('\n');
}

function foundText(
  { manager, top, root, workspace, playwrightConfig: existing }: Repository,
  routes: Routes | undefined,
): string {
  const facts = [
    `package manager ${manager.replace('-classic', ' 1')}`,
    ...(top === root ? [] : [`in ${relative(top, root)} of a monorepo`]),
    ...(workspace === root || workspace === top ? [] : [`lockfile in ${relative(root, workspace)}`]),
    existing ?? 'no Playwright configuration yet',
    ...(routes
      ? [
          `${routes.public.length} public and ${routes.protected.length} protected pages, ${routes.api.length} API routes`,
        ]
      : []),
  ];
  return `Found: ${facts.join('; ')}`;
}

function names(changes: readonly Change[]): string {
  return changes.map(({ path }) => path).join(', ');
}

function nextSteps(repository: Repository, url: string | undefined): string {
  const { manager, dependencies } = repository;
  const missing = ['clerk-readiness', '@playwright/test'].filter((name) => !dependencies.has(name));
  const steps = [
    ...(missing.length > 0 ? [addCommand(manager, missing)] : []),
    `READINESS_BASE_URL=${url ?? 'https://staging.example.com'} ${playwrightCommand(repository)} test --project=readiness`,
    'set the repository variable READINESS_BASE_URL on GitHub, and the secrets that the head of readiness.yml names',
  ];
  return `Next:\n${steps.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
