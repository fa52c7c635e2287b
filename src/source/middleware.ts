import { bare, dotted, importsOf, isNode, listOf, nameOf, parser, walk } from './ast.ts';
import type { AstNode, Import, Module } from './ast.ts';
import { Modules } from './imports.ts';
import { installedPackages, readManifest } from './lockfiles.ts';
import { matcherEntries } from './matcher.ts';
import type { MatcherEntry } from './matcher.ts';
import { configText, middlewareConfig, middlewareFiles, nextApp, routeOf } from './next-app.ts';
import type { NextApp } from './next-app.ts';
import type { SourceTree } from './tree.ts';
import { isRecord } from '../is-record.ts';

/** A file that Next.js runs as the middleware. */
export interface MiddlewareFile {
  readonly path: string;
  /** What it exports leads to Clerk's middleware, in it or in a module of the project; `unknown` where a package of another name may. */
  readonly callsClerk: 'yes' | 'no' | 'unknown';
  /** Undefined without a matcher, when it runs for everything. */
  readonly matcher?: readonly MatcherEntry[] | 'not constant';
  readonly runtime: unknown;
}

/** What the source says about Clerk's middleware. */
export type MiddlewareSource =
  | { readonly kind: 'unknown'; readonly problem: string }
  | { readonly kind: 'none'; readonly evidence: string }
  | {
      readonly kind: 'next';
      readonly app: NextApp;
      readonly files: readonly MiddlewareFile[];
      /** Files that call clerkMiddleware() under the name of a middleware, where Next.js does not look. */
      readonly misplaced: readonly string[];
      /** Routes whose own file calls auth(), which throws where the middleware has not run. */
      readonly authRoutes: readonly string[];
    }
  | {
      readonly kind: 'other';
      readonly framework: string;
      /** Files that call it where the framework runs it. */
      readonly mounted: readonly string[];
      readonly misplaced: readonly string[];
    };

/** The framework of each SDK, in the order in which an app that has several is taken. */
const FRAMEWORKS: ReadonlyArray<readonly [sdk: string, framework: string]> = [
  ['@clerk/astro', 'Astro'],
  ['@clerk/nuxt', 'Nuxt'],
  ['@clerk/express', 'Express'],
  ['@clerk/clerk-sdk-node', 'Express'],
  ['@clerk/fastify', 'Fastify'],
  ['@clerk/hono', 'Hono'],
  ['@hono/clerk-auth', 'Hono'],
  ['@clerk/react-router', 'React Router'],
  ['@clerk/tanstack-react-start', 'TanStack Start'],
  ['@clerk/remix', 'Remix'],
  // The community's SDKs.
  ['svelte-clerk', 'SvelteKit'],
  ['elysia-clerk', 'Elysia'],
];

/** What an app calls to mount an SDK; in any module, but for Astro. */
const MOUNT =
  /(?:^|\.)(?:clerkMiddleware|clerkPlugin|rootAuthLoader|createClerkHandler|withClerkHandler|ClerkExpress\w+Auth)$/;

