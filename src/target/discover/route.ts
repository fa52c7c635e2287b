import { unique } from './links.ts';

/** A route of an app. */
export interface AppRoute {
  /** As Next.js and SvelteKit write it: `/blog/[slug]`. */
  readonly pattern: string;
  readonly kind: 'page' | 'endpoint';
}

/** What a route is by its path alone, where nothing else tells. */
export function kindByPath(pattern: string): AppRoute['kind'] {
  return /^\/api(?:\/|$)/.test(pattern) ? 'endpoint' : 'page';
}

/** True when a route has a parameter without which it is no path. */
export function isDynamic(pattern: string): boolean {
  return pattern.includes('[');
}

/** The path of a route that can be asked for as it stands; an optional catch-all is its own parent. */
export function concretePath({ pattern }: AppRoute): string | undefined {
  const path = pattern.replace(/\/\[\[\.\.\.[^\]]+\]\]$/, '') || '/';
  return isDynamic(path) ? undefined : path;
}

/** Tells whether a path is an example of a route. */
export function exampleOf(pattern: string): (path: string) => boolean {
  const source = pattern
    .split('/')
    .slice(1)
    .map((segment, index, { length }) => {
      // Only the last one may catch all, as in every router; several would make the expression try every split of a path.
      const last = index === length - 1;
      if (last && segment.startsWith('[[...')) return '(?:/.+)?';
      if (last && segment.startsWith('[...')) return '/.+';
      return segment.startsWith('[') ? '/[^/]+' : `/${segment.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`;
    })
    .join('');
  const expression = new RegExp(`^${source}/?$`);
  return (path) => expression.test(path);
}

/** A route and its ancestors, nearest first; a build from outside may name a route as an ancestor of its own. */
export function branchOf<Route>(route: Route, parentOf: (route: Route) => Route | undefined): Route[] {
  const branch: Route[] = [];
  for (let next: Route | undefined = route; next !== undefined && !branch.includes(next); next = parentOf(next))
    branch.push(next);
  return branch;
}

/** Each route once. */
export function uniqueRoutes(routes: readonly AppRoute[]): AppRoute[] {
  return unique(routes.map(({ kind, pattern }) => `${kind} ${pattern}`)).map((key) => {
    const space = key.indexOf(' ');
    return { kind: key.slice(0, space) as AppRoute['kind'], pattern: key.slice(space + 1) };
  });
}
