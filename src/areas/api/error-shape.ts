import type { ApiRoute } from '../../config/options.ts';
import { error, warning } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import type { AnonymousRequest } from '../../target/anonymous.ts';
import { body, describe, header, isHtml, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import { leakIn } from '../../target/leaks.ts';
import type { Leak } from '../../target/leaks.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';

/** Routes provoked, in the order of the options; one framework answers for all of them. */
const MAX_ROUTES = 5;

/** Characters of a query above what any caller sends, and below every server's limit for a request line. */
const HUGE_QUERY = 4000;

/** Statuses by which an edge refuses the huge query before any route sees it. */
const TOO_LONG = [414, 431];

/** Characters of a leak that a message shows. */
const QUOTED = 120;

/** What provokes an error: a mistake of the caller, never one that a correct app acts on. */
export interface Provocation {
  /** `malformed JSON`. */
  readonly name: string;
  /** False where the framework answers in place of the route, so that the shape is not the route's. */
  readonly byRoute: boolean;
  readonly exchange: Exchange;
}

/** One declared route and what it answered to each provocation. */
export interface ProvokedRoute {
  readonly route: ApiRoute;
  readonly provocations: readonly Provocation[];
}

/** api/error-shape. */
export const errorShape = defineCheck<readonly ProvokedRoute[]>({
  id: 'api/error-shape',
  collect: ({ target, readiness }) =>
    Promise.all(
      (readiness.api || []).slice(0, MAX_ROUTES).map(async (route) => ({
        route,
        provocations: await Promise.all(
          provocations(route, target.unknownSegment).map(async ({ name, byRoute, path, request }) => ({
            name,
            byRoute,
            exchange: await target.anonymous.request(path, { as: 'api', ...request }),
          })),
        ),
      })),
    ),
  judge: (routes): Judgement => {
    const all = routes.flatMap(({ provocations: each }) => each);
    const errors = all.filter(({ exchange }) => status(exchange) >= 400);
    return {
      findings: routes.flatMap(judgeRoute),
      summary: `${count(errors.length, 'error')} provoked at ${listed(routes.map(({ route }) => route.path))} (${[...new Set(errors.map(({ name }) => name))].join(', ')}): no HTML from the routes, no stack, path, SQL or variable; what a signed-in user can provoke was not tried`,
      ...(errors.length === 0 &&
        all.every(({ exchange }) => status(exchange) !== 0) && {
          unverified:
            'no request without a session was answered with an error: make api/unauthenticated-401 pass first',
        }),
    };
  },
});

interface Plan {
  readonly name: string;
  readonly byRoute: boolean;
  readonly path: string;
  readonly request?: AnonymousRequest;
}

function provocations({ path, methods }: ApiRoute, unknown: string): Plan[] {
  const bare = path.replace(/[?#].*$/, '').replace(/\/$/, '');
  const read = methods.includes('GET') ? 'GET' : 'HEAD';
  const write = ['POST', 'PATCH'].find((method) => methods.includes(method));
  const typed = (type: string, content: string, method: string): AnonymousRequest => ({
    method,
    headers: { 'content-type': type },
    body: content,
  });
  return [
    ...(methods.includes('GET') ? [{ name: 'no session', byRoute: true, path }] : []),
    ...(write === undefined
      ? []
      : [
          { name: 'malformed JSON', byRoute: true, path, request: typed('application/json', '{"readiness":', write) },
          {
            name: 'unexpected content type',
            byRoute: true,
            path,
            request: typed('application/x-readiness', '?', write),
          },
        ]),
    {
      name: 'huge query',
      byRoute: true,
      path: `${bare}?readiness=${'x'.repeat(HUGE_QUERY)}`,
      request: { method: read },
    },
    {
      name: 'quotes in the query',
      byRoute: true,
      path: `${bare}?id=%27%22%3B--&limit=-1e999`,
      request: { method: read },
    },
    { name: 'unknown path', byRoute: false, path: bare.replace(/[^/]*$/, unknown) },
    { name: 'unknown path below', byRoute: false, path: `${bare}/${unknown}` },
    { name: 'invalid percent-encoding', byRoute: false, path: `${bare}/%zz` },
    // WebDAV's method for reading: no route of such an app has it, and it changes nothing.
    { name: 'unsupported method', byRoute: false, path, request: { method: 'PROPFIND' } },
  ];
}

function judgeRoute({ route, provocations: list }: ProvokedRoute): Finding[] {
  const leaks = list.flatMap((each) => {
    // GraphQL and batches have their errors in an answer that succeeds.
    const failed = status(each.exchange) >= 400 || /^\s*\[?\s*\{\s*"errors?"/.test(body(each.exchange));
    const leak = failed ? leakIn(body(each.exchange)) : undefined;
    // A page for people may name a file or a variable in its text or its scripts.
    const inPage = isPage(each.exchange) && (leak?.kind === 'a path of the server' || leak?.kind === 'the environment');
    return leak && !inPage ? [{ ...each, leak }] : [];
  });
  const pages = list.filter((each) => isHtmlError(each) && !leaks.some(({ exchange }) => exchange === each.exchange));
  return [...leaks.map((each) => leaked(route, each)), ...judgePages(route, pages)];
}

function isHtmlError({ exchange }: Provocation): boolean {
  return status(exchange) >= 400 && !TOO_LONG.includes(status(exchange)) && isPage(exchange);
}

/** Express sends a bare string as text/html. */
function isPage(exchange: Exchange): boolean {
  return isHtml(exchange) && /<[a-z!]/i.test(body(exchange));
}

function leaked({ path }: ApiRoute, { name, exchange, leak }: Provocation & { readonly leak: Leak }): Finding {
  const shown = leak.text.length > QUOTED ? `${leak.text.slice(0, QUOTED)}…` : leak.text;
  return error({
    subject: `${path}: ${name}`,
    message: `the answer with ${status(exchange)} shows ${leak.kind}: ${shown.replaceAll(/\s+/g, ' ')}`,
    expected: 'an error that names what the caller did wrong, and nothing of the server',
    cause: CAUSES[leak.kind],
    fix: 'Catch what is thrown, log it, and answer a short JSON body with a code of your own and no text of the error.',
    docs: 'https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/08-Testing_for_Error_Handling/01-Testing_For_Improper_Error_Handling',
    exchange,
  });
}

const CAUSES: Readonly<Record<Leak['kind'], string>> = {
  'a stack trace':
    'The server runs in development mode (next dev, NODE_ENV other than production: Express then prints the stack), or the handler answers with error.stack.',
  'a path of the server': 'The handler answers with error.message, which names the file or module that failed.',
  SQL: 'The handler answers with error.message of the database driver or the ORM, which quotes the query.',
  'the environment':
    'The handler answers with error.message of a missing or unusable variable, as Clerk’s own “missing secretKey”, or of a connection that failed.',
};

/** One finding for all pages of a route, because the framework gives the same for each. */
function judgePages({ path, unauthenticatedStatus }: ApiRoute, pages: readonly Provocation[]): Finding[] {
  const undeclared = ({ exchange }: Provocation) =>
    // Where access is refused with an undeclared 404, api/unauthenticated-401 says so.
    status(exchange) === 404 ||
    ([401, 403].includes(status(exchange)) && !unauthenticatedStatus.includes(status(exchange)));
  const own = pages.filter((each) => each.byRoute && !undeclared(each));
  const others = pages.filter((each) => !own.includes(each));
  const parts = (list: readonly Provocation[], first: Provocation) => ({
    subject: `${path}: ${list.map(({ name }) => name).join(', ')}`,
    message: `the error is an HTML page: ${describe(first.exchange)} with ${header(first.exchange, 'content-type') ?? 'no content type'}`,
    expected: 'JSON, problem+json, plain text or no body',
    exchange: first.exchange,
  });
  return [
    ...own.slice(0, 1).map((first) =>
      error({
        ...parts(own, first),
        cause:
          'A guard made for pages answers, or the framework’s own error page does: Express prints HTML unless an error handler answers first. A fetch that parses JSON then fails on “<”.',
        fix: 'Answer in the handler with Response.json(…) or, in Express, in an error handler after all routes; keep page guards off /api.',
      }),
    ),
    ...others.slice(0, 1).map((first) =>
      warning({
        ...parts(others, first),
        cause: 'What no route takes is answered by the framework with the page that people get.',
        fix: 'Add a catch-all under the API that answers 404 JSON (app/api/[...path]/route.ts in Next.js), if programs other than your pages call it.',
      }),
    ),
  ];
}
