import type { Shape } from '../../target/shapes.ts';
import { USER_AGENT } from '../../target/user-agent.ts';
import type { Framework, Place, Surroundings, Variant, VariantRequest } from './bypass-variants.ts';

/** Variants of one kind. */
export interface Group {
  readonly changes: Variant['changes'];
  readonly source: string;
  /** For apps of this framework, and for a target that shows none. */
  readonly of?: Framework;
  /** For pages: an API has no such thing. */
  readonly pagesOnly?: true;
  readonly textOnly?: true;
  readonly variants: (place: Parts, surroundings: Surroundings) => ReadonlyArray<readonly [string, VariantRequest]>;
}

/** A path taken apart. */
export interface Parts extends Place {
  /** Without the query and a slash at the end. */
  readonly bare: string;
  readonly segments: readonly string[];
  /** `bare` from the home page on, as a framework knows its routes. */
  readonly route: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
}

const OWASP = 'https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing';
const AUTHORIZATION = `${OWASP}/05-Authorization_Testing/02-Testing_for_Bypassing_Authorization_Schema`;
const METHODS = `${OWASP}/02-Configuration_and_Deployment_Management_Testing/06-Test_HTTP_Methods`;
const TRAVERSAL = `${OWASP}/05-Authorization_Testing/01-Testing_Directory_Traversal_File_Include`;
const NORMALISATION = 'https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2';
const MIDDLEWARE_SUBREQUEST = 'https://github.com/advisories/GHSA-f82v-jwr5-mffw';
const ROUTE_MATCHER = 'https://github.com/advisories/GHSA-vqx2-fgx2-5wq9';
const SEGMENT_PREFETCH = 'https://nvd.nist.gov/vuln/detail/CVE-2026-44575';
const NEXT_DATA = 'https://nvd.nist.gov/vuln/detail/CVE-2026-44573';
const LAYOUT_LOADER = 'https://reactrouter.com/how-to/middleware';
const SERVER_FUNCTIONS = 'https://tanstack.com/start/latest/docs/framework/react/guide/server-functions';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1)';
const LAYOUT_LOAD = 'https://svelte.dev/docs/kit/load#Implications-for-authentication';

/** Layouts around a page of a SvelteKit app, the root's included, under which its own data is asked for. */
const SVELTE_LAYOUTS = [1, 2, 3] as const;

/** Characters of a server function's id in a message: the whole is a hash. */
const MAX_FUNCTION_NAME = 12;

/** Next.js 15 counts its subrequests and stops running the middleware at this depth. */
const SUBREQUEST_DEPTH = 5;
const SUBREQUESTS = ['pages/_middleware', 'middleware', 'src/middleware'] as const;
const deep = (name: string): string => Array.from({ length: SUBREQUEST_DEPTH }, () => name).join(':');

