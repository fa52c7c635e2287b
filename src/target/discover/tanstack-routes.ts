import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { unique } from './links.ts';
import { branchOf, kindByPath, uniqueRoutes } from './route.ts';
import type { AppRoute } from './route.ts';

/**
 * A route in the tree of a TanStack Start build, which leaves out those that answer on the server alone:
 * `a=b.update({id:"/team",path:"/team",getParentRoute:()=>c})`. A layout without a path has an id only.
 */
const ROUTE =
  /(?:\b([\w$]{1,40})=)?[\w$]{1,40}\.update\(\{id:["'`][^"'`\\]{0,500}["'`],(?:path:["'`]([^"'`\\]{0,500})["'`],)?getParentRoute:\(\)=>([\w$]{1,40})\}/g;

/** What the compiler leaves of a server function in the browser's code: `.handler(a("<id>"))`. */
const SERVER_FUNCTION = /\.handler\([\w$]{1,40}\(["'`]([\w-]{1,200})["'`]\)/g;

/** Where the server functions of a build are. */
const SERVER_FUNCTIONS_AT = /\bTSS_SERVER_FN_BASE["'`]?:["'`](\/[^"'`\\\s]{0,200})["'`]/;

/** The pages of a TanStack Start build; none in any other script. */
export function tanstackRoutes(text: string): AppRoute[] {
  const routes = [...text.matchAll(ROUTE)].map(([, name, path, parent = '']) => ({ name, path, parent }));
  const byName = new Map(routes.map((route) => [route.name, route]));
  return uniqueRoutes(
    routes
      .filter(({ path }) => path !== undefined)
      .map((route) => {
        const branch = branchOf(route, ({ parent }) => byName.get(parent)).toReversed();
        const pattern = patternOf(branch.map(({ path = '' }) => path).join('/'));
        return { pattern, kind: kindByPath(pattern) };
      }),
  );
}

/** Paths of the server functions that the scripts of a TanStack Start build call, each an endpoint of its own. */
export function serverFunctionsOf(scripts: readonly Exchange[]): string[] {
  const texts = scripts.map(body);
  const base = texts.map((text) => SERVER_FUNCTIONS_AT.exec(text)?.[1]).find((path) => path !== undefined);
  if (base === undefined) return [];
  const ids = texts.flatMap((text) => [...text.matchAll(SERVER_FUNCTION)].map(([, id = '']) => id));
  return unique(ids).map((id) => base.replace(/\/?$/, '/') + id);
}

/** `/team/$id/$` as `/team/[id]/[[...splat]]`. */
function patternOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  return `/${segments.map((segment) => (segment === '$' ? '[[...splat]]' : segment.replace(/^.*\$(\w*).*$/, '[$1]'))).join('/')}`;
}
