import { setCookies } from '../../src/areas/headers/set-cookie.ts';
import { enforcedPolicies } from '../../src/areas/headers/policy.ts';
import { bundledPublishableKeys, clerkTraces, parsePublishableKey } from '../../src/target/clerk.ts';
import { linksOf } from '../../src/target/discover/links.ts';
import { buildManifestRoutes, buildManifestUrls, routesIn } from '../../src/target/discover/next-routes.ts';
import { nuxtRoutes } from '../../src/target/discover/nuxt-routes.ts';
import { loadersOf, routerManifestUrls, routerRoutes } from '../../src/target/discover/react-router-routes.ts';
import { exampleOf } from '../../src/target/discover/route.ts';
import { svelteRoutes } from '../../src/target/discover/svelte-routes.ts';
import { serverFunctionsOf, tanstackRoutes } from '../../src/target/discover/tanstack-routes.ts';
import { parseRobots } from '../../src/target/discover/robots.ts';
import { scriptsOfPage, scriptsOfScript } from '../../src/target/discover/script-urls.ts';
import { parseSitemap } from '../../src/target/discover/sitemap.ts';
import { matchesGlob } from '../../src/target/glob.ts';
import { title, visibleText } from '../../src/target/html.ts';
import { identify } from '../../src/target/identity.ts';
import { stackFrameIn } from '../../src/target/leaks.ts';
import { payloadOf, rscValues } from '../../src/target/payload.ts';
import { Redactor } from '../../src/target/redact.ts';
import { findSecrets } from '../../src/target/secrets.ts';
import { tokenClaims } from '../../src/target/session-token.ts';
import { wallOf } from '../../src/target/wall.ts';
import { ORIGIN, exchange } from '../support/exchange.ts';

/** Most characters of a header value that arrive: Node and undici refuse more. */
const MAX_HEADER = 60_000;

/** Most characters of a route that is read from a build. */
const MAX_ROUTE = 500;

/** Everything that reads text of a target, by name. */
export const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'the redactor': (text) => new Redactor([{ name: 'clerk.secretKey', value: 'a value of an option 1' }]).text(text),
  'the search for secrets': (text) => findSecrets(text, [{ name: 'clerk.secretKey', value: 'a value of an option 1' }]),
  'the text of a page': (text) => [visibleText(exchange({ body: text })), title(exchange({ body: text }))],
  'the identity of a page': (text) => identify(ORIGIN, [exchange({ body: text })], undefined),
  'traces of Clerk': (text) => clerkTraces(exchange({ body: `<script>${text}</script>` })),
  'keys in a bundle': (text) => bundledPublishableKeys(exchange({ body: text })),
  'a publishable key': (text) => parsePublishableKey(`pk_live_${text}`),
  'links of a page': (text) => linksOf(exchange({ body: text }), ORIGIN),
  'scripts of a page': (text) => scriptsOfPage(exchange({ body: text }), ORIGIN),
  'scripts of a script': (text) => scriptsOfScript(exchange({ path: '/_next/static/chunks/a.js', body: text }), ORIGIN),
  'routes in a text': routesIn,
  'a manifest of React Router': (text) =>
    [text, `window.__reactRouterManifest={${text}}`].map((each) => [routerRoutes(each), loadersOf(each)('/a/b')]),
  'the address of a manifest of React Router': (text) =>
    routerManifestUrls(exchange({ body: `__reactRouterContext ${text}` })),
  'pages of a SvelteKit app': (text) => svelteRoutes(exchange({ path: '/_app/immutable/entry/app.a1.js', body: text })),
  'pages of a Nuxt app': (text) =>
    nuxtRoutes(exchange({ path: '/_nuxt/a1.js', body: `[{path:"/a",component:1},${text}` })),
  'pages of a TanStack Start app': (text) => [tanstackRoutes(text), tanstackRoutes(`a=b.update({id:"${text}`)],
  'server functions of a TanStack Start app': (text) =>
    serverFunctionsOf([exchange({ body: `TSS_SERVER_FN_BASE:"/_serverFn/",x.handler(${text}` })]),
  'a build manifest': (text) => [
    buildManifestRoutes(`self.__BUILD_MANIFEST={sortedPages:[${text}`),
    buildManifestRoutes(text),
  ],
  'the address of a build manifest': (text) => buildManifestUrls(exchange({ body: `/_next/${text}` })),
  'a route': (text) => exampleOf(`/${text.slice(0, MAX_ROUTE)}`)(`/${'a/'.repeat(500)}`),
  'a glob': (text) => matchesGlob(`/${text}`, `/a/*${text.slice(0, 200)}`),
  'robots.txt': parseRobots,
  'a sitemap': (text) => [parseSitemap(`<urlset>${text}`), parseSitemap(text)],
  'an RSC payload': rscValues,
  'data of a page': (text) => payloadOf(exchange({ body: `<script>${text}</script>` })),
  'an assigned object': (text) => payloadOf(exchange({ body: `<script>window.x = {${text}</script>` })),
  'pushed rows': (text) => payloadOf(exchange({ body: `<script>self.__next_f.push([1,${text}])</script>` })),
  'JSON of an answer': (text) => payloadOf(exchange({ headers: { 'content-type': 'application/json' }, body: text })),
  'a stack trace': stackFrameIn,
  'a refusal by Netlify': (text) => wallOf(exchange({ status: 401, headers: { server: 'Netlify' }, body: text })),
  'a refusal by Cloudflare': (text) => wallOf(exchange({ status: 403, headers: { server: 'cloudflare' }, body: text })),
  'a policy in a header': (text) =>
    enforcedPolicies(exchange({ headers: { 'content-security-policy': text.slice(0, MAX_HEADER) } })),
  'a cookie': (text) => setCookies(exchange({ headers: { 'set-cookie': text.slice(0, MAX_HEADER) } })),
  'the claims of a token': tokenClaims,
};

