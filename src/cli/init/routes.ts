import { looksPrivate } from '../../areas/routes/standing.ts';
import { underBasePath } from '../../target/base-path.ts';
import { isActing, isFile, unique } from '../../target/discover/links.ts';
import { appRoute, pagesRoute } from '../../target/discover/next-routes.ts';
import { concretePath } from '../../target/discover/route.ts';
import type { AppRoute } from '../../target/discover/route.ts';
import { constantOf, dotted, importsOf, isNode, listOf, nameOf, parser, walk } from '../../source/ast.ts';
import type { AstNode, Module } from '../../source/ast.ts';
import { Modules } from '../../source/imports.ts';
import { installedPackages } from '../../source/lockfiles.ts';
import { compiled, coverage } from '../../source/matcher.ts';
import { middlewareFiles, nextApp } from '../../source/next-app.ts';
import type { SourceTree } from '../../source/tree.ts';

/** An API route, with the methods that its file exports. */
export interface ApiFinding {
  readonly path: string;
  readonly methods: readonly string[];
}

/** What an app has; what was not found is left out. */
export interface Routes {
  readonly public: readonly string[];
  readonly protected: readonly string[];
  /** Pages of which nothing says who may see them. */
  readonly unknown: readonly string[];
  readonly api: readonly ApiFinding[];
  readonly signIn?: string;
  readonly signUp?: string;
  readonly webhook?: string;
  readonly health?: string;
}

export const NO_ROUTES: Routes = { public: [], protected: [], unknown: [], api: [] };

/** Pages for developers, which need not answer 200. */
const ODD = /\/(?:crash|error|boom|throw|debug|test|sentry-example-page)(?:[-/]|$)/i;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A route and the file that makes it. */
interface RouteFile extends AppRoute {
  readonly file: string;
  readonly path: string;
}

/** Reads the routes of a Next.js project, and from its middleware who may see them; none for other projects. */
export async function sourceRoutes(tree: SourceTree): Promise<Routes> {
  const app = await nextApp(tree, await installedPackages(tree));
  if (app === undefined) return NO_ROUTES;
  const parsing = await parser();
  const files = routeFiles(tree, app.base);
  const pages = unique(files.filter(({ kind }) => kind === 'page').map(({ path }) => path));
  const endpoints = files.filter(({ kind }) => kind === 'endpoint');
  const signIn = pages.find((path) => /\/(?:sign|log)[-_]?in$/i.test(path));
  const signUp = pages.find((path) => /\/(?:sign[-_]?up|register)$/i.test(path));
  const modules = 'parse' in parsing ? await Modules.of(tree, parsing.parse) : undefined;
  const guard = modules ? await guardOf(modules, middlewareFiles(tree, app).taken) : { public: [], protected: [] };
  const others = pages.filter((path) => path !== signIn && path !== signUp).sort();
  const at = (path: string): string => underBasePath(app.basePath, path);
  const of = (wanted: Standing) => others.filter((path) => standing(path, guard) === wanted).map(at);
  const webhook =
    endpoints.find(({ path }) => /webhook/i.test(path) && /clerk/i.test(path)) ?? (await verifying(endpoints, modules));
  const health = endpoints.find(({ path }) => /\/(?:health|healthz|health-?check|status)$/i.test(path));
  return {
    public: of('public'),
    protected: of('protected'),
    unknown: of('unknown'),
    api: (await guardedApi(endpoints, guard, modules)).map((api) => ({ ...api, path: at(api.path) })),
    ...(signIn !== undefined && { signIn: at(signIn) }),
    ...(signUp !== undefined && { signUp: at(signUp) }),
    ...(webhook && { webhook: at(webhook.path) }),
    ...(health && { health: at(health.path) }),
  };
}

function routeFiles(tree: SourceTree, base: string): RouteFile[] {
  const source = /\.(?:tsx?|jsx?|mdx?)$/;
  return tree.files
    .filter((file) => file.startsWith(base) && source.test(file))
    .flatMap((file) => {
      const [, folder = '', name = ''] = /^(app|pages)\/(.*)$/.exec(file.slice(base.length).replace(source, '')) ?? [];
      const route = folder === 'app' ? appRoute(name) : folder === 'pages' ? pagesRoute(name) : undefined;
      const path = route && concretePath(route);
      return route && path !== undefined && !isFile(path) ? [{ ...route, file, path }] : [];
    });
}

/** Patterns of `createRouteMatcher`, by what the middleware does with them. */
interface Guard {
  readonly public: readonly string[];
  readonly protected: readonly string[];
}

type Standing = 'public' | 'protected' | 'unknown';

