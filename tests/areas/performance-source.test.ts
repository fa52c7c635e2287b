import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userLookups } from '../../src/areas/performance/user-data-cached.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { Judgement } from '../../src/result.ts';
import type { CheckContext } from '../../src/verify.ts';
import { expectation } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { project } from '../support/project.ts';
import type { Files } from '../support/project.ts';

async function lookups(files: Files, folder = ''): Promise<Judgement> {
  const root = `${project(files)}/${folder}`;
  const readiness = resolveOptions({ baseURL: 'https://app.example.com', project: { root } }, {});
  // The source is all that this part looks at.
  const evidence = await userLookups.collect({ readiness } as CheckContext);
  return userLookups.judge(evidence, expectation());
}

const CLERK = "import { auth, clerkClient, currentUser } from '@clerk/nextjs/server';\n";
const LOOKUP = '(await clerkClient()).users.getUser';

describe('performance/user-data-cached: a loop over users', () => {
  for (const [name, code] of [
    ['map', `ids.map(async (id) => ${LOOKUP}(id))`],
    ['map over objects', `posts.map(async ({ authorId }) => ${LOOKUP}(authorId))`],
    ['for of', `(async () => { for (const id of ids) await ${LOOKUP}(id); })()`],
  ] as const)
    it(`fails by ${name}`, async () => {
      const finding = only(
        await lookups({ 'lib/team.ts': `${CLERK}export const team = async (ids, posts) => ${code};` }),
      );
      assert.equal(finding.level, 'error');
      assert.match(finding.subject, /lib\/team\.ts:2/);
    });
  it('fails in a page that bears the name of a folder of scripts', async () => {
    const files = { 'app/jobs/page.tsx': `${CLERK}export default (ids) => ids.map(async (id) => ${LOOKUP}(id));` };
    assert.match(only(await lookups(files)).subject, /jobs/);
  });
  it('fails by a client that a class holds', async () => {
    const code = `export class Team { all(ids) { return ids.map((id) => this.clerk.users.getUser(id)); } }`;
    assert.match(only(await lookups({ 'src/team.ts': CLERK + code })).message, /this\.clerk\.users/);
  });
  it('passes where the app’s own API is asked', async () => {
    const code =
      "import { useAuth } from '@clerk/clerk-react';\nexport const all = (ids) => ids.map((id) => api.users.getUser(id));";
    assertClean(await lookups({ 'src/team.ts': code }));
  });
  it('fails in an app with the community’s SDK for SvelteKit', async () => {
    const clerk = "import { clerkClient } from 'svelte-clerk/server';\n";
    const files = {
      'src/lib/server/team.ts': `${clerk}export const team = (ids) => ids.map((id) => clerkClient.users.getUser(id));`,
    };
    assert.match(only(await lookups(files)).subject, /team\.ts:2/);
  });
  for (const [name, files] of [
    [
      'one request for all',
      {
        'lib/a.ts': `${CLERK}export const a = async (ids) => (await clerkClient()).users.getUserList({ userId: ids });`,
      },
    ],
    [
      'another try for the same user',
      {
        'lib/a.ts': `${CLERK}export async function a(id) { for (const wait of [1, 2]) { try { return await ${LOOKUP}(id); } catch {} } }`,
      },
    ],
    [
      'a function that is made in a loop and looks up something else',
      { 'lib/a.ts': `${CLERK}export const a = (ids, me) => ids.map(() => () => ${LOOKUP.replace('await ', '')}(me));` },
    ],
    [
      'a cache that outlives the request',
      {
        'lib/a.ts': `${CLERK}export const a = unstable_cache(async (ids) => Promise.all(ids.map(async (id) => ${LOOKUP}(id))));`,
      },
    ],
    [
      'the directive use cache',
      {
        'lib/a.ts': `${CLERK}export async function a(ids) { 'use cache'; return Promise.all(ids.map(async (id) => ${LOOKUP}(id))); }`,
      },
    ],
    [
      'a script that nobody waits for',
      { 'app/page.tsx': CLERK, 'scripts/a.ts': `${CLERK}for (const id of ids) await ${LOOKUP}(id);` },
    ],
    ['a seed', { 'app/page.tsx': CLERK, 'prisma/seed.ts': `${CLERK}for (const id of ids) await ${LOOKUP}(id);` }],
    [
      'another service',
      {
        'app/page.tsx': CLERK,
        'lib/a.ts': 'export const a = (ids) => ids.map((id) => directory.users.getUser(id));',
      },
    ],
  ] as const)
    it(`passes on ${name}`, async () => assertClean(await lookups(files)));
});

