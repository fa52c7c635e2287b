import { dotted, importsOf, parser, walk } from './ast.ts';
import type { Module } from './ast.ts';
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
  /** It calls Clerk's middleware, itself or in a module of the project; `unknown` where a package of another name may. */
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

/** How the SDK of a framework is mounted. */
interface Mount {
  readonly framework: string;
  readonly call: RegExp;
  /** Where the framework looks for it; anywhere by default. */
  readonly place?: RegExp;
}

/** By the package of the SDK, in the order in which an app that has several is taken. */
const MOUNTS: ReadonlyArray<readonly [sdk: string, mount: Mount]> = [
  [
    '@clerk/astro',
    { framework: 'Astro', call: /^clerkMiddleware$/, place: /^src\/middleware(?:\/index)?\.(?:m?[jt]s)$/ },
  ],
  ['@clerk/express', { framework: 'Express', call: /^(?:\w+\.)?clerkMiddleware$/ }],
  ['@clerk/fastify', { framework: 'Fastify', call: /\.register$/ }],
  ['@clerk/hono', { framework: 'Hono', call: /^clerkMiddleware$/ }],
  ['@hono/clerk-auth', { framework: 'Hono', call: /^clerkMiddleware$/ }],
  ['@clerk/react-router', { framework: 'React Router', call: /^(?:clerkMiddleware|rootAuthLoader)$/ }],
  ['@clerk/tanstack-react-start', { framework: 'TanStack Start', call: /^(?:clerkMiddleware|createClerkHandler)$/ }],
  ['@clerk/remix', { framework: 'Remix', call: /^rootAuthLoader$/ }],
  // The community's SDK: its hook may stand in any module that src/hooks.server imports.
  ['svelte-clerk', { framework: 'SvelteKit', call: /^withClerkHandler$/ }],
];

/** Names under which Clerk's SDK for Next.js exports its middleware, the last two in releases before 6. */
const CLERK_MIDDLEWARE = /^(?:clerkMiddleware|authMiddleware|withClerkMiddleware)$/;

/** Functions of the SDK that throw where the middleware has not run. */
const NEEDS_MIDDLEWARE = /^(?:auth|currentUser)$/;

/** Reads what the source says about Clerk's middleware. */
export async function middlewareSource(tree: SourceTree): Promise<MiddlewareSource> {
  const manifest = await readManifest(tree);
  const dependencies = ['dependencies', 'devDependencies'].flatMap((field) =>
    isRecord(manifest[field]) ? Object.keys(manifest[field]) : [],
  );
  const app = await nextApp(tree, await installedPackages(tree));
  const hasNext = app !== undefined && dependencies.includes('@clerk/nextjs');
  if (hasNext && /\boutput:\s*["']export\b/.test(await configText(tree, 'next')))
    return { kind: 'none', evidence: "next.config has output: 'export'" };
  const mount = MOUNTS.find(([sdk]) => dependencies.includes(sdk))?.[1];
  if (!hasNext && !mount) {
    if (dependencies.includes('@clerk/nuxt')) {
      const mounts = (await configText(tree, 'nuxt')).includes('@clerk/nuxt');
      return { kind: 'other', framework: 'Nuxt', mounted: mounts ? ['nuxt.config'] : [], misplaced: [] };
    }
    const clients = dependencies.filter((name) =>
      /^@clerk\/(?:clerk-)?(?:react|vue|clerk-js|expo|chrome-extension)$/.test(name),
    );
    if (clients.length > 0)
      return { kind: 'none', evidence: `package.json has ${clients.join(', ')} and no SDK for a server` };
    return {
      kind: 'unknown',
      problem: `no app with an SDK of Clerk in ${tree.root}: set project.root to the folder of the app`,
    };
  }
  const parsing = await parser();
  if ('problem' in parsing) return { kind: 'unknown', problem: parsing.problem };
  const modules = await Modules.of(tree, parsing.parse);
  if (hasNext) return nextSource(modules, app);
  return mount ? otherSource(modules, mount) : { kind: 'unknown', problem: '' };
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
  const all = await modules.withImports(path);
  const strangers = all.flatMap((each) =>
    importsOf(each).filter(({ from }) => modules.resolve(each.path, from) === undefined),
  );
  const callsClerk = all.some(importsClerk)
    ? 'yes'
    : strangers.some(({ from }) => !/^(?:next|react|node:|@clerk\/)/.test(from)) ||
        all.some(({ text }) => /\b(?:import|require)\(/.test(text))
      ? 'unknown'
      : 'no';
  const { hasMatcher, matcher, runtime } = middlewareConfig(module);
  const entries = isMoved ? undefined : matcherEntries(matcher);
  return { path, callsClerk, runtime, ...(hasMatcher && { matcher: entries ?? 'not constant' }) };
}

function importsClerk(module: Module): boolean {
  return importsOf(module).some(
    ({ from, imported }) =>
      from.startsWith('@clerk/nextjs') &&
      (imported === '*' ? calls(module, /\.clerkMiddleware$/) : CLERK_MIDDLEWARE.test(imported)),
  );
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

async function otherSource(modules: Modules, { framework, call, place }: Mount): Promise<MiddlewareSource> {
  const calling: string[] = [];
  for (const path of modules.paths) {
    const text = (await modules.tree.read(path)) ?? '';
    if (!/clerkMiddleware|clerkPlugin|rootAuthLoader|createClerkHandler|withClerkHandler/.test(text)) continue;
    const module = await modules.at(path);
    if (module && calls(module, call)) calling.push(path);
  }
  // A source folder of its own is a setting of Astro that moves the place.
  const moved = framework === 'Astro' && /\bsrcDir\b/.test(await configText(modules.tree, 'astro'));
  const mounted = calling.filter((path) => place === undefined || moved || place.test(path));
  return { kind: 'other', framework, mounted, misplaced: calling.filter((path) => !mounted.includes(path)) };
}

function calls(module: Module, call: RegExp): boolean {
  let found = false;
  for (const node of module.body)
    walk(node, (each) => {
      if (each.type === 'CallExpression' && call.test(dotted(each['callee']) ?? '')) found = true;
      return !found;
    });
  return found;
}
