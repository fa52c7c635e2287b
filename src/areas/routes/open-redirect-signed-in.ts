import type { Tab } from '../../browser.ts';
import type { Move } from '../../browser.ts';
import { error } from '../../result.ts';
import type { Finding, Judgement } from '../../result.ts';
import { underBasePath } from '../../target/base-path.ts';
import type { Identity } from '../../target/identity.ts';
import { defineCheck } from '../../verify.ts';
import { goOnAfterSignIn } from '../../user/browser-session.ts';
import type { CheckContext } from '../../verify.ts';
import { REDIRECT_DOCS, withParameters } from './open-redirect.ts';
import { FOREIGN_HOST, isForeign, PARAMETERS } from './redirects.ts';

/** Milliseconds in which a signed-in person has left the sign-in page. */
const LEAVE_MS = 10_000;

/** Clerk's own form. */
const CLERK_FORM = '.cl-signIn-root, .cl-signIn-start, .cl-rootBox, input[name="identifier"]';

/** Where a signed-in person got to from the sign-in page with one address in its parameters. */
export interface Departure {
  readonly address: string;
  /** Addresses gone through; the last one is where the person is, or was kept from going. */
  readonly moves: readonly Move[];
}

/** Evidence of routes/open-redirect after a genuine sign-in. */
export interface DepartureEvidence {
  readonly signIn: string;
  /** Why nobody could sign in there. */
  readonly refused?: string;
  readonly departures: readonly Departure[];
  /** The same with a page of the app, which the parameters are for. */
  readonly control?: Departure;
}

/** routes/open-redirect after a genuine sign-in; the foreign host is never contacted. */
export const openRedirectSignedIn = defineCheck<DepartureEvidence>({
  id: 'routes/open-redirect',
  part: { methods: ['browser', 'signed-in'], needs: ['routes.signIn'] },
  async collect(context) {
    const { tab, user, identity, readiness } = context;
    if (!tab || !user) throw new Error('routes/open-redirect needs verify(check, { tab, user: testUser })');
    const signIn = new URL(readiness.routes.signIn ?? '/sign-in', identity.origin).href;
    const addresses = [`https://${FOREIGN_HOST}/`, `//${FOREIGN_HOST}/`, `/\\${FOREIGN_HOST}/`];
    const stopped = await keepFromLeaving(tab);
    // Without an address: a page that leads away at once would leave nothing to sign in on.
    await open(tab, signIn);
    const clerkForm = await mounted(tab);
    try {
      await user.signIn(tab);
    } catch (failure) {
      return { signIn, refused: tab.redact((failure as Error).message.split('\n')[0] ?? ''), departures: [] };
    }
    const departures: Departure[] = [];
    for (const address of addresses)
      departures.push({
        address,
        moves: await depart(tab, withParameters(signIn, PARAMETERS, address), { clerkForm, stopped }),
      });
    const back = `${identity.origin}${ownPage(context)}`;
    const control = {
      address: back,
      moves: await depart(tab, withParameters(signIn, PARAMETERS, back), { clerkForm, stopped }),
    };
    return { signIn, departures, control };
  },
  judge({ signIn, refused, departures, control }, { identity }): Judgement {
    const findings = departures.flatMap(judgeDeparture);
    const arrived =
      control?.moves.some(({ url }) => isAt(url, control.address) || isAt(url, doubled(control.address, identity))) ===
      true;
    const doubt =
      refused !== undefined
        ? `nobody could sign in at ${signIn}: ${refused}`
        : arrived
          ? undefined
          : `with ${control?.address} as the address a signed-in person ended at ${control?.moves.at(-1)?.url ?? signIn}, so nothing shows that the parameters are followed at all; sign in there by hand once with a foreign redirect_url and attest routes/open-redirect`;
    return {
      findings,
      summary: `after a genuine sign-in ${departures.map(({ address }) => address).join(', ')} lead nowhere foreign, and ${control?.address} leads there`,
      ...(doubt !== undefined && { unverified: doubt }),
    };
  },
});