describe('performance/user-data-cached: the signed-in user', () => {
  const route = (body: string) => ({
    'app/api/me/route.ts': `${CLERK}export async function GET() { const { userId } = await auth(); ${body} }`,
  });
  const page = (body: string, more: Files = {}) => ({ 'app/page.tsx': `${CLERK}${body}`, ...more });
  it('fails where a handler asks twice', async () => {
    const finding = only(await lookups(route(`const a = await currentUser(); const b = await ${LOOKUP}(userId);`)));
    assert.equal(finding.level, 'error');
    assert.equal(finding.subject, 'GET of app/api/me/route.ts');
  });
  it('fails where a function of another module asks again', async () => {
    const files = {
      ...route(`const a = await ${LOOKUP}(userId); return profile(userId);`),
      'lib/profile.ts': `${CLERK}export const profile = async (id) => ${LOOKUP}(id);`,
    };
    const path = 'app/api/me/route.ts';
    files[path] = `import { profile } from '../../../lib/profile';\n${files[path]}`;
    assert.match(only(await lookups(files)).message, /2 times.*lib\/profile\.ts/);
  });
  for (const [name, body] of [
    ['asks once', `return ${LOOKUP}(userId);`],
    ['asks for two users', `await ${LOOKUP}(userId); return ${LOOKUP}(params.authorId);`],
    ['asks the second time under a condition', `const a = await currentUser(); if (a.banned) await ${LOOKUP}(userId);`],
    ['asks in one of two ways', `if (short) return currentUser(); return ${LOOKUP}(userId);`],
  ] as const)
    it(`passes where a handler ${name}`, async () => assertClean(await lookups(route(body))));
  it('warns where a layout and its page ask each for itself', async () => {
    const own = 'export default async function P() { const user = await currentUser(); return null; }';
    const finding = only(await lookups(page(own, { 'app/layout.tsx': CLERK + own })));
    assert.equal(finding.level, 'warning');
    assert.match(finding.message, /app\/layout\.tsx.*app\/page\.tsx/);
  });
  it('warns where two components of a page ask', async () => {
    const part = (name: string) => `async function ${name}() { const user = await currentUser(); return null; }`;
    assert.equal(
      only(await lookups(page(`${part('A')} ${part('B')} export default function P() { return <><A /><B /></>; }`)))
        .level,
      'warning',
    );
  });
  for (const passed of [
    "export { auth, currentUser } from '@clerk/nextjs/server';",
    "export * from '@clerk/nextjs/server';",
  ])
    it(`warns where both ask by way of ${passed}`, async () => {
      const own = "import { currentUser } from '../lib/auth';\nexport default async () => { await currentUser(); };";
      const files = { 'lib/auth.ts': passed, 'app/page.tsx': own, 'app/layout.tsx': own };
      assert.equal(only(await lookups(files)).level, 'warning');
    });
  it('comes to an end where modules pass each other on', async () => {
    const page = "import { me } from '../lib/a';\nexport default async () => { await me(); };";
    const both = { 'lib/a.ts': "import '@clerk/nextjs';\nexport * from './b';", 'lib/b.ts': "export * from './a';" };
    assertClean(await lookups({ ...both, 'app/page.tsx': page, 'app/layout.tsx': page }));
  });
  it('passes where they share a function in cache()', async () => {
    const own =
      "import { viewer } from '@/lib/viewer';\nexport default async function P() { await viewer(); return null; }";
    assertClean(
      await lookups({
        'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./*"] } } } // comment',
        'lib/viewer.ts': `${CLERK}import { cache } from 'react';\nexport const viewer = cache(async () => currentUser());`,
        'app/page.tsx': own,
        'app/layout.tsx': own,
      }),
    );
  });
  for (const sdk of ['@hono/clerk-auth', 'elysia-clerk', 'vue-clerk'])
    it(`knows ${sdk} for an SDK`, async () => assertClean(await lookups({ 'src/index.ts': `import '${sdk}';` })));
  it('knows an SDK that a package of the repository passes on', async () => {
    const files = {
      'apps/app/tsconfig.json': '{"compilerOptions":{"paths":{"@repo/*":["../../packages/*"]}}}',
      'apps/app/team.ts': `import { clerkClient } from '@repo/auth/server';\nexport const all = (ids) => ids.map(async (id) => ${LOOKUP}(id));`,
      'packages/auth/server.ts': "export * from '@clerk/nextjs/server';",
    };
    assert.match(only(await lookups(files, 'apps/app')).subject, /team\.ts/);
    const { ['apps/app/tsconfig.json']: _, ...unknown } = files;
    assert.match((await lookups(unknown, 'apps/app')).unverified ?? '', /the folder of the code that asks Clerk/);
  });
  it('is not verified without source files', async () =>
    assert.match((await lookups({ 'README.md': 'x' })).unverified ?? '', /no source file was found/));
  it('without a file that names Clerk is undecided: it may be the folder of the tests', async () =>
    assert.match(
      (await lookups({ 'playwright.config.ts': "import { clerkSetup } from '@clerk/testing/playwright';" }))
        .unverified ?? '',
      /no source file of 1 names an SDK of Clerk: set project\.root/,
    ));
});
