import type { Anonymous } from '../../target/anonymous.ts';
import { isRedirect, isHtml, redirectTarget, status } from '../../target/exchange.ts';
import type { Exchange } from '../../target/exchange.ts';
import type { Discovery, Script } from '../../target/discover.ts';
import { isSamePage } from '../../target/sign-in.ts';
import type { SignedIn } from '../../target/signed-in.ts';
import type { Target } from '../../target/target.ts';
import { wallOf } from '../../target/wall.ts';
import { count } from '../../text.ts';
import type { CheckContext, Expectation } from '../../verify.ts';

/** An answer to a visitor and what it was: a page, its RSC payload, an API. */
export interface Answer {
  readonly kind: 'page' | 'RSC payload' | 'API answer' | 'script';
  /** Path, or the URL where it is on another host. */
  readonly subject: string;
  readonly exchange: Exchange;
}

/** Everything that anyone gets from the target. */
export interface PublicAnswers {
  readonly answers: readonly Answer[];
  readonly scripts: readonly Script[];
  readonly limits: Discovery['limits'];
}

/** Pages whose RSC payload is asked for on its own; the same rows stand in the HTML of each. */
const MAX_RSC_PAGES = 20;

/** Protected pages whose refusal is read; one guard makes them all. */
const MAX_GUARDED = 5;

const collected = new WeakMap<Target, Promise<PublicAnswers>>();

/** Pages, RSC payloads, answers of declared API routes and scripts, fetched once for a target. */
export async function publicAnswers(context: CheckContext): Promise<PublicAnswers> {
  const known = collected.get(context.target) ?? collect(context);
  collected.set(context.target, known);
  return known;
}

async function collect({ target, readiness, identity }: CheckContext): Promise<PublicAnswers> {
  const { pages, endpoints, scripts, limits } = await target.discover();
  const visits = pages.flatMap(({ path, visit }) => (visit ? [{ path, visit }] : []));
  const unknown = await target.anonymous.page(target.unknownPath);
  const served = visits.filter(({ visit }) => status(visit.final) === 200 && isHtml(visit.final));
  const rsc = identity.framework === 'next' ? served.slice(0, MAX_RSC_PAGES) : [];
  const declared = (readiness.api || []).filter(({ methods }) => methods.includes('GET'));
  // What a health or webhook endpoint tells is for its own check to judge.
  const others = [readiness.health, readiness.webhook].flatMap((each) => (each ? [each.path] : []));
  const routes = [...declared, ...endpoints].map(({ path }) => path).filter((path) => !others.includes(path));
  const [payloads, api] = await Promise.all([
    Promise.all(rsc.map(async ({ path }) => answer('RSC payload', path, await rscPayload(target.anonymous, path)))),
    Promise.all(
      [...new Set(routes)].map(async (path) =>
        answer('API answer', path, await target.resource(identity.origin + path)),
      ),
    ),
  ]);
  const crash = readiness.errors ? readiness.errors.crashPath : undefined;
  const guarded = (readiness.routes.protected || []).map(({ path }) => path);
  const more = [...guarded.slice(0, MAX_GUARDED), ...(crash === undefined ? [] : [crash])];
  const visited = await Promise.all(more.map(async (path) => ({ path, visit: await target.anonymous.page(path) })));
  const documents = [...visits, { path: target.unknownPath, visit: unknown }, ...visited].flatMap(({ path, visit }) =>
    visit.exchanges
      .filter(({ request }) => new URL(request.url).origin === identity.origin)
      .map((exchange) => answer('page', path, exchange)),
  );
  return { answers: [...documents, ...payloads, ...api], scripts, limits };
}

/** Asks for the RSC payload of a page; Next sends the request on to the address with its cache key. */
export async function rscPayload(client: Pick<Anonymous, 'get'>, path: string): Promise<Exchange> {
  const first = await client.get(path, { as: 'rsc' });
  const to = redirectTarget(first);
  const same = isRedirect(first) && to !== undefined && isSamePage(to.pathname, path);
  return same ? client.get(to.pathname + to.search, { as: 'rsc' }) : first;
}

const ofUser = new WeakMap<SignedIn, Promise<Answer[]>>();

/** Declared pages, their RSC payloads and the answers of API routes for the test user, fetched once for a session. */
export async function signedInAnswers({ signedIn, ...context }: CheckContext): Promise<Answer[]> {
  if (!signedIn) throw new Error('exposure asks for a signed-in client');
  const known = ofUser.get(signedIn) ?? collectSignedIn(signedIn, context);
  ofUser.set(signedIn, known);
  return known;
}

async function collectSignedIn(signedIn: SignedIn, { readiness, identity }: Expectation): Promise<Answer[]> {
  const pages = new Set([...readiness.routes.public, ...(readiness.routes.protected || []).map(({ path }) => path)]);
  const routes = (readiness.api || []).filter(({ methods }) => methods.includes('GET'));
  const asked = await Promise.all([
    ...[...pages].map(async (path) => {
      const { final } = await signedIn.visit(path);
      const page = answer('page', path, final);
      return identity.framework === 'next' && isHtml(final)
        ? [page, answer('RSC payload', path, await rscPayload(signedIn, path))]
        : [page];
    }),
    ...routes.map(async ({ path }) => [answer('API answer', path, await signedIn.get(path, { as: 'api' }))]),
  ]);
  return asked.flat();
}

/** Why an answer could not be read to its end; undefined when it was. */
export function unreadable(exchange: Exchange): string | undefined {
  const { url } = exchange.request;
  if (exchange.error) return `${url} could not be read (${exchange.error.message})`;
  if (wallOf(exchange)) return `${url} was answered by ${wallOf(exchange)?.name}`;
  if (exchange.response?.truncated === true) return `${url} is longer than network.maxBodyBytes: raise it`;
  return undefined;
}

/** Why the first of the answers that could not be read was not. */
export function firstUnreadable(answers: readonly Answer[]): string | undefined {
  return answers.map(({ exchange }) => unreadable(exchange)).find((reason) => reason !== undefined);
}

/** `2 pages, 1 API answer`. */
export function describeAnswers(answers: readonly Answer[]): string {
  const kinds = (['page', 'RSC payload', 'API answer'] as const).flatMap((kind) => {
    const subjects = new Set(answers.filter((each) => each.kind === kind).map(({ subject }) => subject));
    return subjects.size === 0 ? [] : [count(subjects.size, kind)];
  });
  return kinds.join(', ');
}

function answer(kind: Answer['kind'], subject: string, exchange: Exchange): Answer {
  return { kind, subject, exchange };
}
