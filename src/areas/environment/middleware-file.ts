import type { Readiness } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { compiled, coverage } from '../../source/matcher.ts';
import type { Coverage } from '../../source/matcher.ts';
import { middlewareSource } from '../../source/middleware.ts';
import type { MiddlewareFile, MiddlewareSource } from '../../source/middleware.ts';
import { LANGUAGE, majorOf } from '../../source/next-app.ts';
import type { NextApp } from '../../source/next-app.ts';
import { SourceTree } from '../../source/tree.ts';
import { describe, isRedirect, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { redirectsToSignIn } from '../../target/sign-in.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import { sendable } from '../api/routes.ts';
import type { Expectation } from '../../verify.ts';

const DOCS = 'https://clerk.com/docs/reference/nextjs/clerk-middleware';
const QUICKSTART_MATCHER = 'Use the matcher of Clerk’s quickstart, which covers every page, and /api and /trpc whole.';

/** What a signed-out visitor got for a page or an API route. */
interface SignedOutAnswer {
  readonly path: string;
  readonly kind: 'page' | 'API route';
  /** Redirects followed on the way included. */
  readonly exchanges: readonly Exchange[];
}

/** What the source says, and what was seen from outside. */
export interface MiddlewareEvidence {
  readonly source: MiddlewareSource;
  readonly answers: readonly SignedOutAnswer[];
}

/** environment/middleware-file. */
export const middlewareFile = defineCheck<MiddlewareEvidence>({
  id: 'environment/middleware-file',
  async collect({ target, readiness }) {
    const opened = await SourceTree.of(readiness);
    const [source, pages, api] = await Promise.all([
      'problem' in opened ? { kind: 'unknown' as const, problem: opened.problem } : middlewareSource(opened.tree),
      Promise.all(
        pagesOf(readiness).map(async (path) => {
          const { exchanges } = await target.anonymous.page(path);
          return { path, kind: 'page' as const, exchanges };
        }),
      ),
      Promise.all(
        (readiness.api || []).map(async (route) => {
          const { path } = route;
          const [method = 'GET'] = sendable(route, readiness);
          const exchange = await target.anonymous.request(path, { method, as: 'api' });
          return { path, kind: 'API route' as const, exchanges: [exchange] };
        }),
      ),
    ]);
    return { source, answers: [...pages, ...api] };
  },
  judge({ source, answers }, expectation): Judgement {
    const told = answers.filter((answer) => isTelling(answer, expectation));
    const seen = told.filter(passedClerk);
    const summary = [
      saysSource(source),
      seen.length === 0 ? '' : `clerkMiddleware answered on ${count(seen.length, 'path')}`,
    ]
      .filter((part) => part !== '')
      .join('; ');
    const findings = judgeSource(source, expectation.readiness);
    if (findings.length > 0) return { findings, summary };
    if (source.kind === 'none' && seen.length === 0)
      return { findings, summary, inapplicable: `${source.evidence}: there is no middleware to run` };
    const unseen = told.filter((answer) => !passedClerk(answer));
    const proven = isProven(source);
    // A CDN that strips the headers strips them all: some with and some without is the app’s own doing.
    if (seen.length > 0 && unseen.length > 0) {
      if (source.kind === 'next' && proven)
        return { findings: unseen.map((answer) => contradicted(answer, seen)), summary };
      return { findings, summary, ...(!proven && { unverified: partly(source, seen, unseen) }) };
    }
    if (seen.length > 0 || proven) return { findings, summary };
    return { findings, summary, unverified: nothingSeen(source, told) };
  },
});

function pagesOf({ routes }: Readiness): string[] {
  return (routes.protected || []).map(({ path }) => path);
}

/** An answer that a proxy, a rate limit or a redirect to another address gave before the middleware says nothing about it. */
function isTelling(answer: SignedOutAnswer, context: Expectation): boolean {
  const final = answer.exchanges.at(-1);
  if (!final || status(final) === 0 || status(final) === 429) return false;
  return answer.kind === 'page' || !isRedirect(final) || redirectsToSignIn(final, context);
}

function passedClerk({ exchanges }: SignedOutAnswer): boolean {
  return exchanges.some(({ response }) => response?.headers.some(([name]) => /^x-clerk-auth-/i.test(name)));
}

/** True where the source shows by itself that the middleware runs. */
function isProven(source: MiddlewareSource): boolean {
  if (source.kind === 'other') return source.mounted.length > 0;
  return (
    source.kind === 'next' &&
    source.files.length > 0 &&
    source.files.every(({ callsClerk, matcher }) => callsClerk === 'yes' && matcher !== 'not constant')
  );
}

function saysSource(source: MiddlewareSource): string {
  if (source.kind === 'next') return source.files.map(({ path }) => `${path} runs clerkMiddleware`).join(', ');
  if (source.kind === 'other')
    return source.mounted.length === 0 ? '' : `${source.mounted.join(', ')} mounts it for ${source.framework}`;
  return '';
}

function judgeSource(source: MiddlewareSource, readiness: Readiness): Finding[] {
  if (source.kind === 'other')
    return source.mounted.length > 0 ? [] : source.misplaced.map((path) => misplacedElsewhere(path));
  if (source.kind !== 'next') return [];
  const { app, files, misplaced, authRoutes } = source;
  const [file, second] = files;
  if (!file) {
    // An app that shows nothing but who is signed in needs none.
    const isNeeded = [pagesOf(readiness), readiness.api || [], authRoutes].flat().length > 0;
    return misplaced.length > 0 ? misplaced.map((path) => misplacedFinding(path, app)) : isNeeded ? [absent(app)] : [];
  }
  if (second) return [both(file, second)];
  if (file.callsClerk === 'no') return [withoutClerk(file)];
  // Whatever it leads to, Next.js runs no other: what its matcher leaves out goes without Clerk.
  if (file.matcher === 'not constant' || file.matcher === undefined) return [];
  const refused = file.matcher.find(({ source }) => compiled(source) === undefined);
  if (refused) return [refusedMatcher(file, refused.source)];
  return [
    ...judgeCoverage(file, app, 'page', pagesOf(readiness)),
    ...judgeCoverage(
      file,
      app,
      'API route',
      (readiness.api || []).map(({ path }) => path),
    ),
    ...judgeCoverage(file, app, 'route that calls auth()', authRoutes),
  ];
}

function judgeCoverage(file: MiddlewareFile, app: NextApp, kind: string, paths: readonly string[]): Finding[] {
  if (file.matcher === undefined || file.matcher === 'not constant') return [];
  const entries = file.matcher;
  const languages = entries.flatMap(({ source }) => source.match(/(?<=[(|])[a-z]{2}(?:-\w+)?(?=[|)])/g) ?? []);
  const covered = (path: string): Coverage => {
    const written = [path, ...languages.map((language) => path.replace(LANGUAGE, language))];
    const all = written.map((each) => coverage(entries, each, app.basePath + app.languages));
    return (['all', 'some'] as const).find((each) => all.includes(each)) ?? 'none';
  };
  const by = (wanted: Coverage) => [...new Set(paths)].filter((path) => covered(path) === wanted);
  const [none, some] = [by('none'), by('some')];
  const parts = { subject: file.path, expected: 'a matcher that covers every page and the whole API', docs: DOCS };
  return [
    ...(none.length === 0
      ? []
      : [
          error({
            ...parts,
            message: `its matcher does not cover ${count(none.length, kind)}: ${listed(none)}`,
            cause:
              'The matcher lists paths, or was written for pages only: elsewhere auth() throws, and no guard holds.',
            fix: QUICKSTART_MATCHER,
          }),
        ]),
    ...(some.length === 0
      ? []
      : [
          warning({
            ...parts,
            message: `its matcher covers ${count(some.length, kind)} under conditions only (has, missing): ${listed(some)}`,
            cause: 'Requests with other headers, such as prefetches, pass without clerkMiddleware.',
            fix: 'Take has and missing out of the matcher of clerkMiddleware.',
          }),
        ]),
  ];
}

function refusedMatcher({ path }: MiddlewareFile, source: string): Finding {
  return error({
    subject: path,
    message: `its matcher has ${source}, which is no valid path pattern`,
    expected: 'patterns of path-to-regexp, as Next.js compiles them',
    cause: 'A parenthesis or a name is missing; Next.js does not build with it, so what is deployed is another source.',
    fix: QUICKSTART_MATCHER,
    docs: DOCS,
  });
}

function place({ base, version }: NextApp): string {
  return `${base}${(majorOf({ version }) ?? 0) >= 16 ? 'proxy.ts' : 'middleware.ts'}`;
}

function misplacedFinding(path: string, app: NextApp): Finding {
  const name = path.split('/').at(-1) ?? path;
  const isBeside = path === `${app.base}${name}`;
  const cause =
    isBeside && name.startsWith('proxy.')
      ? `proxy.ts is known from Next.js 16 on; ${app.version} looks for middleware.ts only.`
      : isBeside
        ? `Next.js takes .ts, .tsx, .js and .jsx for the middleware, not ${name.slice(name.lastIndexOf('.'))}.`
        : `Middleware in the wrong place: Next.js looks beside the folder that holds the routes (${app.base === '' ? 'the root of the project' : 'src/'}) and nowhere else.`;
  return error({
    subject: path,
    message: `it calls clerkMiddleware, but Next.js${app.version === undefined ? '' : ` ${app.version}`} does not run it`,
    expected: `clerkMiddleware in ${place(app)}`,
    cause,
    fix: `Move it to ${place(app)}.`,
    docs: DOCS,
  });
}

function absent(app: NextApp): Finding {
  return error({
    subject: place(app),
    message: 'the project has no middleware with clerkMiddleware',
    expected: `clerkMiddleware in ${place(app)}`,
    cause: 'The file was never made, has another name or lies elsewhere.',
    fix: `Create ${place(app)} with export default clerkMiddleware() and the matcher of Clerk’s quickstart.`,
    docs: DOCS,
  });
}

function both(file: MiddlewareFile, second: MiddlewareFile): Finding {
  return error({
    subject: file.path,
    message: `there is ${second.path} beside it`,
    expected: 'one of proxy.ts and middleware.ts',
    cause: 'The move to proxy.ts left the old file; Next.js 16 does not build with both.',
    fix: 'Delete middleware.ts.',
    docs: 'https://nextjs.org/docs/messages/middleware-to-proxy',
  });
}

function withoutClerk({ path }: MiddlewareFile): Finding {
  return error({
    subject: path,
    message: 'what it exports runs no clerkMiddleware',
    expected: 'export default clerkMiddleware(…)',
    cause: 'The middleware does something else, such as locales, and Clerk’s was never put in or not exported.',
    fix: 'Call the other middleware inside of clerkMiddleware((auth, request) => …) and export that.',
    docs: DOCS,
  });
}

function misplacedElsewhere(path: string): Finding {
  return error({
    subject: path,
    message: 'it calls clerkMiddleware, but Astro does not run it',
    expected: 'clerkMiddleware in src/middleware.ts',
    cause: 'Middleware in the wrong place: Astro looks for src/middleware.ts and src/middleware/index.ts only.',
    fix: 'Export onRequest = clerkMiddleware() from src/middleware.ts.',
    docs: 'https://clerk.com/docs/reference/astro/clerk-middleware',
  });
}

function contradicted({ path, kind, exchanges }: SignedOutAnswer, seen: readonly SignedOutAnswer[]): Finding {
  const exchange = exchanges.at(-1);
  return error({
    subject: path,
    message: `${exchange ? describe(exchange) : path} without x-clerk-auth-* headers, which came on ${seen
      .map((answer) => answer.path)
      .slice(0, 3)
      .join(', ')}; by the source this ${kind} runs clerkMiddleware too`,
    expected: 'x-clerk-auth-status on the answer to a signed-out visitor',
    cause: 'The deployed build is not this source, or a rewrite leads past the middleware.',
    fix: 'Deploy this source, and look for a rewrite or a rule of the CDN for this path.',
    docs: DOCS,
    ...(exchange && { exchange }),
  });
}

function partly(
  source: MiddlewareSource,
  seen: readonly SignedOutAnswer[],
  unseen: readonly SignedOutAnswer[],
): string {
  const paths = (answers: readonly SignedOutAnswer[]) =>
    answers
      .map(({ path }) => path)
      .slice(0, 3)
      .join(', ');
  return `clerkMiddleware answered on ${paths(seen)}, but ${paths(unseen)} came without its x-clerk-auth-* headers; ${unproven(source)}`;
}

function nothingSeen(source: MiddlewareSource, told: readonly SignedOutAnswer[]): string {
  const outside =
    told.length === 0
      ? 'no protected page or API route to look at from outside: set routes.protected and api'
      : `no x-clerk-auth-* header on ${count(told.length, 'answer')} to a signed-out visitor (the middleware is missing, or a CDN strips them)`;
  return `${outside}; ${unproven(source)}`;
}

function unproven(source: MiddlewareSource): string {
  if (source.kind === 'unknown') return source.problem;
  if (source.kind === 'other') return `no call that mounts Clerk for ${source.framework} was found in the source`;
  return 'the source could not be followed as far as clerkMiddleware and a constant matcher';
}
