import { median } from '../../median.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { middlewareSource } from '../../source/middleware.ts';
import type { MiddlewareSource } from '../../source/middleware.ts';
import { majorOf } from '../../source/next-app.ts';
import { SourceTree } from '../../source/tree.ts';
import { compareVersions } from '../../source/version.ts';
import { describe, header, isHtml, isRedirect, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Target } from '../../target/target.ts';
import { defineCheck } from '../../verify.ts';
import { assetPaths } from './static-bypass.ts';

const PROXY_DOCS = 'https://nextjs.org/docs/app/api-reference/file-conventions/proxy';
const MIDDLEWARE_DOCS = 'https://clerk.com/docs/reference/nextjs/clerk-middleware';

/** Answers of each kind that count; the one before them opens the connection and wakes the function. */
const SAMPLES = 7;

/** Times a static file's answer that a guard may take: a redirect renders nothing and asks nobody. */
const MAX_RATIO = 10;

/** Milliseconds beyond a static file's answer that a person notices; below, a ratio alone fails nothing. */
const NOTICEABLE_MS = 300;

/** Headers by which a cache near the visitor gives itself away; its answers say nothing about the way to the app. */
const EDGE_HEADERS = [
  'age',
  'cf-cache-status',
  'cf-ray',
  'via',
  'x-amz-cf-id',
  'x-cache',
  'x-nf-request-id',
  'x-served-by',
  'x-vercel-cache',
  'x-vercel-id',
];

/** Values of `runtime` that Next.js has. */
const RUNTIMES: readonly unknown[] = ['nodejs', 'edge', 'experimental-edge'];

/** The same request several times. */
export interface Timing {
  readonly exchange: Exchange;
  /** Milliseconds of each answer. */
  readonly durations: readonly number[];
}

/** The runtime by the source, and what the guard costs. */
export interface RuntimeEvidence {
  readonly source: MiddlewareSource;
  readonly guard?: Timing;
  readonly asset?: Timing;
}

/** performance/middleware-runtime. */
export const middlewareRuntime = defineCheck<RuntimeEvidence>({
  id: 'performance/middleware-runtime',
  async collect({ target, readiness }) {
    const opened = await SourceTree.of(readiness);
    const source =
      'problem' in opened
        ? ({ kind: 'unknown', problem: opened.problem } as const)
        : await middlewareSource(opened.tree);
    const page = (readiness.routes.protected || []).find(({ guard }) => guard === 'server')?.path;
    const pages = (await target.publicPages(readiness)).map(({ final }) => final);
    const asset = assetPaths(pages, target.identity.origin)[0] ?? target.within('/favicon.ico');
    return { source, ...(page !== undefined && (await measure(target, page, asset))) };
  },
  judge({ source, guard, asset }): Judgement {
    const runtime = runtimeOf(source);
    const cost = guard && asset && costOf(guard, asset);
    const doubts = [
      ...(runtime === undefined
        ? [
            source.kind === 'unknown'
              ? `the runtime is not to be seen from outside: ${source.problem}`
              : 'the source does not name the runtime',
          ]
        : []),
      ...(cost === undefined
        ? ['the cost of the guard could not be measured: set routes.protected to a page that redirects to sign-in']
        : []),
    ];
    return {
      findings: [...judgeRuntime(source), ...(guard && asset && cost ? judgeCost(guard, asset, cost) : [])],
      summary: `${runtime}; a guarded redirect takes ${cost?.guard} ms${cost?.asset === undefined ? '' : `, a static file ${cost.asset} ms`}`,
      ...(doubts.length > 0 && { unverified: doubts.join('; ') }),
    };
  },
});

async function measure(target: Target, page: string, asset: string): Promise<{ guard: Timing; asset: Timing }> {
  const guards: Exchange[] = [];
  const assets: Exchange[] = [];
  // One after the other and in turns, so that what slows the machine down slows both alike.
  for (let turn = 0; turn <= SAMPLES; turn++) {
    guards.push(await target.anonymous.get(page, { as: 'document' }));
    assets.push(await target.anonymous.get(asset));
  }
  return { guard: timing(guards), asset: timing(assets) };
}

function timing(exchanges: readonly Exchange[]): Timing {
  const [warmUp, ...counted] = exchanges;
  const exchange = counted.at(-1) ?? warmUp;
  if (!exchange) throw new Error('nothing was measured');
  return { exchange, durations: counted.map(({ durationMs }) => durationMs) };
}

interface Cost {
  /** Medians, in milliseconds. */
  readonly guard: number;
  /** Undefined where there is no file to compare with, and need not be. */
  readonly asset?: number;
  readonly ratio: number;
}

