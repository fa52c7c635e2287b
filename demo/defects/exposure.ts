import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { randomId, randomSecretKey, randomText, randomWebhookSecret } from '../clerk/keys.ts';
import { header, isHtml, mapText, pathOf } from '../front/message.ts';
import type { DemoRequest, DemoResponse } from '../front/message.ts';
import { defectsOf, variantsOf } from './defect.ts';
import { all, anonymous, at, by, changing, isRsc, replaceBody, replaceJson } from './tools.ts';

/** Secrets that nobody knows, made when the demo starts. */
const DOTENV = [
  '# production',
  `CLERK_SECRET_KEY=${randomSecretKey('live')}`,
  `CLERK_WEBHOOK_SIGNING_SECRET=${randomWebhookSecret()}`,
  `DATABASE_URL=postgres://app:${randomBytes(9).toString('hex')}@db.internal:5432/app`,
  '',
].join('\n');

function serving(path: string, contentType: string, content: string | Buffer) {
  return changing(at(path), (response) => replaceBody(response, 200, contentType, content));
}

export const dotfiles = defectsOf('exposure/dotfiles', [
  { name: 'dotenv', title: 'the server sends /.env', apply: serving('/.env', 'text/plain', DOTENV) },
  {
    name: 'dotenv-local',
    title: 'the server sends /.env.local',
    apply: serving('/.env.local', 'application/octet-stream', DOTENV),
  },
  // Servers that do not know a file's type often call it HTML.
  {
    name: 'dotenv-html',
    title: 'the server sends /.env.production, as text/html',
    apply: serving('/.env.production', 'text/html', DOTENV),
  },
  {
    name: 'dotenv-backup',
    title: "the server sends an editor's backup, /.env.bak",
    apply: serving('/.env.bak', 'application/octet-stream', DOTENV),
  },
  {
    name: 'git-head',
    title: 'the server sends /.git/HEAD',
    apply: serving('/.git/HEAD', 'application/octet-stream', 'ref: refs/heads/main\n'),
  },
  {
    name: 'next-folder',
    title: 'the server sends the build folder, /.next/required-server-files.json',
    apply: serving(
      '/.next/required-server-files.json',
      'application/json',
      JSON.stringify({
        version: 1,
        config: { distDir: '.next' },
        appDir: '/srv/app',
        files: ['.next/routes-manifest.json'],
      }),
    ),
  },
  {
    name: 'database-backup',
    title: 'the server sends a database dump, /backup.sql',
    apply: serving(
      '/backup.sql',
      'application/sql',
      "-- PostgreSQL database dump\nCREATE TABLE users (id text, email text);\nINSERT INTO users VALUES ('user_1', 'jane@example.com');\n",
    ),
  },
]);

/** The first script of every page: Turbopack's runtime, which knows the names of all chunks. */
const isRuntime = (request: DemoRequest): boolean =>
  /^\/_next\/static\/chunks\/turbopack-[^/]+\.js$/.test(pathOf(request));

function appended(text: string) {
  return (response: DemoResponse): DemoResponse =>
    response.status === 200 ? mapText(response, (was) => was + text) : response;
}

/** Data in a page, as frameworks leave it for their scripts. */
function withJson(value: unknown) {
  return (response: DemoResponse): DemoResponse =>
    isHtml(response) && response.status === 200
      ? mapText(response, (html) =>
          html.replace(
            '</body>',
            `<script type="application/json" id="app-data">${JSON.stringify(value)}</script></body>`,
          ),
        )
      : response;
}

/** A row that React holds ready and no component asks for. */
function withRow(value: unknown) {
  return appended(`fff:${JSON.stringify(value)}\n`);
}

const LAZY_CHUNK = '/_next/static/chunks/3c0ffee0lazy1.js';

export const secretsInClient = defectsOf('exposure/secrets-in-client', [
  {
    name: 'key-in-chunk',
    title: 'a client component reads NEXT_PUBLIC_CLERK_SECRET_KEY',
    apply: changing(isRuntime, appended(`\n;(()=>{const secretKey="${randomSecretKey('live')}"})();`)),
  },
  {
    name: 'whsec-in-json',
    title: 'the data of /pricing holds the signing secret of the webhook endpoint',
    apply: changing(at('/pricing'), withJson({ webhooks: { signingSecret: randomWebhookSecret() } })),
  },
  {
    name: 'key-in-lazy-chunk',
    title: 'a chunk that only a click would load holds a secret key',
    apply: async (request, next) => {
      if (pathOf(request) === LAZY_CHUNK)
        return replaceBody(
          await next({ ...request, target: '/robots.txt' }),
          200,
          'application/javascript',
          `(globalThis.TURBOPACK||=[]).push([()=>{var k="${randomSecretKey('test')}"}]);`,
        );
      const response = await next(request);
      return isRuntime(request)
        ? appended(`\n;(()=>{const lazy=["${LAZY_CHUNK.replace('/_next/', '')}"]})();`)(response)
        : response;
    },
  },
  {
    name: 'option-in-rsc',
    title: 'the RSC payload of /pricing echoes a secret header, base64-encoded',
    options: (options) => ({ ...options, headers: { ...options.headers, 'x-internal-token': randomText(32) } }),
    apply: changing(all(at('/pricing'), isRsc), (response, request) =>
      withRow({ debug: Buffer.from(`token=${header(request, 'x-internal-token') ?? ''};`).toString('base64') })(
        response,
      ),
    ),
  },
  {
    name: 'private-key-in-chunk',
    title: 'a script holds a private key that the sign-in of machines needs',
    apply: changing(isRuntime, (response) =>
      appended(
        `\n;(()=>{const key=${JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }))}})();`,
      )(response),
    ),
  },
]);

