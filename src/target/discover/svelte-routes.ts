import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { uniqueRoutes } from './route.ts';
import type { AppRoute } from './route.ts';

/** The script of a SvelteKit build that holds its list of pages; endpoints are not in it. */
const APP = /\/_app\/immutable\/entry\/app\b[^/]*\.js$/;

/** A page in the list, with the number of its script and those of its layouts: `"/(shop)/blog/[slug]":[-5,[2]]`. */
const PAGE = /"(\/[^"\\\s]{0,500})":\[-?\d+(?:,\[[\d,]*\]){0,2}\]/g;

/** The pages of a SvelteKit build; none in any other script. */
export function svelteRoutes(script: Exchange): AppRoute[] {
  if (!APP.test(new URL(script.request.url).pathname)) return [];
  return uniqueRoutes(
    [...body(script).matchAll(PAGE)].map(([, id = '']) => ({
      // A folder in parentheses groups pages and is no part of their address.
      pattern: id.replace(/\/\([^/]*\)(?=\/|$)/g, '') || '/',
      kind: 'page',
    })),
  );
}