function standing(path: string, guard: Guard): Standing {
  const matches = (patterns: readonly string[]) =>
    coverage(
      patterns.map((source) => ({ source, conditional: false })),
      path,
    ) !== 'none';
  if (matches(guard.public)) return 'public';
  if (matches(guard.protected)) return 'protected';
  if (guard.public.length > 0) return 'protected';
  // What the middleware does not name is open; by its name it may have been forgotten, or be no page for visitors.
  return guard.protected.length > 0 && !looksPrivate(path) && !ODD.test(path) ? 'public' : 'unknown';
}

async function guardOf(modules: Modules, middleware: readonly string[]): Promise<Guard> {
  const found: { public: string[]; protected: string[] } = { public: [], protected: [] };
  for (const path of middleware)
    for (const module of await modules.withImports(path)) {
      for (const { name, patterns } of matchersOf(module)) {
        const use = useOf(module, name);
        if (use !== undefined) found[use].push(...patterns.filter(compiled));
      }
    }
  return found;
}

function matchersOf({ body }: Module): Array<{ name: string; patterns: string[] }> {
  const found: Array<{ name: string; patterns: string[] }> = [];
  for (const node of body)
    walk(node, (each) => {
      const { init } = each;
      if (each.type !== 'VariableDeclarator' || !isNode(init) || init.type !== 'CallExpression') return;
      const name = nameOf(each['id']);
      if (name === undefined || dotted(init['callee']) !== 'createRouteMatcher') return;
      const value = constantOf(listOf(init['arguments'])[0]);
      const patterns = (Array.isArray(value) ? value : [value]).filter((pattern) => typeof pattern === 'string');
      found.push({ name, patterns });
    });
  return found;
}

/** What is done with a matcher: where the negated one leads to `auth.protect()`, it lists public routes. */
function useOf({ body }: Module, name: string): 'public' | 'protected' | undefined {
  let use: 'public' | 'protected' | undefined;
  for (const node of body)
    walk(node, (each) => {
      if (each.type !== 'IfStatement' || !isNode(each['test']) || !isNode(each['consequent'])) return;
      if (!callsIn(each['consequent'], /\.protect$|redirectToSignIn$/)) return;
      const negated = find(
        each['test'],
        (part) => part.type === 'UnaryExpression' && part['operator'] === '!' && isCallOf(part['argument'], name),
      );
      if (negated) use = 'public';
      else if (find(each['test'], (part) => isCallOf(part, name))) use = 'protected';
    });
  if (use !== undefined) return use;
  if (/public|guest|open/i.test(name)) return 'public';
  return /protect|private|guard/i.test(name) ? 'protected' : undefined;
}

function isCallOf(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'CallExpression' && dotted(node['callee']) === name;
}

function callsIn(node: AstNode, callee: RegExp): boolean {
  return find(node, (part) => part.type === 'CallExpression' && callee.test(dotted(part['callee']) ?? ''));
}

function find(node: AstNode, matches: (node: AstNode) => boolean): boolean {
  let found = false;
  walk(node, (part) => {
    found ||= matches(part);
    return !found;
  });
  return found;
}

/** Endpoints that are guarded: in the middleware, or because their file asks who is signed in. */
async function guardedApi(
  endpoints: readonly RouteFile[],
  guard: Guard,
  modules: Modules | undefined,
): Promise<ApiFinding[]> {
  const found: ApiFinding[] = [];
  for (const { path, file } of endpoints) {
    if (isActing(path) || /webhook|health|\/status$/i.test(path)) continue;
    const module = await modules?.at(file);
    const asks =
      module !== undefined &&
      importsOf(module).some(
        ({ from, imported }) => from.startsWith('@clerk/') && /^(?:auth|currentUser|getAuth)$/.test(imported),
      );
    if (!asks && standing(path, guard) !== 'protected') continue;
    const methods = module ? exportedMethods(module) : [];
    found.push({ path, methods: methods.length > 0 ? methods : ['GET'] });
  }
  return found;
}

function exportedMethods({ body }: Module): string[] {
  const names = body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration') return [];
    const { declaration } = node;
    const declared = isNode(declaration)
      ? [nameOf(declaration['id']), ...listOf(declaration['declarations']).map((each) => nameOf(each['id']))]
      : [];
    return [...declared, ...listOf(node['specifiers']).map((each) => nameOf(each['exported']))];
  });
  return METHODS.filter((method) => names.includes(method));
}

/** An endpoint that verifies webhooks, whatever its name. */
async function verifying(
  endpoints: readonly RouteFile[],
  modules: Modules | undefined,
): Promise<RouteFile | undefined> {
  for (const endpoint of endpoints) {
    const module = await modules?.at(endpoint.file);
    const verifies =
      module &&
      importsOf(module).some(({ from, imported }) => from.startsWith('@clerk/') && imported === 'verifyWebhook');
    if (verifies === true) return endpoint;
  }
  return undefined;
}