function ownPage({ readiness, target }: CheckContext): string {
  const [page] = readiness.routes.protected || [];
  return page?.path ?? readiness.routes.public.find((path) => path !== '/') ?? target.home;
}

/**
 * Stops every request to the foreign host, redirects included, which Playwright's own routing lets through
 * (https://chromedevtools.github.io/devtools-protocol/tot/Fetch/#method-failRequest).
 */
async function keepFromLeaving({ page }: Tab): Promise<Move[]> {
  const stopped: Move[] = [];
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', ({ requestId, request: { url } }) => {
    // The pattern also meets an address of the app that has the foreign one in its query.
    const foreign = isForeign(new URL(url));
    if (foreign) stopped.push({ url });
    const answer = foreign
      ? session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' })
      : session.send('Fetch.continueRequest', { requestId });
    void answer.catch(() => {});
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: `*${FOREIGN_HOST}*`, requestStage: 'Request' }] });
  return stopped;
}

async function mounted({ page }: Tab): Promise<boolean> {
  const form = page.locator(CLERK_FORM).first();
  return form.waitFor({ timeout: LEAVE_MS, state: 'attached' }).then(
    () => true,
    () => false,
  );
}

/** Opens the sign-in page with a session and waits until it has sent the person on. */
async function depart(
  tab: Tab,
  signIn: string,
  { clerkForm, stopped }: { readonly clerkForm: boolean; readonly stopped: Move[] },
): Promise<readonly Move[]> {
  const { page } = tab;
  tab.forget();
  stopped.length = 0;
  const leaving = left(tab, signIn);
  await open(tab, signIn);
  await leaving;
  if (clerkForm && isAt(page.url(), signIn)) {
    // Where several sessions are allowed, Clerk's form stays for a second one; it would go on to the same address.
    await goOnAfterSignIn(page);
    await left(tab, signIn);
  }
  return [...tab.moves, ...stopped];
}

/** A script that reacts to the session may interrupt the first try. */
async function open({ page }: Tab, url: string): Promise<void> {
  await page.goto(url, { waitUntil: 'commit' }).catch(() => page.goto(url, { waitUntil: 'commit' }).catch(() => {}));
}

/** Until the tab is at another page, or was kept from going to the foreign host. */
async function left({ page }: Tab, signIn: string): Promise<void> {
  const gone = page.waitForEvent('framenavigated', {
    predicate: (frame) => frame === page.mainFrame() && !isAt(frame.url(), signIn),
    timeout: LEAVE_MS,
  });
  const stopped = page.waitForEvent('requestfailed', {
    predicate: (request) => request.isNavigationRequest() && isForeign(new URL(request.url())),
    timeout: LEAVE_MS,
  });
  await Promise.race([gone.catch(() => {}), stopped.catch(() => {})]);
}

/** The address as a router leads to it that puts the base path of the app in front of every path. */
function doubled(address: string, { basePath }: Identity): string {
  const { origin, pathname } = new URL(address);
  return origin + underBasePath(basePath, pathname);
}

function isAt(url: string, wanted: string): boolean {
  if (!URL.canParse(url)) return false;
  const [a, b] = [new URL(url), new URL(wanted)];
  return a.origin === b.origin && a.pathname.replace(/\/$/, '') === b.pathname.replace(/\/$/, '');
}

function judgeDeparture({ address, moves }: Departure): Finding[] {
  const astray = moves.find(({ url }) => URL.canParse(url) && isForeign(new URL(url)));
  if (!astray) return [];
  return [
    error({
      subject: `signing in with ${JSON.stringify(address)}`,
      message: `a person who signs in is sent on to ${astray.url}`,
      expected: 'a page of the app, whatever address the parameter names',
      cause:
        'A script of your own reads the address from the URL after signing in, or allowedRedirectOrigins of <ClerkProvider> admits any origin.',
      fix: 'Leave the redirect to Clerk’s components, list exact origins in allowedRedirectOrigins, and follow paths of the app only in code of your own.',
      docs: REDIRECT_DOCS,
    }),
  ];
}
