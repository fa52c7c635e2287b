import { body } from '../exchange.ts';
import type { Exchange } from '../exchange.ts';
import { kindByPath, uniqueRoutes } from './route.ts';
import type { AppRoute } from './route.ts';

/** A script of a Nuxt build. */
const SCRIPT = /\/_nuxt\/[^/]+\.js$/;

/** Where the list of pages begins: `[{name:"team-id",path:"/team/:id()",component:…`. */
const LIST = /\[\{(?:name:["'`][^"'`\\]{0,500}["'`],)?path:["'`]\/[^"'`\\]{0,500}["'`],[^[\]]{0,500}component:/;

/** What the list is read by: a page, its children, brackets, and texts, whose brackets are none. */
const TOKEN =
  /\{(?:name:["'`][^"'`\\]{0,500}["'`],)?path:(["'`])((?:(?!\1)[^\\]|\\.){0,200})\1|children:\[|[[\]]|(["'`])(?:(?!\3)[^\\]|\\.){0,200}\3/gs;

/** The pages of a Nuxt build; none in any other script. */
export function nuxtRoutes(script: Exchange): AppRoute[] {
  if (!SCRIPT.test(new URL(script.request.url).pathname)) return [];
  const text = body(script);
  const start = LIST.exec(text)?.index;
  if (start === undefined) return [];
  const routes: AppRoute[] = [];
  /** For each open bracket the path below which its pages are; `last` is that of the page before a list of children. */
  const open: string[] = [];
  let last = '';
  for (const [token, , path] of text.slice(start).matchAll(TOKEN)) {
    if (path !== undefined) {
      last = path.startsWith('/') ? path : `${open.at(-1) ?? ''}/${path}`;
      const pattern = patternOf(last);
      routes.push({ pattern, kind: kindByPath(pattern) });
    } else if (token === ']') {
      open.pop();
      if (open.length === 0) break;
    } else if (token.endsWith('[')) open.push(token === '[' ? (open.at(-1) ?? '') : last);
  }
  return uniqueRoutes(routes);
}

/** `/team/:id()/:rest(.*)*` as `/team/[id]/[[...rest]]`. */
function patternOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  return `/${segments.map((segment) => segment.replace(/^.*?:(\w+).*?(\*?)$/, (_, name: string, all: string) => (all ? `[[...${name}]]` : `[${name}]`))).join('/')}`;
}
