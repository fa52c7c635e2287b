import type { Readiness } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { Discovery, FoundPage, FoundPath, Source } from '../../target/discover.ts';
import { describe, isHtml, isSuccess, status } from '../../target/exchange.ts';
import type { Exchange, Visit } from '../../target/exchange.ts';
import { elementsByTag } from '../../target/html.ts';
import { endOf, isSamePage } from '../../target/sign-in.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { Expectation } from '../../verify.ts';
import { fateOf, isServed } from './fate.ts';
import type { Fate } from './fate.ts';
import { CLIENT_GUARD, MIDDLEWARE_DOCS } from './shared.ts';
import { isDeclared, isPublic, looksPrivate } from './standing.ts';

/** An endpoint that nobody declared, and what it answered to an anonymous GET. */
export interface EndpointAnswer {
  readonly found: FoundPath;
  readonly exchange: Exchange;
}

export interface UndeclaredEvidence {
  readonly discovery: Discovery;
  readonly endpoints: readonly EndpointAnswer[];
  /** The answer to a path that does not exist. */
  readonly unknown: Visit;
}

/** Endpoints that are there for anyone: Next.js makes images of them, or RFC 8615 keeps them. */
const FOR_ANYONE = /^\/\.well-known\/|\/(?:(?:opengraph|twitter)-image|(?:apple-)?icon)(?:-\w{6})?$/;

/** Pages of one folder from which on they are reported as one. */
const MIN_GROUP = 3;

/** routes/undeclared. */
export const undeclared = defineCheck<UndeclaredEvidence>({
  id: 'routes/undeclared',
  async collect({ target, readiness, identity }) {
    const discovery = await target.discover();
    const asked = discovery.endpoints.filter(({ path }) => !FOR_ANYONE.test(path) && !isDeclared(path, readiness));
    const [unknown, ...endpoints] = await Promise.all([
      target.anonymous.page(target.unknownPath),
      ...asked.map(async (found) => ({ found, exchange: await target.resource(identity.origin + found.path) })),
    ]);
    return { discovery, endpoints, unknown };
  },
  judge(evidence, expectation): Judgement {
    const { discovery, endpoints, unknown } = evidence;
    const { readiness } = expectation;
    // Where a public page leads to, as `/` to `/en`, is public as well.
    const ends = discovery.pages
      .flatMap(({ path, visit }) => (visit && isPublic(path, readiness) ? endOf(visit).pathname : []))
      .filter((path) => !looksPrivate(path));
    const others = discovery.pages
      .filter(
        (page) =>
          !isDeclared(page.path, readiness) &&
          !ends.includes(page.path) &&
          !(isPublic('/', readiness) && isHomeInLanguage(page)),
      )
      .map((page) => ({ page, fate: fateOf(page, unknown.final, expectation) }));
    const open = endpoints.filter(({ exchange }) => isOpen(exchange));
    const findings = [
      ...groups(others.filter(({ fate }) => fate === 'served').map(({ page }) => page)).map(pageFinding),
      ...open.map(endpointFinding),
    ];
    const doubt = doubtAbout(discovery, others, findings, expectation);
    return {
      findings,
      summary: summarize(evidence, others, readiness),
      ...(doubt !== undefined && { unverified: doubt }),
    };
  },
});

/** True for `/fr` and `/ca/fr` that say so themselves: `/hr` may be a page about people. */
function isHomeInLanguage({ path, visit }: FoundPage): boolean {
  const language = visit && elementsByTag(visit.final, 'html')[0]?.attributes['lang']?.slice(0, 2).toLowerCase();
  return path.split(/[/_-]/).some((part) => part === language) && isSamePage(`${path}/`, '/');
}

interface Group {
  /** A path, or the route or folder that several share. */
  readonly subject: string;
  readonly pages: readonly FoundPage[];
}

/** Pages of one route, or of one folder with many, belong together: `/blog/*`. */
function groups(pages: readonly FoundPage[]): Group[] {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
  const sizes = new Map<string, number>();
  for (const { path } of pages) sizes.set(folderOf(path), (sizes.get(folderOf(path)) ?? 0) + 1);
  const bySubject = new Map<string, FoundPage[]>();
  for (const page of pages) {
    const folder = folderOf(page.path);
    const isMany = folder !== '' && (sizes.get(folder) ?? 0) >= MIN_GROUP;
    const subject = globOf(page.route) ?? (isMany ? `${folder}/*` : page.path);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), page]);
  }
  return [...bySubject].map(([subject, members]) => ({ subject, pages: members }));
}