/** Clerk's own guard for Express, which mounts what it needs; others have that name too. */
const REQUIRE_AUTH = /\brequireAuth\b[^'"]*['"]@clerk/;

/** Where Astro looks for what it runs, `onRequest`. */
const ASTRO_PLACE = /^src\/middleware(?:\/index)?\.(?:m?[jt]s)$/;

/** Names under which Clerk's SDK for Next.js exports its middleware, the last two in releases before 6. */
const CLERK_MIDDLEWARE = /^(?:clerkMiddleware|authMiddleware|withClerkMiddleware)$/;

/** Functions of the SDK that throw where the middleware has not run. */
const NEEDS_MIDDLEWARE = /^(?:auth|currentUser)$/;

/** Reads what the source says about Clerk's middleware. */
export async function middlewareSource(tree: SourceTree): Promise<MiddlewareSource> {
  const manifest = await readManifest(tree);
  const own = ['dependencies', 'devDependencies'].flatMap((field) =>
    isRecord(manifest[field]) ? Object.keys(manifest[field]) : [],
  );
  const installed = await installedPackages(tree);
  // The SDK may come by way of a package of the workspace, as `@repo/auth`.
  const linked = tree.has('package.json')
    ? installed.flatMap((one) => ('packages' in one ? one.packages.map(({ name }) => name) : []))
    : [];
  const nuxt = await configText(tree, 'nuxt');
  if (nuxt.includes('@clerk/nuxt') && !/\bskipServerMiddleware:\s*true/.test(nuxt))
    return { kind: 'other', framework: 'Nuxt', mounted: ['nuxt.config'], misplaced: [] };
  const app = await nextApp(tree, installed);
  const hasNext = app !== undefined && [...own, ...(own.includes('next') ? linked : [])].includes('@clerk/nextjs');
  if (hasNext && /\boutput:\s*["']export\b/.test(await configText(tree, 'next')))
    return { kind: 'none', evidence: "next.config has output: 'export'" };
  const clients = own.filter((name) =>
    /^@clerk\/(?:clerk-)?(?:react|vue|clerk-js|expo|chrome-extension|backend)$/.test(name),
  );
  const sdksOf = (names: readonly string[]) => FRAMEWORKS.filter(([sdk]) => names.includes(sdk));
  const sdks = [...sdksOf(own), ...(clients.length === 0 ? sdksOf(linked) : [])];
  const [first] = sdks;
  if (!hasNext && !first) {
    if (clients.length > 0)
      return { kind: 'none', evidence: `package.json has ${clients.join(', ')} and no SDK with a middleware` };
    return {
      kind: 'unknown',
      problem: `package.json has no SDK of Clerk that is known here (${tree.root}): set project.root to the folder of the app`,
    };
  }
  const parsing = await parser();
  if ('problem' in parsing) return { kind: 'unknown', problem: parsing.problem };
  const modules = await Modules.of(tree, parsing.parse);
  if (hasNext) return nextSource(modules, app);
  return otherSource(modules, sdks, own.includes('@react-router/dev'));
}

async function nextSource(modules: Modules, app: NextApp): Promise<MiddlewareSource> {
  const { taken, passedOver } = middlewareFiles(modules.tree, app);
  const files = await Promise.all(taken.map((path) => middlewareFile(modules, path, app)));
  const misplaced: string[] = [];
  for (const path of passedOver) {
    const module = await modules.at(path);
    if (module && importsClerk(module)) misplaced.push(path);
  }
  return { kind: 'next', app, files, misplaced, authRoutes: await authRoutes(modules, app) };
}

async function middlewareFile(modules: Modules, path: string, { isMoved }: NextApp): Promise<MiddlewareFile> {
  const module = await modules.at(path);
  if (!module) return { path, callsClerk: 'unknown', matcher: 'not constant', runtime: undefined };
  const name = /(?:proxy|middleware)(?=[^/]*$)/.exec(path)?.[0] ?? '';
  const callsClerk = await leadsToClerk(modules, path, [name, 'default']);
  const { hasMatcher, matcher, runtime } = middlewareConfig(module);
  const entries = isMoved ? undefined : matcherEntries(matcher);
  return { path, callsClerk, runtime, ...(hasMatcher && { matcher: entries ?? 'not constant' }) };
}

/** True where what a module imports is Clerk's middleware. */
function isClerk(module: Module, { from, imported }: Import): boolean {
  return (
    from.startsWith('@clerk/') &&
    (imported === '*' ? module.text.includes('.clerkMiddleware(') : CLERK_MIDDLEWARE.test(imported))
  );
}

function importsClerk(module: Module): boolean {
  return importsOf(module).some((imported) => isClerk(module, imported));
}

/**
 * Whether what a module exports, by the first of the names that it has, leads to Clerk's middleware: by the names in it,
 * by what these are at the top of the module, and by what they are in modules of the project.
 */
async function leadsToClerk(
  modules: Modules,
  path: string,
  names: readonly string[],
  seen: readonly string[] = [],
): Promise<MiddlewareFile['callsClerk']> {
  const module = await modules.at(path);
  const here = `${path} ${names.join()}`;
  if (!module) return 'unknown';
  if (seen.includes(here)) return 'no';
  const { body } = module;
  const own = names.map((name) => body.flatMap((node) => exportedAs(node, name))).find(({ length }) => length > 0);
  // What is exported in another way, as by module.exports or all at once, may be anything in it.
  const reached = new Set(own ?? ['*', ...body.flatMap(namesIn)]);
  const tops = body.map((node) => ({ node, concerns: concernsOf(node) }));
  for (const name of reached)
    for (const { node, concerns } of tops)
      if (concerns.includes(name)) for (const each of namesIn(node)) reached.add(each);
  let answer: MiddlewareFile['callsClerk'] = /\b(?:import|require)\(/.test(module.text) ? 'unknown' : 'no';
  for (const imported of importsOf(module).filter(({ local }) => reached.has(local))) {
    if (isClerk(module, imported)) return 'yes';
    const to = modules.resolve(path, imported.from);
    if (to === undefined && /^(?:next|react|node:|@clerk\/)/.test(imported.from)) continue;
    const there = to === undefined ? 'unknown' : await leadsToClerk(modules, to, [imported.imported], [...seen, here]);
    if (there === 'yes') return there;
    if (there === 'unknown') answer = there;
  }
  return answer;
}

/** Names that lead on from what a statement exports under a name; none where it exports no such thing. */
function exportedAs(node: AstNode, name: string): string[] {
  if (node.type === 'ExportDefaultDeclaration') return name === 'default' ? [name, ...namesIn(node)] : [];
  if (node.type !== 'ExportNamedDeclaration') return [];
  if (isNode(node['declaration'])) return concernsOf(node).includes(name) ? namesIn(node) : [];
  return listOf(node['specifiers']).flatMap(({ exported, local }) =>
    nameOf(exported) === name ? (nameOf(local) ?? []) : [],
  );
}

/** Names that a statement at the top of a module declares, or all in it where it declares none: it may change each. */
function concernsOf(node: AstNode): string[] {
  const declared = isNode(node['declaration']) ? node['declaration'] : node;
  const ids = [declared, ...listOf(declared['declarations'])].map(({ id }) => id).filter(isNode);
  return ids.length === 0 && node.type.endsWith('Statement') ? namesIn(node) : ids.flatMap(namesIn);
}

/** Names in a statement; those of a middleware that is made and dropped left out. */
function namesIn(top: AstNode): string[] {
  const names: string[] = [];
  walk(top, (node) => {
    const call = node.type === 'ExpressionStatement' ? bare(node['expression']) : undefined;
    if (CLERK_MIDDLEWARE.test(nameOf(call?.['callee']) ?? '')) return false;
    const name = nameOf(node);
    if (name !== undefined) names.push(name);
    return true;
  });
  return names;
}

async function authRoutes(modules: Modules, app: NextApp): Promise<string[]> {
  const found: string[] = [];
  for (const path of modules.paths) {
    const route = routeOf(path, app);
    const module = route === undefined ? undefined : await modules.at(path);
    const asks =
      module &&
      importsOf(module).some(
        ({ from, imported }) => from === '@clerk/nextjs/server' && NEEDS_MIDDLEWARE.test(imported),
      );
    if (asks === true && route !== undefined) found.push(route);
  }
  return found;
}

async function otherSource(
  modules: Modules,
  sdks: typeof FRAMEWORKS,
  hasRouterTools: boolean,
): Promise<MiddlewareSource> {
  const calling: Module[] = [];
  for (const path of modules.paths) {
    const text = (await modules.tree.read(path)) ?? '';
    const module = /clerk|rootAuthLoader/i.test(text) ? await modules.at(path) : undefined;
    if (module && mounts(module)) calling.push(module);
  }
  const paths = calling.map(({ path }) => path);
  // One package.json may stand for several apps.
  const called = sdks.find(([sdk]) => calling.some(({ text }) => text.includes(sdk)));
  const framework = (called ?? sdks[0])?.[1] ?? '';
  const configs = await Promise.all(
    ['astro', 'nuxt', 'react-router', 'vite'].map(async (tool) => configText(modules.tree, tool)),
  );
  const isClient = (framework === 'React Router' && !hasRouterTools) || /\bssr:\s*false/.test(configs.join());
  if (paths.length === 0 && isClient) return { kind: 'none', evidence: `${framework} runs in the browser alone` };
  // A source folder of its own is a setting of Astro that moves the place.
  if (framework !== 'Astro' || /\bsrcDir\b/.test(configs.join()))
    return { kind: 'other', framework, mounted: paths, misplaced: [] };
  const run = modules.paths.filter((path) => ASTRO_PLACE.test(path));
  const answers = await Promise.all(run.map(async (path) => leadsToClerk(modules, path, ['onRequest'])));
  return {
    kind: 'other',
    framework,
    mounted: run.filter((_, index) => answers[index] === 'yes'),
    misplaced: answers.includes('unknown') ? [] : paths,
  };
}

function mounts({ body, text }: Module): boolean {
  let found = false;
  for (const node of body)
    walk(node, (each) => {
      const called = each.type === 'CallExpression' ? (dotted(each['callee']) ?? '') : '';
      // A plugin of Fastify is registered as it is.
      const given = [...listOf(each['arguments']), ...listOf(each['elements'])].map(dotted);
      found ||=
        MOUNT.test(called) || given.includes('clerkPlugin') || (called === 'requireAuth' && REQUIRE_AUTH.test(text));
      return !found;
    });
  return found;
}
