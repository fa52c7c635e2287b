import { inAnyLanguage, isSamePage } from './sign-in.ts';

/** True when a declared path stands for several pages: it has a `*`, or Clerk's `(.*)`. */
export function isGlob(pattern: string): boolean {
  return pattern.includes('*');
}

/**
 * True when a declared path or glob names a page; a locale in front and a slash at the end make no difference.
 * `*` is one segment or a part of it, `**` any number of them: `/blog/**` is `/blog` and all below it.
 * `(.*)`, as in Clerk's createRouteMatcher, is any rest.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const bare = pattern.split('?')[0] ?? pattern;
  if (!isGlob(bare)) return isSamePage(path, bare);
  const expression = expressionOf(bare);
  return inAnyLanguage(path).some((each) => expression.test(each.replace(/\/+$/, '') || '/'));
}

const compiled = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  const source = pattern
    .split(/(\(\.\*\)|\/\*\*(?=\/|$)|\*\*|\*)/)
    .map((part) => {
      if (part === '(.*)' || part === '**') return '.*';
      if (part === '/**') return '(?:/.*)?';
      return part === '*' ? '[^/]*' : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    })
    .join('');
  const expression = new RegExp(`^${source}$`);
  compiled.set(pattern, expression);
  return expression;
}
