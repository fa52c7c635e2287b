import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { parser } from '../../source/ast.ts';
import type { Module } from '../../source/ast.ts';
import { Modules } from '../../source/imports.ts';
import { SourceTree } from '../../source/tree.ts';
import { CLERK_SDK, hasDirective, knowsClerk, lookupsInLoops } from '../../source/user-lookups.ts';
import type { Lookup } from '../../source/user-lookups.ts';
import { ViewerLookups } from '../../source/viewer-lookups.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';

const DOCS = 'https://clerk.com/docs/guides/how-clerk-works/system-limits';

/** Entries of the App Router that are rendered, and those that answer by themselves. */
const PAGE = /^(?:src\/)?app\/(?:.*\/)?page\.[jt]sx?$/;
const ROUTE = /^(?:src\/)?app\/(?:.*\/)?route\.[jt]sx?$/;

/** Folders of programs that nobody waits for. */
const BATCH = /(?:^|\/)(?:(?:scripts?|seeds?|migrations?|jobs?|cron|tools|bin)\/|seed\.)/;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Look-ups of the signed-in user that one request makes. */
export interface RepeatedLookups {
  /** Page or route handler: `app/dashboard/page.tsx`, `GET of app/api/me/route.ts`. */
  readonly entry: string;
  readonly kind: 'render' | 'handler';
  readonly lookups: readonly Lookup[];
}

/** What the source asks of Clerk. */
export type LookupEvidence =
  | { readonly problem: string }
  | {
      readonly files: number;
      /** Files that name an SDK of Clerk, or import from one that does. */
      readonly withClerk: number;
      readonly lookups: number;
      readonly inLoops: readonly Lookup[];
      readonly repeated: readonly RepeatedLookups[];
    };

/** performance/user-data-cached: the source. */
export const userLookups = defineCheck<LookupEvidence>({
  id: 'performance/user-data-cached',
  part: { methods: ['source'] },
  async collect({ readiness }) {
    const source = await SourceTree.of(readiness);
    if ('problem' in source) return source;
    const parsing = await parser();
    if ('problem' in parsing) return parsing;
    const modules = await Modules.of(source.tree, parsing.parse);
    const paths = modules.paths.filter((path) => PAGE.test(path) || !BATCH.test(path));
    const known = (await Promise.all(paths.map((path) => modules.at(path)))).filter((module) => module !== undefined);
    const talks = await Promise.all(known.map((module) => knowsClerk(modules, module)));
    const asking = known.filter(
      ({ text, body }, index) => talks[index] && /getUser|currentUser/.test(text) && !hasDirective(body, 'use client'),
    );
    const entries = await Promise.all(
      known.map(async (module) =>
        ROUTE.test(module.path)
          ? handlers(modules, module)
          : PAGE.test(module.path)
            ? [await render(modules, module)]
            : [],
      ),
    );
    return {
      files: known.length,
      withClerk: known.filter(({ text }, index) => talks[index] || CLERK_SDK.test(text)).length,
      lookups: asking.length,
      inLoops: asking.flatMap(lookupsInLoops),
      repeated: entries.flat().filter(({ lookups }) => lookups.length > 1),
    };
  },
  judge(evidence): Judgement {
    if ('problem' in evidence) return { findings: [], summary: '', unverified: evidence.problem };
    const { files, withClerk, lookups, inLoops, repeated } = evidence;
    if (withClerk === 0)
      return {
        findings: [],
        summary: '',
        unverified: `no source file${files === 0 ? ' was found' : ` of ${files} names an SDK of Clerk`}: set project.root to the folder of the code that asks Clerk`,
      };
    return {
      findings: [...inLoops.map(judgeLoop), ...repeated.map(judgeRepeated)],
      summary: `${count(lookups, 'file')} of ${files} look users up, none of them again and again`,
    };
  },
});

async function handlers(modules: Modules, module: Module): Promise<RepeatedLookups[]> {
  return Promise.all(
    METHODS.map(async (method) => ({
      entry: `${method} of ${module.path}`,
      kind: 'handler' as const,
      lookups: await new ViewerLookups(modules, { memoised: false }).of(module, method),
    })),
  );
}

/** A page with the layouts around it: one render, so one memory. */
async function render(modules: Modules, page: Module): Promise<RepeatedLookups> {
  const lookups = new ViewerLookups(modules, { memoised: true });
  const folders = page.path.split('/').slice(0, -1);
  const layouts = folders.flatMap((_, index) => {
    const folder = folders.slice(0, index + 1).join('/');
    return ['tsx', 'jsx', 'ts', 'js'].map((extension) => `${folder}/layout.${extension}`);
  });
  const found: Lookup[] = [];
  for (const path of [...layouts.filter((each) => modules.tree.has(each)), page.path]) {
    const module = await modules.at(path);
    if (module && !hasDirective(module.body, 'use client')) found.push(...(await lookups.of(module, 'default')));
  }
  return { entry: page.path, kind: 'render', lookups: found };
}

function judgeLoop({ path, line, code }: Lookup): Finding {
  return error({
    subject: `${path}:${line}`,
    message: `it looks users up one by one: ${code}`,
    expected: 'one request for all of them',
    cause: 'Each turn is a request to Clerk; ids differ, so that no cache helps, and a long list meets the rate limit.',
    fix: 'Ask for up to 100 at once with users.getUserList({ userId: ids, limit: 100 }) of clerkClient, or keep the names that you show in your own database.',
    docs: DOCS,
  });
}

function judgeRepeated({ entry, kind, lookups }: RepeatedLookups): Finding {
  const places = lookups.map(({ path, line, code }) => `${path}:${line} ${code}`).join(', ');
  const parts = {
    subject: entry,
    message: `one request looks the signed-in user up ${lookups.length} times: ${places}`,
    expected: 'one look-up for one request',
  };
  if (kind === 'handler')
    return error({
      ...parts,
      cause: 'Neither cache() of React nor the memory of fetch works in a route handler: each call is a request.',
      fix: 'Look the user up once and pass the object on, or take what you need from sessionClaims.',
      docs: DOCS,
    });
  return warning({
    ...parts,
    cause: 'Each component asks for itself; Next.js remembers equal fetches within one render only.',
    fix: 'Ask in one function wrapped in cache() of React, and call that.',
    docs: 'https://react.dev/reference/react/cache',
  });
}
