import type { Tab } from '../../browser.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { Exchange } from '../../target/exchange.ts';
import { elementsByTag } from '../../target/html.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import { clerkOrPageLoaded } from './frontend-api-calls.ts';

const DOCS = 'https://clerk.com/docs/reference/components/clerk-provider';

/** Pages opened, at most. */
const MAX_PAGES = 4;

/** Path of Clerk's own script files, wherever they are served from. */
const CLERK_SCRIPT = /\/npm\/@clerk\/(?:clerk-js|ui)@/;

/**
 * The key of the style cache in Clerk’s UI, and the pattern by which its entry knows its own class names (@clerk/ui 1).
 * Class names that a team overrides are neither.
 */
const UI_MARK = /["'`]cl-internal["'`]|cl-internal-\[A-Za-z/;

/** A bundle that only registers its modules: running the file runs none of them. */
const REGISTRY = /webpackChunk|TURBOPACK|__turbopack|parcelRequire/;

/** A script that a page ran. */
export interface ScriptRun {
  readonly url: string;
  /** The code of Clerk's UI in it ran, and was not only loaded. */
  readonly ranUi: boolean;
}

/** A page as a browser ran it. */
export interface PageRun {
  readonly path: string;
  /** The document as the server sent it. */
  readonly document: Exchange;
  /** A component of Clerk is on the page. */
  readonly showsAuth: boolean;
  /** The app's own scripts that hold Clerk's UI. */
  readonly scripts: readonly ScriptRun[];
  /** Number of scripts that ran. */
  readonly ran: number;
  readonly failure?: string;
}

/** What V8 tells of a script. */
interface Coverage {
  readonly url: string;
  readonly source?: string;
  readonly functions: ReadonlyArray<{
    readonly ranges: ReadonlyArray<{
      readonly startOffset: number;
      readonly endOffset: number;
      readonly count: number;
    }>;
  }>;
}

/** performance/auth-bundle. */
export const authBundle = defineCheck<readonly PageRun[]>({
  id: 'performance/auth-bundle',
  async collect({ tab, target, readiness: { routes } }) {
    if (!tab) throw new Error('a browser tab is needed');
    const paths = routes.public.filter((path) => ![routes.signIn, routes.signUp].includes(path)).slice(0, MAX_PAGES);
    const runs: PageRun[] = [];
    for (const path of paths) {
      const { final } = await target.anonymous.page(path);
      runs.push({ ...(await run(tab, new URL(path, target.identity.origin).href)), path, document: final });
    }
    return runs;
  },
  judge(runs): Judgement {
    const failed = runs.find(({ failure, ran }) => failure !== undefined || ran === 0);
    const doubt = failed && `${failed.path} ran no script: ${failed.failure ?? 'nothing was to be seen of what ran'}`;
    return {
      findings: runs.flatMap((one) => [...judgeBlocking(one), ...judgeUi(one)]),
      summary: `${count(runs.length, 'page')}: Clerk’s scripts do not block, and the app’s own ran none of its UI`,
      ...(doubt !== undefined && { unverified: doubt }),
      ...(runs.length === 0 && { unverified: 'no public page besides sign-in: add one to routes.public' }),
    };
  },
});

function judgeBlocking({ path, document }: PageRun): Finding[] {
  const blocking = elementsByTag(document, 'script').filter(({ attributes }) => {
    const isClerk = CLERK_SCRIPT.test(attributes['src'] ?? '') || 'data-clerk-js-script' in attributes;
    const waits = 'async' in attributes || 'defer' in attributes || attributes['type'] === 'module';
    return isClerk && attributes['src'] !== undefined && !waits;
  });
  return blocking.map(({ attributes }) =>
    error({
      subject: path,
      message: `the page waits for ${attributes['src']}: its script element is neither async nor defer`,
      expected: 'async or defer on every script of Clerk',
      cause: 'The script was put into the page by hand, or a tag manager took the attribute away.',
      fix: 'Let the SDK load the script, or add async to the element.',
      docs: DOCS,
      exchange: document,
    }),
  );
}

function judgeUi({ path, showsAuth, scripts, document }: PageRun): Finding[] {
  if (showsAuth) return [];
  return scripts
    .filter(({ ranUi }) => ranUi)
    .map(({ url }) =>
      error({
        subject: path,
        message: `${url} ran Clerk’s UI on a page that shows no part of it`,
        expected: 'Clerk’s UI only on pages that show it, or loaded by Clerk’s own script after the page',
        cause:
          'The UI is imported statically (import … from ‘@clerk/ui’, a bundled clerk-js) in a module that every page loads, such as the root layout.',
        fix: 'Leave the UI to the SDK, or import it with next/dynamic, React.lazy() or import() where it is shown.',
        docs: DOCS,
        exchange: document,
      }),
    );
}

async function run(tab: Tab, url: string): Promise<Omit<PageRun, 'path' | 'document'>> {
  const { page } = tab;
  await page.coverage.startJSCoverage({ resetOnNavigation: false });
  const failure = await page.goto(url, { waitUntil: 'load' }).then(
    () => undefined,
    (problem: Error) => tab.redact(problem.message.split('\n')[0] ?? ''),
  );
  if (failure === undefined) await clerkOrPageLoaded(page);
  const coverage = await page.coverage.stopJSCoverage();
  const showsAuth = await page
    .locator('[data-clerk-component], .cl-rootBox, .cl-modalBackdrop')
    .count()
    .catch(() => 0);
  return {
    showsAuth: showsAuth > 0,
    scripts: coverage.flatMap((script) => uiRun(script) ?? []),
    ran: coverage.filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0)).length,
    ...(failure !== undefined && { failure }),
  };
}

/** What a script of the app's own has to do with Clerk's UI; undefined when it has nothing of it. */
export function uiRun({ url, source = '', functions }: Coverage): ScriptRun | undefined {
  const mark = UI_MARK.exec(source)?.index;
  // Clerk's own script loads the UI when it sees fit, on every page: that is the SDK's and not the app's.
  if (mark === undefined || url === '' || CLERK_SCRIPT.test(url)) return undefined;
  const around = functions
    .map(({ ranges }) => ranges[0])
    .filter((range) => range !== undefined)
    .filter(({ startOffset, endOffset }) => startOffset <= mark && mark < endOffset)
    .sort((a, b) => b.endOffset - b.startOffset - (a.endOffset - a.startOffset));
  const [whole, module] = around;
  const isRegistry = REGISTRY.test(source.slice(0, 300));
  const ranUi = isRegistry ? (module?.count ?? 0) > 0 : (whole?.count ?? 0) > 0;
  return { url, ranUi };
}