/** Undefined where the two answers are not what they should be: a refusal and a file. */
function costOf(guard: Timing, asset: Timing): Cost | undefined {
  const refused = isRedirect(guard.exchange) || [401, 403, 404].includes(status(guard.exchange));
  const served = status(asset.exchange) === 200 && !isHtml(asset.exchange);
  if (!refused) return undefined;
  const [guardMs, assetMs] = [median(guard.durations), median(asset.durations)];
  // Quicker than a person notices, it needs no comparison: all files may be on a CDN.
  if (!served) return guardMs > NOTICEABLE_MS ? undefined : { guard: Math.round(guardMs), ratio: 0 };
  // Below a millisecond, a ratio says more about the clock than about the guard.
  return { guard: Math.round(guardMs), asset: Math.round(assetMs), ratio: guardMs / Math.max(1, assetMs) };
}

function judgeCost(guard: Timing, asset: Timing, cost: Cost): Finding[] {
  // The quickest of them all is slow too: no busy machine explains that. A cache nearby would.
  const [quickGuard, quickAsset] = [Math.min(...guard.durations), Math.min(...asset.durations)];
  const isSlow = quickGuard - quickAsset > NOTICEABLE_MS && quickGuard > MAX_RATIO * quickAsset;
  if (cost.ratio <= MAX_RATIO && !isSlow) return [];
  const parts = {
    subject: new URL(guard.exchange.request.url).pathname,
    message: `${describe(guard.exchange)} after ${cost.guard} ms (median of ${guard.durations.length}, the quickest ${Math.round(quickGuard)} ms), and a static file after ${cost.asset} ms (the quickest ${Math.round(quickAsset)} ms)`,
    expected: `at most ${MAX_RATIO} times the time of a static file, or ${NOTICEABLE_MS} ms more than it`,
    docs: MIDDLEWARE_DOCS,
    exchange: guard.exchange,
  };
  const byEdge = EDGE_HEADERS.some((name) => header(asset.exchange, name) !== undefined);
  if (isSlow && !byEdge)
    return [
      error({
        ...parts,
        cause:
          'The middleware waits for something before it decides: the Backend API, a database, a fetch, a key set that is loaded for each request.',
        fix: 'Decide by the session token and its claims, set CLERK_JWT_KEY to spare the key set, and move look-ups into the pages that need them.',
      }),
    ];
  return [
    warning({
      ...parts,
      cause: byEdge
        ? 'The file comes from a cache nearby and the guard’s answer from farther away; the middleware may also wait for something.'
        : 'The middleware does more than verify a token, or its function wakes up slowly.',
      fix: 'Run the middleware near its users, and keep it to clerkMiddleware().',
    }),
  ];
}

function runtimeOf(source: MiddlewareSource): string | undefined {
  if (source.kind === 'none') return 'there is no middleware';
  if (source.kind === 'other')
    return source.mounted.length === 0 ? undefined : `the middleware runs in the server of ${source.framework}`;
  const [file] = source.kind === 'next' ? source.files : [];
  if (!file) return undefined;
  if (isProxy(file.path)) return `${file.path} runs in Node.js`;
  return file.runtime === 'nodejs' ? `${file.path} runs in Node.js` : `${file.path} runs in the edge runtime`;
}

function judgeRuntime(source: MiddlewareSource): Finding[] {
  if (source.kind !== 'next') return [];
  return source.files.flatMap(({ path, runtime }) => {
    if (runtime === undefined) return [];
    const parts = { subject: path, docs: PROXY_DOCS, message: `it asks for the runtime ${JSON.stringify(runtime)}` };
    if (isProxy(path))
      return [
        error({
          ...parts,
          expected: 'no runtime in proxy.ts, which always runs in Node.js',
          cause: 'The option was taken along from middleware.ts; Next.js refuses to build with it.',
          fix: 'Remove runtime from proxy.ts. For the edge runtime keep the file as middleware.ts.',
        }),
      ];
    if (!RUNTIMES.includes(runtime))
      return [
        error({
          ...parts,
          expected: `one of ${RUNTIMES.join(', ')}`,
          cause: 'Next.js has no runtime of this name.',
          fix: "Set runtime: 'nodejs' or remove it for the edge runtime.",
        }),
      ];
    const { version } = source.app;
    const isTooOld =
      runtime === 'nodejs' &&
      version !== undefined &&
      (majorOf(source.app) ?? 0) < 16 &&
      compareVersions(version, '15.2.0') < 0;
    if (!isTooOld) return [];
    return [
      warning({
        ...parts,
        expected: 'Next.js 15.5 or later, where Node.js is a runtime of the middleware',
        cause: `Next.js ${version} runs every middleware in the edge runtime.`,
        fix: 'Update Next.js, or remove runtime.',
      }),
    ];
  });
}

function isProxy(path: string): boolean {
  return /(?:^|\/)proxy\.\w+$/.test(path);
}