/** The glob of a route with parameters: `/blog/[slug]` is `/blog/*`; none where it would take in the whole site. */
function globOf(route: string | undefined): string | undefined {
  if (route === undefined || !/\[/.test(route) || !/\/[^[/]/.test(route)) return undefined;
  return route.replace(/\[{1,2}\.\.\.[^/]*/g, '**').replace(/\[[^/]*/g, '*');
}

function pageFinding({ subject, pages }: Group): Finding {
  const [first] = pages;
  const several = pages.length > 1 ? ` (${pages.length} pages: ${listed(pages.map(({ path }) => path))})` : '';
  const base = {
    subject,
    message: `served to an anonymous visitor${several}; found ${foundBy(pages.flatMap(({ sources }) => sources))}`,
    expected: 'a redirect to sign-in, 401, 403 or 404 for every page that is not declared public',
    docs: MIDDLEWARE_DOCS,
    ...(first?.visit && { exchange: first.visit.final }),
  };
  const linked = pages.every(({ sources }) => sources.some(({ by }) => by === 'link' || by === 'sitemap'));
  if (linked && !pages.some(({ path }) => looksPrivate(path))) {
    return warning({
      ...base,
      cause: 'The page is linked like any public one, but the options do not say whether anyone may see it.',
      fix: `Name '${subject}' in routes.public when it is public or in routes.ignore when it is of no interest; otherwise guard it and name it in routes.protected.`,
    });
  }
  return error({
    ...base,
    cause:
      'The guard lists what to protect and this page was forgotten, or the matcher of clerkMiddleware does not reach it. That nothing links to a page hides it from nobody.',
    fix: `Protect everything but a list of public routes (in Next.js: if (!isPublicRoute(request)) await auth.protect()). If anyone may see the page, name '${subject}' in routes.public. ${CLIENT_GUARD}`,
  });
}

/** A 2xx with content; a page in the place of an endpoint is a fallback. */
function isOpen(exchange: Exchange): boolean {
  return isSuccess(exchange) && status(exchange) !== 204 && !isHtml(exchange);
}

function endpointFinding({ found, exchange }: EndpointAnswer): Finding {
  const base = {
    subject: `GET ${found.path}`,
    message: `${describe(exchange)} to an anonymous request; found ${foundBy(found.sources)}`,
    expected: 'status 401 for every API route that is not declared public',
    cause: 'The handler does not check userId, and the options name the route nowhere.',
    docs: MIDDLEWARE_DOCS,
    exchange,
  };
  const fix = `name '${found.path}' in routes.ignore if anyone may call it, in api if it needs a session`;
  return looksPrivate(found.path)
    ? error({
        ...base,
        fix: `Start the handler with const { userId } = await auth() and return 401 when it is null; ${fix}.`,
      })
    : warning({ ...base, fix: `Decide who may call it: ${fix}.` });
}

function doubtAbout(
  discovery: Discovery,
  others: readonly JudgedPage[],
  findings: readonly Finding[],
  { readiness }: Expectation,
): string | undefined {
  const reached = discovery.pages.some(
    ({ path, visit }) => isPublic(path, readiness) && visit !== undefined && isServed(visit),
  );
  if (!reached)
    return 'no page of routes.public answered 200, so a refusal of the others proves nothing: name one that does';
  if (discovery.limits.pages !== undefined)
    return `${discovery.limits.pages}, there are more: leave out what is all alike with routes.ignore, as '/blog/**'`;
  const failed = others.find(({ fate }) => fate === 'failed')?.page;
  if (failed?.visit) return `${failed.path} could not be judged: ${describe(failed.visit.final)}`;
  if (findings.length === 0) return undefined;
  const names = listed(findings.map(({ subject }) => subject));
  return `${count(findings.length, 'route')} open to anyone ${findings.length === 1 ? 'is' : 'are'} declared nowhere: name ${names} in routes.public, routes.ignore or routes.protected`;
}

interface JudgedPage {
  readonly page: FoundPage;
  readonly fate: Fate;
}

function summarize(
  { discovery, endpoints }: UndeclaredEvidence,
  others: readonly JudgedPage[],
  readiness: Readiness,
): string {
  const by = (...fates: readonly Fate[]) => others.filter(({ fate }) => fates.includes(fate)).length;
  const parts = [
    `${count(discovery.pages.length, 'page')} found`,
    `${count(by('refused'), 'undeclared page')} refused to anonymous visitors`,
    ...(endpoints.length > 0 ? [`${count(endpoints.length, 'undeclared endpoint')} asked and not open`] : []),
    ...(by('shell') > 0
      ? [`${by('shell')} answered with the shell that every path gets: guarded in the browser, if at all`]
      : []),
    ...(by('unopened') > 0 ? [`${by('unopened')} not opened, as others of their folder were`] : []),
  ];
  const unprobed = discovery.unprobed.map(({ pattern }) => pattern).filter((path) => !isDeclared(path, readiness));
  return `${parts.join('; ')}${unprobed.length > 0 ? `; not probed: ${listed(unprobed)}` : ''}`;
}

function foundBy(sources: readonly Source[]): string {
  const words = sources.map((source) => {
    if (source.by === 'link') return `by a link on ${source.from}`;
    if (source.by === 'declared') return 'at the base URL';
    if (source.by === 'manifest') return 'in the build’s manifests';
    return source.by === 'project'
      ? 'in the files of the project'
      : `in ${source.by === 'sitemap' ? 'the sitemap' : source.by}`;
  });
  return listed(words);
}