export const GROUPS: readonly Group[] = [
  {
    changes: 'path',
    source: ROUTE_MATCHER,
    variants: ({ segments, query }) => [
      ...segments.map(
        (segment, index) =>
          [
            `first letter of segment ${index + 1} percent-encoded`,
            { path: join(segments.with(index, encodeAt(segment, 0))) + query },
          ] as const,
      ),
      [
        'last letter percent-encoded',
        { path: join(mapLast(segments, (last) => encodeAt(last, last.length - 1))) + query },
      ],
      ['every letter percent-encoded', { path: join(segments.map((segment) => encodeAll(segment))) + query }],
      [
        'every letter percent-encoded twice',
        { path: join(segments.map((segment) => encodeAll(segment).replaceAll('%', '%25'))) + query },
      ],
      ['two slashes in front', { path: `/${join(segments)}${query}` }],
      ['two slashes at the end', { path: `${join(segments)}//${query}` }],
      ['two slashes between segments', { path: `/${segments.join('//')}${query}` }],
    ],
  },
  {
    changes: 'path',
    source: NORMALISATION,
    variants: ({ segments, bare, query }) => [
      ['upper case', { path: bare.toUpperCase() + query }],
      [
        'first letter in upper case',
        { path: join(segments.map((segment) => segment.charAt(0).toUpperCase() + segment.slice(1))) + query },
      ],
      ['slash at the end', { path: `${bare}/${query}` }],
      ['/./ in front', { path: `/.${bare}${query}` }],
      ['/. at the end', { path: `${bare}/.${query}` }],
      ['%2e segment in front', { path: `/%2e${bare}${query}` }],
      ['another query', { path: `${bare}?clerk-readiness=1` }],
    ],
  },
  {
    changes: 'path',
    source: TRAVERSAL,
    variants: ({ kind, segments, bare, route, query }, { basePath = '', locales = [] }) => [
      ['/x/../ in front', { path: `/x/..${bare}${query}` }],
      ['/x/%2e%2e/ in front', { path: `/x/%2e%2e${bare}${query}` }],
      ['/x%2f..%2f in front', { path: `/x%2f..%2f${bare.slice(1)}${query}` }],
      ['itself, then /../', { path: `${bare}/..${bare}${query}` }],
      ['/x/..;/ in front', { path: `/x/..;${bare}${query}` }],
      ['/;/ in front', { path: `/;${bare}${query}` }],
      [';x at the end', { path: `${bare};x${query}` }],
      [';.css at the end', { path: `${bare};.css${query}` }],
      ['%2f in front', { path: `/%2f${bare.slice(1)}${query}` }],
      ['%2f at the end', { path: `${bare}%2f${query}` }],
      ...(segments.length > 1 ? [['%2f between segments', { path: `/${segments.join('%2f')}${query}` }] as const] : []),
      ['backslash in front', { path: `/\\${bare.slice(1)}${query}` }],
      ['%5c in front', { path: `/%5c${bare.slice(1)}${query}` }],
      ['backslash at the end', { path: `${bare}\\${query}` }],
      ['null byte at the end', { path: `${bare}%00${query}` }],
      ['space at the end', { path: `${bare}%20${query}` }],
      ['tab at the end', { path: `${bare}%09${query}` }],
      ['line feed at the end', { path: `${bare}%0a${query}` }],
      ['dot at the end', { path: `${bare}.${query}` }],
      ['three dots at the end', { path: `${bare}...${query}` }],
      ['%3f at the end', { path: `${bare}%3f${query}` }],
      ['%23 at the end', { path: `${bare}%23${query}` }],
      ['.json at the end', { path: `${bare}.json${query}` }],
      ['.html at the end', { path: `${bare}.html${query}` }],
      ['.css at the end', { path: `${bare}.css${query}` }],
      ...(kind === 'page' ? [['/index.html at the end', { path: `${bare}/index.html${query}` }] as const] : []),
      ['a file below', { path: `${bare}/x.css${query}` }],
      ['locale in front', { path: `${basePath}/en${route}${query}` }],
      ...locales.map(
        (locale) => [`locale ${locale} in front`, { path: `${basePath}/${locale}${route}${query}` }] as const,
      ),
    ],
  },
  {
    changes: 'headers',
    source: MIDDLEWARE_SUBREQUEST,
    of: 'next',
    variants: (place, surroundings) =>
      [...SUBREQUESTS, ...SUBREQUESTS.map(deep), [...SUBREQUESTS, ...SUBREQUESTS.map(deep)].join(':')].map(
        (value, index) => [
          index < SUBREQUESTS.length
            ? `x-middleware-subrequest: ${value}`
            : index < 2 * SUBREQUESTS.length
              ? `x-middleware-subrequest: ${SUBREQUESTS[index - SUBREQUESTS.length]} ×${SUBREQUEST_DEPTH}`
              : 'x-middleware-subrequest: every value',
          withHeaders(place, surroundings, { 'x-middleware-subrequest': value }),
        ],
      ),
  },
  {
    changes: 'headers',
    source: MIDDLEWARE_SUBREQUEST,
    of: 'next',
    variants: (place, surroundings) =>
      [
        ['x-middleware-next', '1'],
        ['x-middleware-rewrite', place.bare],
        ['x-matched-path', place.route],
        ['x-invoke-path', place.route],
      ].map(([name = '', value = '']) => withHeader(place, surroundings, name, value)),
  },
  {
    changes: 'headers',
    source: MIDDLEWARE_SUBREQUEST,
    of: 'next',
    textOnly: true,
    variants: (place, surroundings) => [withHeader(place, surroundings, 'x-middleware-prefetch', '1')],
  },
  {
    changes: 'headers',
    source: SEGMENT_PREFETCH,
    of: 'next',
    textOnly: true,
    pagesOnly: true,
    variants: (place, surroundings) => [
      ['RSC', withHeaders(place, surroundings, {}, 'rsc')],
      ['RSC prefetch', withHeaders(place, surroundings, {}, 'prefetch')],
      [
        'segment prefetch /_tree',
        withHeaders(place, surroundings, { 'next-router-segment-prefetch': '/_tree' }, 'prefetch'),
      ],
      [
        'segment prefetch of the page',
        withHeaders(place, surroundings, { 'next-router-segment-prefetch': `${place.route}/__PAGE__` }, 'prefetch'),
      ],
      ['x-nextjs-data: 1', withHeaders(place, surroundings, { 'x-nextjs-data': '1' })],
    ],
  },
  {
    changes: 'path',
    source: SEGMENT_PREFETCH,
    of: 'next',
    textOnly: true,
    pagesOnly: true,
    variants: ({ bare, route }) =>
      [
        '.rsc',
        '.prefetch.rsc',
        '.segments/_tree.segment.rsc',
        '.segments/_full.segment.rsc',
        `.segments${route}.segment.rsc`,
        `.segments${route}/__PAGE__.segment.rsc`,
        '.txt',
      ].map((end) => [`${end} at the end`, { path: bare + end, as: 'rsc' }]),
  },
  {
    changes: 'data',
    source: NEXT_DATA,
    of: 'next',
    pagesOnly: true,
    variants: ({ route }, { buildId, basePath = '' }) => {
      const data = `${basePath}/_next/data/${buildId}`;
      const headers = { 'x-nextjs-data': '1' };
      return buildId === undefined
        ? []
        : [
            ['_next/data', { path: `${data}${route === '/' ? '/index' : route}.json`, headers }],
            ['_next/data with a locale', { path: `${data}/en${route === '/' ? '' : route}.json`, headers }],
          ];
    },
  },
  {
    changes: 'data',
    source: LAYOUT_LOADER,
    of: 'react-router',
    pagesOnly: true,
    variants: ({ bare, route, query }, { basePath = '', loaders }) => {
      const ids = loaders?.(route) ?? [];
      const data = `${route === '/' ? `${basePath}/_root` : bare}.data`;
      return ids.length === 0
        ? []
        : [
            ['.data at the end', { path: data + query, as: 'fetch' }],
            ...ids.map(
              (id) =>
                [
                  `.data of ${id} alone`,
                  { path: data + withParameter(query, `_routes=${encodeURIComponent(id)}`), as: 'fetch' },
                ] as const,
            ),
          ];
    },
  },
  {
    changes: 'data',
    source: LAYOUT_LOAD,
    of: 'sveltekit',
    pagesOnly: true,
    variants: ({ bare, query }) => {
      const data = `${bare === '/' ? '' : bare}/__data.json`;
      return [
        ['__data.json', { path: data + query, as: 'fetch' }],
        ...SVELTE_LAYOUTS.map(
          (layouts) =>
            [
              `__data.json without ${layouts === 1 ? 'its layout' : `its ${layouts} layouts`}`,
              { path: data + withParameter(query, `x-sveltekit-invalidated=${'0'.repeat(layouts)}1`), as: 'fetch' },
            ] as const,
        ),
      ];
    },
  },
  {
    changes: 'data',
    source: SERVER_FUNCTIONS,
    of: 'tanstack-start',
    pagesOnly: true,
    // Which pages a function serves is not known, and some are for everyone.
    textOnly: true,
    variants: (_, { serverFunctions = [] }) =>
      serverFunctions.map((path) => [
        `server function ${path.split('/').at(-1)?.slice(0, MAX_FUNCTION_NAME)}`,
        { path, headers: { 'x-tsr-serverfn': 'true' }, as: 'fetch' },
      ]),
  },
  {
    changes: 'headers',
    source: AUTHORIZATION,
    variants: (place, surroundings) => [
      ...['x-original-url', 'x-rewrite-url', 'x-override-url'].flatMap((name) => [
        [
          `${name} names the place, asked of the home page`,
          { path: `${surroundings.basePath ?? '/'}?${surroundings.unique}`, headers: { [name]: place.bare } },
        ] as const,
        [`${name} names /`, withHeaders(place, surroundings, { [name]: '/' })] as const,
      ]),
      ...[
        ['x-forwarded-uri x-forwarded-path', '/'],
        ['x-forwarded-prefix', '/public'],
        ['x-forwarded-host', 'localhost'],
        ['x-forwarded-proto', 'http'],
        ['x-forwarded-for', '127.0.0.1'],
        ['x-forwarded-for', '10.0.0.1'],
        ['x-real-ip', '127.0.0.1'],
        ['true-client-ip x-client-ip x-custom-ip-authorization', '127.0.0.1'],
        ['forwarded', 'for=127.0.0.1;host=localhost;proto=http'],
        ['x-requested-with', 'XMLHttpRequest'],
        ['x-clerk-auth-status', 'signed-in'],
        ['x-user-id', surroundings.userId ?? '1'],
      ].map(([name = '', value = '']) => withHeader(place, surroundings, name, value)),
      [
        'the app’s own origin',
        withHeaders(place, surroundings, { origin: surroundings.origin, referer: `${surroundings.origin}/` }),
      ],
      ['the headers of no browser', withHeaders(place, surroundings, {}, 'plain')],
      // Instead of the credentials of a preview, where the options name some.
      [
        'authorization: Bearer null',
        { ...withHeaders(place, surroundings, { authorization: 'Bearer null' }), judged: true },
      ],
    ],
  },
  {
    changes: 'headers',
    source: AUTHORIZATION,
    pagesOnly: true,
    variants: (place, surroundings) => [
      [
        'user-agent of Googlebot',
        { ...withHeaders(place, surroundings, { 'user-agent': `${GOOGLEBOT} ${USER_AGENT}` }), judged: true },
      ],
      ...['hx-request', 'x-inertia', 'turbo-frame'].map((name) => withHeader(place, surroundings, name, 'true')),
      // What matchers leave out after the example of Next.js's documentation.
      withHeader(place, surroundings, 'purpose sec-purpose next-router-prefetch', 'prefetch'),
    ],
  },
  {
    changes: 'method',
    source: METHODS,
    variants: (place, surroundings) => [
      ...['HEAD', 'OPTIONS', 'PROPFIND'].map(
        (method) => [method, { path: uniquePath(place, surroundings), method }] as const,
      ),
      ...[
        'HEAD',
        'OPTIONS',
        ...(place.kind === 'page' || surroundings.mayWrite ? ['POST', 'PUT', 'PATCH', 'DELETE'] : []),
      ].map((method) => withHeader(place, surroundings, 'x-http-method-override', method)),
      withHeader(place, surroundings, 'x-http-method x-method-override', 'HEAD'),
      // Where a handler for POST exists, another check sends it one without a session too.
      ...(place.kind === 'page' || place.methods.includes('POST')
        ? [
            ['POST', { path: uniquePath(place, surroundings), method: 'POST', body: '' }] as const,
            [
              'POST with x-http-method-override: GET',
              { ...withHeaders(place, surroundings, { 'x-http-method-override': 'GET' }), method: 'POST', body: '' },
            ] as const,
          ]
        : []),
    ],
  },
];

