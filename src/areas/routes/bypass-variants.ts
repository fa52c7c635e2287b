import { fromBasePath } from '../../target/base-path.ts';
import type { HeadersInput } from '../../target/connection.ts';
import type { Shape } from '../../target/shapes.ts';
import { GROUPS, join } from './bypass-table.ts';
import type { Parts } from './bypass-table.ts';

/** What a variant asks for in place of the plain request. */
export interface VariantRequest {
  /** Path and query exactly as sent. */
  readonly path: string;
  /** Default `GET`. */
  readonly method?: string;
  /** Default: as the plain request. */
  readonly as?: Shape;
  readonly headers?: HeadersInput;
  readonly body?: string;
  /** An edge may refuse it whatever the app would say. */
  readonly judged?: true;
}

/** What the variants are made for. */
export interface Place {
  readonly kind: 'page' | 'api';
  /** As declared, perhaps with a query. */
  readonly path: string;
  /** Methods that it serves; a page serves `GET`. */
  readonly methods: readonly string[];
}

/** Frameworks with variants of their own, as the identity of a target names them. */
export type Framework = 'next' | 'react-router' | 'sveltekit' | 'tanstack-start';

/** What is known of the target when variants are chosen. */
export interface Surroundings {
  /** Origin of the target, from which its own pages ask. */
  readonly origin: string;
  /** Framework by name; undefined when unknown, which takes in the variants of every framework. */
  readonly framework?: string;
  /** Path under which the app is served; undefined for an app at the root. */
  readonly basePath?: string;
  /** Locales that the public pages lead to. */
  readonly locales?: readonly string[];
  /** Id of the Next.js build, where pages give it away. */
  readonly buildId?: string;
  /** Ids of the React Router routes that give the page at a path its data. */
  readonly loaders?: (path: string) => readonly string[];
  /** Paths of the server functions of a TanStack Start app. */
  readonly serverFunctions?: readonly string[];
  /** Id of the test user, whom a header may name. */
  readonly userId?: string;
  /** Whether an API may be asked in a way that might change something if it were honoured. */
  readonly mayWrite: boolean;
  /** Makes a URL that no cache knows, so that no answer to a variant is stored for others. */
  readonly unique: string;
}

/** One way to ask for a place that is refused to the plain request. */
export interface Variant {
  readonly name: string;
  /** What differs from the plain request. */
  readonly changes: 'path' | 'data' | 'headers' | 'method';
  /** Advisory, standard or test guide that it comes from. */
  readonly source: string;
  /** The framework that it is for; undefined: any. */
  readonly of?: Framework;
  /**
   * The answer is a payload of the router, or none: a 2xx alone says nothing, because Next.js sends the state of
   * its router before a guard inside the page runs. Only text of the signed-in page proves anything.
   */
  readonly textOnly: boolean;
  /** By the standard it names the very same place, so that whatever it brings is of that place. */
  readonly samePlace: boolean;
  readonly request: VariantRequest;
}

/** The variants for one place, each with another request. */
export function variantsFor(place: Place, surroundings: Surroundings): Variant[] {
  const { framework, basePath } = surroundings;
  const parts = takeApart(place, basePath);
  const seen = new Set([JSON.stringify({ path: place.path })]);
  return GROUPS.filter(({ of }) => of === undefined || framework === undefined || of === framework)
    .filter(({ pagesOnly }) => pagesOnly === undefined || place.kind === 'page')
    .flatMap(({ variants, changes, source, of, textOnly = false }) =>
      variants(parts, surroundings).map(([name, request]) => ({
        name,
        changes,
        source,
        ...(of !== undefined && { of }),
        textOnly,
        samePlace: isSamePlace(request.path, parts),
        request,
      })),
    )
    .filter(({ request }) => {
      const key = JSON.stringify(request);
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
}

function takeApart(place: Place, basePath: string | undefined): Parts {
  const [path = '/', query] = place.path.split(/\?(.*)/s);
  const segments = path.split('/').filter((segment) => segment !== '');
  const bare = join(segments);
  const route = fromBasePath(basePath, bare);
  return { ...place, bare, route, segments, query: query === undefined ? '' : `?${query}` };
}

/** Percent-encoded letters and the slash at the end make no other URL; a double slash is what CVE-2026-41248 does. */
function isSamePlace(path: string, { bare }: Parts): boolean {
  const asked = (path.split('?')[0] ?? '').replace(/%([0-9a-f]{2})/gi, (whole, hex: string) => {
    const letter = String.fromCharCode(Number.parseInt(hex, 16));
    return /[a-z0-9]/i.test(letter) ? letter : whole;
  });
  return asked.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1') === bare;
}
