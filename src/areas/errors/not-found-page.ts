import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { body, describe, header, isHtml, isRedirect, redirectTarget, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { elements, visibleText } from '../../target/html.ts';
import { stackFrameIn } from '../../target/leaks.ts';
import { endOf, isSignIn } from '../../target/sign-in.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { disclosed } from './disclosure.ts';

const NOT_FOUND_DOCS = 'https://nextjs.org/docs/app/api-reference/file-conventions/not-found';

const ADD_PAGE =
  'Add a 404 page with a link home: app/not-found.tsx in Next.js, setNotFoundHandler in Fastify, app.notFound in Hono, ErrorBoundary in React Router, +error.svelte in SvelteKit, a last app.use in Express, src/pages/404.astro in Astro.';

/** Pages that frameworks and servers show when nobody wrote one, by their markup: Next’s scripts name its default even where another is shown. */
const DEFAULT_PAGES: ReadonlyArray<readonly [framework: string, pattern: RegExp]> = [
  ['Next.js', /class="next-error-h1"/],
  ['Express', /<pre>Cannot (GET|POST) \//],
  ['nginx', /<center>nginx/],
  ['Apache', /The requested URL [^<]*was not found on this server/],
  ['React Router', /<title>Unhandled Thrown Response!/],
  ['SvelteKit', /<h1>404<\/h1> <p>Not Found<\/p>/],
  ['Astro', /<pre>Path: \//],
  ['Nuxt', /Page not found: \/[^<]*<[\s\S]*nuxt/i],
  ['Vercel', /The page could not be found\s+NOT_FOUND/],
  [
    'Netlify',
    /Looks like you(?:'|’|&#39;)ve followed a broken link or entered a URL that doesn(?:'|’|&#39;)t exist on this site/,
  ],
];

/** Visible characters below which an HTML answer is the empty shell of a single-page app. */
const SHELL_TEXT = 200;

/** Answers to paths that do not exist, and the home page to compare them with. */
export interface NotFoundEvidence {
  readonly unknown: Visit;
  /** The same with a file extension: most guards let it through, so the 404 page shows even where every path needs a session. */
  readonly unknownFile: Visit;
  readonly home: Visit;
}

/** errors/not-found-page. */
export const notFoundPage = defineCheck<NotFoundEvidence>({
  id: 'errors/not-found-page',
  async collect({ target }) {
    const [unknown, unknownFile, home] = await Promise.all([
      target.anonymous.page(target.unknownPath),
      target.anonymous.page(`${target.unknownPath}.html`),
      target.anonymous.page(target.home),
    ]);
    return { unknown, unknownFile, home };
  },
  judge({ unknown, unknownFile, home }, expectation): Judgement {
    const guarded = isGuarded(unknown, expectation);
    const page = guarded ? unknownFile.final : unknown.final;
    const summary = `an unknown path answers 404 with a page of the app${guarded ? ' (seen on a file path: every other path needs a session)' : ''}`;
    if (guarded && (isGuarded(unknownFile, expectation) || status(page) !== 404)) {
      return {
        findings: [],
        summary,
        unverified: 'unknown paths lead to sign-in, so the 404 page cannot be seen without a session',
      };
    }
    const { exchanges } = guarded ? unknownFile : unknown;
    if (status(page) === 200 && exchanges.length === 1 && isShellOf(page, home.final)) {
      return {
        findings: [],
        summary,
        unverified: 'every path answers the shell of a single-page app, so its 404 page shows in a browser only',
      };
    }
    return { findings: judgeNotFound(page, exchanges[0]), summary };
  },
});

function isGuarded(visit: Visit, expectation: Expectation): boolean {
  return isSignIn(endOf(visit), expectation) || status(visit.final) === 401;
}

function isShellOf(page: Exchange, home: Exchange): boolean {
  const shape = (exchange: Exchange) =>
    elements(exchange)
      .map(({ tag }) => tag)
      .join(' ');
  return isHtml(page) && visibleText(page).length < SHELL_TEXT && shape(page) === shape(home);
}

function causeOf(page: Exchange, first: Exchange): Pick<Finding, 'cause' | 'fix'> {
  const fix = 'Call notFound() in catch-all routes when there is no such entry, so that the status is 404.';
  if (status(page) >= 500)
    return {
      cause: 'Looking up the page throws, or a layout does, as auth() where Clerk’s middleware does not run.',
      fix: 'Read the server log of this request, and answer 404.',
    };
  if (isRedirect(first))
    return {
      cause:
        'Unknown paths are redirected, so that visitors, monitors and search engines never learn of a broken link.',
      fix: 'Answer 404 with a page in place of the redirect.',
    };
  const store = /AmazonS3|CloudFront/i.exec(`${header(page, 'server')} ${header(page, 'via')}`)?.[0];
  if (status(page) === 403)
    return {
      cause: `${store ?? 'The server or an object store (S3)'} refuses what it does not have, because its list of files is private.`,
      fix: 'Map its 403 to 404 with your page at the CDN (CloudFront: custom error responses).',
    };
  return {
    cause: 'A catch-all route renders a page for anything (soft 404), so monitors and search engines take it for real.',
    fix,
  };
}

/** @param first what the path itself answered, where it redirects */
function judgeNotFound(page: Exchange, first: Exchange = page): Finding[] {
  const code = status(page);
  const base = {
    subject: 'unknown path',
    message: describe(page),
    expected: 'status 404 and a page of the app with a way back',
    docs: NOT_FOUND_DOCS,
    exchange: page,
  };
  if (code === 0) return [];
  const frame = stackFrameIn(body(page));
  if (frame !== undefined) return [disclosed(frame, base)];
  if (code !== 404) {
    return [
      error({
        ...base,
        message: `an unknown path answers ${isRedirect(first) ? `${status(first)} to ${redirectTarget(first)?.pathname}, and that ` : ''}${code}`,
        ...causeOf(page, first),
      }),
    ];
  }
  if (!isHtml(page)) {
    return [
      error({
        ...base,
        message: 'a visitor gets a bare answer that is no page',
        cause: 'The framework’s default handler answers; no 404 page exists.',
        fix: ADD_PAGE,
      }),
    ];
  }
  const standard = DEFAULT_PAGES.find(([, pattern]) =>
    pattern.test(body(page).replace(/<script\b[\s\S]*?<\/script>/gi, '')),
  );
  if (standard) {
    return [
      error({
        ...base,
        message: `it is the default page of ${standard[0]}`,
        cause: 'No 404 page of your own exists, or it is not in the build.',
        fix: ADD_PAGE,
      }),
    ];
  }
  const hasWayBack = elements(page).some(({ tag, attributes }) => tag === 'a' && attributes['href'] !== undefined);
  if (visibleText(page) === '' || !hasWayBack) {
    return [
      (visibleText(page) === '' ? error : warning)({
        ...base,
        message: visibleText(page) === '' ? 'the page has no text' : 'the page has no link to go on from',
        cause: 'The page is rendered in the browser only, or it is bare.',
        fix: 'Render the 404 page on the server, with a sentence and a link home.',
      }),
    ];
  }
  return [];
}