export function join(segments: readonly string[]): string {
  return `/${segments.join('/')}`;
}

function mapLast(segments: readonly string[], change: (last: string) => string): string[] {
  return segments.map((segment, index) => (index === segments.length - 1 ? change(segment) : segment));
}

function encodeAt(segment: string, index: number): string {
  return segment.slice(0, index) + encodeAll(segment.charAt(index)) + segment.slice(index + 1);
}

/** Letters and digits as percent-encodings, which RFC 3986 section 6.2.2.2 calls equal to themselves. */
function encodeAll(text: string): string {
  return text.replace(/[a-z0-9]/gi, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

function uniquePath({ bare, query }: Parts, { unique }: Surroundings): string {
  return bare + withParameter(query, unique);
}

/** A query with one parameter more. */
function withParameter(query: string, parameter: string): string {
  return `${query === '' ? '?' : `${query}&`}${parameter}`;
}

function withHeaders(
  place: Parts,
  surroundings: Surroundings,
  headers: Readonly<Record<string, string>>,
  as?: Shape,
): VariantRequest {
  return { path: uniquePath(place, surroundings), headers, ...(as !== undefined && { as }) };
}

/** @param names of headers, with blanks between them */
function withHeader(
  place: Parts,
  surroundings: Surroundings,
  names: string,
  value: string,
): readonly [string, VariantRequest] {
  const headers = Object.fromEntries(names.split(' ').map((name) => [name, value]));
  return [`${names}: ${value}`, withHeaders(place, surroundings, headers)];
}