/** What the formats are made of; a pattern that reads something twice is slow on a long repetition of one of them. */
export const FRAGMENTS: readonly string[] = [
  [
    'a',
    'A',
    '0',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\0',
    'é',
    '\u{1F600}',
    '\uD800',
    '\\',
    '"',
    "'",
    '`',
    '=',
    ';',
    ',',
    '%',
    '&',
  ],
  ['[', '{', ']', '}', '[[', '{"a":', '{"a":"b",', '"a":"b",', '],', '["a"],', '"[a]","', '[ ', '{ }', '[1,'],
  ['a.', 'a-', 'a/', '/a', '"/', '"a/', '"https://a/', '"https://a.', 'a:', '://a:', 'a://', 'https://', '\\"', '\\n'],
  ['<', '<b>', '<b ', '<b a=1>', '<b a', '<a href="/a">', '<div>', '</', '</b>', '</p>', '<p>x', '<input ', '<input'],
  ['<script>', '<!--', '<title>', '<svg>', '<svg><title>', '<math>', '<table>', '<template>', '<select>', '<![CDATA['],
  ['<loc>', '<loc>a</loc>', '<urlset ', 'Disallow: /a\n', 'Sitemap:a\n', '*', '**', '(.*)', '[...a]/', '[a]'],
  [
    'eyJaaaaa.',
    'eyJaaaaa-',
    'eyJaaaaa.aa.',
    'sk_live_',
    'whsec_',
    'pk_live_',
    '"pk_live_aaaaaaaa',
    '__client=',
    '"ak_',
  ],
  ['SECRET', 'A_KEY', 'A_TOKEN=', 'A_KEY ', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----', 'AAAA\\n', '+'],
  ['sourceMappingURL=data:application/json', 'sourceMappingURL=data:application/json;base64,AAAA'],
  [
    'import',
    'import ',
    'import("./',
    'from "./',
    'static/chunks/app/',
    'static/chunks/app/page-',
    'static/chunks/pages/a',
  ],
  ['sortedPages:[', '"/page":', '"b":"aaaaaaaa', '"buildId":"', 'publishableKey:"pk_', '"href":"/', '\\"href\\":\\"/'],
  [
    '"a"+(',
    '"+{1:"a",',
    '({1:"a"}',
    '0:T',
    '0:T0,',
    '0:Tfffffffff,',
    '0:T9,[redacted',
    '1:["',
    '0:{}\n',
    '.push([',
    '[])',
  ],
  ['at ', 'at (/a/', 'at /a/b:1:', 'at a (', 'script-src ', "'self' ", 'a;', 'a,', 'a=b;', 'Expires='],
].flat();
