import type { Page, Request } from '@playwright/test';
import type { Tab } from '../../browser.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { count } from '../../text.ts';
import { defineCheck } from '../../verify.ts';

/** Calls to one endpoint within a navigation that Clerk's own script never needs more of: it makes one or two. */
const MAX_CALLS = 3;

/** Milliseconds after Clerk has loaded in which a loop of one call a second shows. */
const WATCH_MS = 4_000;

/** Milliseconds that Clerk's script has to load. */
const LOAD_MS = 15_000;

/** Pages opened signed out, at most; they share the code that would call too often. */
const MAX_PAGES = 2;

/** Endpoints that give data of the instance and the user; a session token is renewed by its own. */
const DATA_ENDPOINT = /\/v1\/(client|me|environment)$/;

/** Calls to the Frontend API while a page was opened and looked at. */
export interface Navigation {
  readonly path: string;
  readonly signedIn: boolean;
  /** Calls by endpoint: `{ '/v1/client': 1 }`. */
  readonly calls: Readonly<Record<string, number>>;
  /** Why the page could not be opened. */
  readonly failure?: string;
}

/** performance/user-data-cached: the browser. */
export const frontendApiCalls = defineCheck<readonly Navigation[]>({
  id: 'performance/user-data-cached',
  part: { methods: ['browser'] },
  async collect({ tab, user, target, identity, readiness: { routes } }) {
    if (!tab) throw new Error('a browser tab is needed');
    const { frontendApi } = identity.clerk;
    if (frontendApi === undefined) return [];
    const watch = (one: Tab, path: string, signedIn: boolean) =>
      navigate(one, { path, signedIn, origin: identity.origin, frontendApi });
    const protectedPage = (routes.protected || []).find(({ guard }) => guard === 'server')?.path;
    const signedOut = routes.public.slice(0, MAX_PAGES).map(async (path) => watch(await tab.fresh(), path, false));
    const signedIn = async (): Promise<Navigation[]> => {
      if (!user || protectedPage === undefined) return [];
      await tab.page.goto(new URL(routes.public[0] ?? target.home, identity.origin).href);
      await user.signIn(tab);
      return [await watch(tab, protectedPage, true)];
    };
    return (await Promise.all([Promise.all(signedOut), signedIn()])).flat();
  },
  judge(navigations): Judgement {
    const [failed] = navigations.filter(({ failure }) => failure !== undefined);
    const called = navigations.filter(({ calls }) => Object.keys(calls).length > 0);
    const most = Math.max(0, ...called.flatMap(({ calls }) => Object.values(calls)));
    const doubt =
      failed !== undefined
        ? `${failed.path} could not be opened: ${failed.failure}`
        : called.length === 0
          ? 'no page called Clerk’s Frontend API: add a page on which Clerk loads to routes.public'
          : undefined;
    return {
      findings: navigations.flatMap(judgeNavigation),
      summary: `at most ${count(most, 'call')} to one endpoint of the Frontend API on ${count(called.length, 'page')}`,
      ...(doubt !== undefined && { unverified: doubt }),
    };
  },
});

function judgeNavigation({ path, signedIn, calls }: Navigation): Finding[] {
  return Object.entries(calls)
    .filter(([, number]) => number > MAX_CALLS)
    .map(([endpoint, number]) =>
      error({
        subject: path,
        message: `opened ${signedIn ? 'signed in' : 'signed out'}, it called ${endpoint} ${number} times within ${WATCH_MS / 1000} seconds`,
        expected: `at most ${MAX_CALLS} calls to one endpoint in a navigation`,
        cause:
          'A loop or an effect without dependencies asks Clerk for what it already gave: user.reload(), clerk.client.reload(), a refetch on every render.',
        fix: 'Read useUser() and useAuth(), which change by themselves, and reload only after something was changed elsewhere.',
        docs: 'https://clerk.com/docs/reference/hooks/use-user',
      }),
    );
}

async function navigate(
  tab: Tab,
  { path, signedIn, origin, frontendApi }: { path: string; signedIn: boolean; origin: string; frontendApi: string },
): Promise<Navigation> {
  const { page } = tab;
  const calls: Record<string, number> = {};
  let exceeded = (): void => {};
  const tooMany = new Promise<void>((resolve) => {
    exceeded = resolve;
  });
  const note = (request: Request): void => {
    const endpoint = request.url().startsWith(frontendApi)
      ? DATA_ENDPOINT.exec(new URL(request.url()).pathname)?.[0]
      : undefined;
    // A preflight is the browser's, not the page's.
    if (endpoint === undefined || request.method() === 'OPTIONS') return;
    calls[endpoint] = (calls[endpoint] ?? 0) + 1;
    if ((calls[endpoint] ?? 0) > MAX_CALLS) exceeded();
  };
  page.on('request', note);
  const failure = await page.goto(new URL(path, origin).href, { waitUntil: 'commit' }).then(
    () => undefined,
    (problem: Error) => tab.redact(problem.message.split('\n')[0] ?? ''),
  );
  if (failure === undefined) {
    await clerkOrPageLoaded(page);
    await Promise.race([tooMany, page.waitForTimeout(WATCH_MS)]);
  }
  page.off('request', note);
  return { path, signedIn, calls, ...(failure !== undefined && { failure }) };
}

/** Resolves when Clerk has loaded, or the page without it is complete. */
export async function clerkOrPageLoaded(page: Page): Promise<void> {
  await page
    .waitForFunction(
      () =>
        'Clerk' in window
          ? (window.Clerk as { loaded?: boolean } | undefined)?.loaded === true
          : document.readyState === 'complete',
      undefined,
      { timeout: LOAD_MS },
    )
    .catch(() => {});
}
