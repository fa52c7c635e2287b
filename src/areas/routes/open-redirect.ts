import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { describe, isRedirect, status } from '../../target/exchange.ts';
import type { Visit } from '../../target/exchange.ts';
import { endOf, isSignIn } from '../../target/sign-in.ts';
import { count, listed } from '../../text.ts';
import { defineCheck } from '../../verify.ts';
import type { CheckContext } from '../../verify.ts';
import { destinations, FOREIGN_PATHS, foreignAddresses, isForeign, PARAMETERS } from './redirects.ts';

export const REDIRECT_DOCS = 'https://clerk.com/docs/guides/development/customize-redirect-urls';

/** Public pages besides sign-in and sign-up that are tried: one rule answers for all of them. */
const MAX_PUBLIC = 2;

/** Where the address stands in place of a page's own path. */
const PATH = 'the path of the request';

/** One address that was put into the parameters of a page. */
export interface RedirectAttempt {
  /** Page, or endpoint of `routes.redirects`. */
  readonly place: string;
  readonly address: string;
  readonly visit: Visit;
  /** The same with one parameter at a time, for the first address that leads astray with all of them. */
  readonly alone: ReadonlyArray<{ readonly parameter: string; readonly visit: Visit }>;
}

/** Evidence of routes/open-redirect for an anonymous visitor. */
export interface RedirectEvidence {
  readonly attempts: readonly RedirectAttempt[];
  /** Foreign addresses in place of a path. */
  readonly paths: readonly RedirectAttempt[];
  /** The endpoints of `routes.redirects` with an address on the target itself. */
  readonly controls: ReadonlyArray<{ readonly place: string; readonly visits: readonly Visit[] }>;
}

/** routes/open-redirect for an anonymous visitor. */
export const openRedirect = defineCheck<RedirectEvidence>({
  id: 'routes/open-redirect',
  part: { methods: ['http'], needs: [] },
  async collect(context) {
    const { readiness, target } = context;
    const { origin } = target.identity;
    const addresses = foreignAddresses(origin);
    const pages = await pagesOf(context);
    const [onPages, onEndpoints, paths, controls] = await Promise.all([
      Promise.all(pages.map((page) => tryPage(context, page, addresses))),
      Promise.all(
        readiness.routes.redirects.flatMap((place) =>
          addresses.map(async (address) => ({
            place,
            address,
            visit: await target.anonymous.visit(place + encodeURIComponent(address)),
            alone: [],
          })),
        ),
      ),
      Promise.all(
        FOREIGN_PATHS.map(async (address) => ({
          place: PATH,
          address,
          visit: await target.anonymous.visit(address),
          alone: [],
        })),
      ),
      Promise.all(
        readiness.routes.redirects.map(async (place) => ({
          place,
          visits: await Promise.all(
            ['/', `${origin}/`].map((own) => target.anonymous.visit(place + encodeURIComponent(own))),
          ),
        })),
      ),
    ]);
    return { attempts: [...onPages.flat(), ...onEndpoints], paths, controls };
  },
  judge({ attempts, paths, controls }): Judgement {
    const idle = controls.find(({ visits }) => !visits.some(({ exchanges }) => exchanges.some(isRedirect)));
    const places = new Set(attempts.map(({ place }) => place));
    return {
      findings: [
        ...[...places].flatMap((place) => judgePlace(attempts.filter((attempt) => attempt.place === place))),
        ...judgePlace(paths),
      ],
      summary: `${listed(places)}: ${count(attempts.length, 'visit')} with foreign addresses in ${PARAMETERS.length} parameters each and ${paths.length} with one as their path, and none led there`,
      ...(idle && {
        unverified: `${idle.place} does not redirect to an address of the app itself either (${idle.visits[0] ? describe(idle.visits[0].final) : 'no answer'}): correct routes.redirects`,
      }),
    };
  },
});

/** Sign-in, sign-up and some public pages; sign-in as learned where it is not given. */
async function pagesOf(context: CheckContext): Promise<string[]> {
  const { routes } = context.readiness;
  const signIn = routes.signIn ?? (await learnedSignIn(context));
  const local = [signIn, routes.signUp].filter((path) => path?.startsWith('/') === true);
  return [...new Set([...local, ...routes.public.slice(0, MAX_PUBLIC)])].filter((path) => path !== undefined);
}

async function learnedSignIn(context: CheckContext): Promise<string | undefined> {
  const { target, readiness } = context;
  const [route] = readiness.routes.protected || [];
  if (!route) return undefined;
  const end = endOf(await target.anonymous.page(route.path));
  return end.origin === target.identity.origin && isSignIn(end, context) ? end.pathname : undefined;
}

/** Every address on a page; the first that leads astray shows which parameters do it. */
async function tryPage(
  { target }: CheckContext,
  place: string,
  addresses: readonly string[],
): Promise<RedirectAttempt[]> {
  const visitWith = (parameters: readonly string[], address: string) =>
    target.anonymous.visit(withParameters(place, parameters, address));
  const visits = await Promise.all(
    addresses.map(async (address) => ({ address, visit: await visitWith(PARAMETERS, address) })),
  );
  const first = visits.find(({ visit }) => leadsAstray(visit));
  const alone = await Promise.all(
    (first ? PARAMETERS : []).map(async (parameter) => ({
      parameter,
      visit: await visitWith([parameter], first?.address ?? ''),
    })),
  );
  return visits.map((each) => ({ place, ...each, alone: each === first ? alone : [] }));
}

/** A page with an address in each of these parameters. */
export function withParameters(page: string, parameters: readonly string[], address: string): string {
  const query = parameters.map((name) => `${name}=${encodeURIComponent(address)}`).join('&');
  return `${page}${page.includes('?') ? '&' : '?'}${query}`;
}

function leadsAstray(visit: Visit): boolean {
  return destinations(visit).some(({ to }) => isForeign(to));
}

/** One finding for each page: the first address shows it, the others are named. */
function judgePlace(attempts: readonly RedirectAttempt[]): Finding[] {
  const astray = attempts.filter(({ visit }) => leadsAstray(visit));
  const [first] = astray;
  if (!first) return [];
  const guilty = first.alone.filter(({ visit }) => leadsAstray(visit));
  const shown = guilty[0]?.visit ?? first.visit;
  const found = destinations(shown).find(({ to }) => isForeign(to));
  const names = guilty.map(({ parameter }) => parameter);
  const more = astray.slice(1).map(({ address }) => JSON.stringify(address));
  return [
    error({
      subject: `${first.place}${names.length > 0 ? ` with ${names.join(', ')}` : ''}`,
      message: `${JSON.stringify(first.address)} leads a visitor to ${found?.to.href}${found && status(found.exchange) < 300 ? ' by a refresh' : ''}${more.length > 0 ? `; the same with ${more.join(', ')}` : ''}`,
      expected: 'a page of the app, whatever address the link names',
      cause:
        first.place === PATH
          ? 'A rule that adds or removes a slash redirects to the path as it came.'
          : 'A handler of your own redirects to the parameter as it is, or checks only how it begins: a browser takes // and /\\ for the start of another site.',
      fix:
        first.place === PATH
          ? 'Fold slashes and backslashes at the start of the path into one / before you redirect to it, or redirect to an absolute address of your own.'
          : 'Resolve the value with new URL(value, origin), compare its origin with your own, and redirect to its path only, with one slash in front: url.pathname.replace(/^\\/+/, "/"); or leave the parameter to Clerk.',
      docs: REDIRECT_DOCS,
      ...(found && { exchange: found.exchange }),
    }),
  ];
}