const DOCUMENTATION = [
  'CLERK_SECRET_KEY=sk_test_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'CLERK_SECRET_KEY=sk_live_YOUR_SECRET_KEY',
  'STRIPE_KEY=sk_test_...',
  'CLERK_WEBHOOK_SIGNING_SECRET=whsec_yourSigningSecretFromTheDashboard',
  '"privateMetadata": { "plan": "pro" }',
].join('\n');

export const secretsInClientVariants = variantsOf('exposure/secrets-in-client', [
  {
    name: 'documentation-keys',
    title: '/pricing explains how to set keys, with placeholders',
    apply: changing(at('/pricing'), (response) =>
      mapText(response, (html) => html.replace('</main>', `<pre><code>${DOCUMENTATION}</code></pre></main>`)),
    ),
  },
  {
    name: 'public-key-in-script',
    title: 'a script holds a public key, and the prefixes that SDKs test for',
    apply: changing(isRuntime, (response) =>
      appended(
        `\n;(()=>{const key=${JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }))};const prefixes=["sk_live_","sk_test_","whsec_","ak_","-----BEGIN PRIVATE KEY-----"]})();`,
      )(response),
    ),
  },
]);

/** A map that gives back a source. */
function sourceMap(source: string): string {
  return JSON.stringify({
    version: 3,
    sources: ['../../lib/api.ts'],
    sourcesContent: [source],
    names: [],
    mappings: 'AAAA',
  });
}

const isRuntimeMap = (request: DemoRequest): boolean =>
  isRuntime({ ...request, target: pathOf(request).replace(/\.map$/, '') }) && pathOf(request).endsWith('.map');
const isNamedMap = at('/_next/static/chunks/maps/runtime.json');

export const sourceMaps = defectsOf('exposure/source-maps', [
  {
    name: 'secret-in-map',
    title: 'the map beside a script holds a secret key in a comment that the script has not',
    apply: changing(isRuntimeMap, (response) =>
      replaceBody(response, 200, 'application/json', sourceMap(`// was ${randomSecretKey('live')}\nexport {};`)),
    ),
  },
  {
    name: 'secret-in-named-map',
    title: 'a map under another name, which the script tells, holds a signing secret',
    apply: changing(
      (request, site) => isNamedMap(request, site) || isRuntime(request),
      (response, request, site) =>
        isNamedMap(request, site)
          ? replaceBody(response, 200, 'application/json', sourceMap(`const secret = '${randomWebhookSecret()}';`))
          : appended('\n//# sourceMappingURL=maps/runtime.json')(response),
    ),
  },
]);

export const sourceMapsVariants = variantsOf('exposure/source-maps', [
  {
    name: 'public-maps',
    title: 'the maps of an open-source app are public and hold nothing secret',
    apply: changing(isRuntimeMap, (response) =>
      replaceBody(response, 200, 'application/json', sourceMap('export const open = true;')),
    ),
  },
  {
    name: 'map-fallback',
    title: 'a path under /_next/static/ that is not there answers with the home page',
    apply: async (request, next) =>
      pathOf(request).startsWith('/_next/static/') && pathOf(request).endsWith('.map')
        ? next({ ...request, target: '/' })
        : next(request),
  },
]);

/** A user as the Backend API has it. */
function backendUser() {
  const id = randomId('user_');
  return {
    id,
    passwordEnabled: true,
    totpEnabled: false,
    backupCodeEnabled: false,
    firstName: 'Jane',
    privateMetadata: { crmId: randomText(8) },
    _raw: { id, object: 'user', private_metadata: { crmId: randomText(8) } },
  };
}

export const userObject = defectsOf('exposure/user-object', [
  {
    name: 'private-metadata-in-rsc',
    title: 'the dashboard hands privateMetadata of the user to a client component',
    apply: changing(
      all(at('/dashboard'), isRsc, (request, site) => !anonymous(request, site)),
      (response) =>
        response.status === 200
          ? withRow(['$', '$L9', null, { user: { firstName: 'Jane', privateMetadata: { crmId: randomText(8) } } }])(
              response,
            )
          : response,
    ),
  },
  {
    name: 'user-in-api',
    title: '/api/me answers with the whole user of clerkClient',
    apply: changing(all(at('/api/me'), by('GET')), (response) =>
      response.status === 200
        ? replaceJson(response, 200, { ...JSON.parse(response.body.toString()), user: backendUser() })
        : response,
    ),
  },
  {
    name: 'users-in-page',
    title: 'the data of /pricing holds the whole users of the team behind the product',
    apply: changing(at('/pricing'), withJson({ props: { team: [backendUser()] } })),
  },
]);

export const userObjectVariants = variantsOf('exposure/user-object', [
  {
    name: 'own-user-fields',
    title: 'Clerk’s own state holds the visitor’s flags, and code names the fields',
    apply: changing(at('/dashboard', '/pricing'), (response) => {
      const { privateMetadata: _private, ...pruned } = backendUser();
      return withJson({
        __clerk_ssr_state: { user: { ...pruned, _raw: { id: pruned.id, object: 'user' } } },
        security: { passwordEnabled: true, totpEnabled: true },
        help: 'Set "privateMetadata": {} on the server.',
      })(response);
    }),
  },
]);
