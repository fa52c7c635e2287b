import { pathToRegexp } from '@clerk/shared/pathToRegexp';
import { isRecord } from '../is-record.ts';

/** One entry of `config.matcher`. */
export interface MatcherEntry {
  readonly source: string;
  /** It holds only for requests with certain headers, cookies or queries. */
  readonly conditional: boolean;
}

/** The entries of a matcher as Next.js takes it: a text, an object, or a list of both; undefined when it is not constant. */
export function matcherEntries(matcher: unknown): MatcherEntry[] | undefined {
  const entries = (Array.isArray(matcher) ? matcher : [matcher]).map((each: unknown) => {
    if (typeof each === 'string') return { source: each, conditional: false };
    if (!isRecord(each) || typeof each['source'] !== 'string') return undefined;
    return { source: each['source'], conditional: each['has'] !== undefined || each['missing'] !== undefined };
  });
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

/** How much of the traffic to a path runs through the middleware. */
export type Coverage = 'all' | 'some' | 'none';

/**
 * Whether a matcher covers a path. Next.js compiles sources with path-to-regexp 6, as Clerk's own copy is,
 * and takes `/x` for `/x/index` too. A source that cannot be compiled covers nothing.
 * @param basePath `basePath` of next.config, in front of every source
 */
export function coverage(entries: readonly MatcherEntry[], path: string, basePath = ''): Coverage {
  const bare = path.split(/[?#]/)[0] ?? path;
  const hits = entries.filter(({ source }) => {
    const regexp = compiled(basePath + source);
    return [bare, `${bare.replace(/\/$/, '')}/index`].some((each) => regexp?.test(each) === true);
  });
  if (hits.some(({ conditional }) => !conditional)) return 'all';
  return hits.length > 0 ? 'some' : 'none';
}

/** The pattern of a source; undefined where path-to-regexp refuses it, and Next.js does not build. */
export function compiled(source: string): RegExp | undefined {
  try {
    const regexp: unknown = pathToRegexp(source);
    return regexp instanceof RegExp ? regexp : undefined;
  } catch {
    return undefined;
  }
}
