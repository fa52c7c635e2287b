import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import { signInMounts, signInUrls } from '../../src/areas/environment.ts';
import type { EntryView } from '../../src/areas/environment/sign-in-mounts.ts';
import type { SignInUrlsEvidence } from '../../src/areas/environment/sign-in-urls.ts';
import { Tab } from '../../src/browser.ts';
import { browserLaunchOptions } from '../../src/config/browser.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { Exchange } from '../../src/target/exchange.ts';
import { Target } from '../../src/target/target.ts';
import { conclude } from '../../src/verify.ts';
import type { Outcome } from '../../src/verify.ts';
import { ORIGIN, exchange, expectation, failure, visit } from '../support/exchange.ts';
import { assertComplete } from '../support/findings.ts';
import { serve } from '../support/server.ts';
import { verifySite } from '../support/site.ts';

const PORTAL = 'https://accounts.example.com';
const back = `?redirect_url=${encodeURIComponent(`${ORIGIN}/dashboard`)}`;
const to = (location: string, path = '/dashboard') => exchange({ path, status: 307, headers: { location } });
const guarded = (location: string) => [
  {
    path: '/dashboard',
    visit: location.startsWith(ORIGIN)
      ? visit(to(location), exchange({ path: location }))
      : { ...visit(to(location)), stopped: 'left-target' as const },
  },
];
const page = (name: 'sign-in' | 'sign-up', path: string, ...answers: Exchange[]) => ({
  name,
  page: path,
  visit: visit(...(answers.length > 0 ? answers : [exchange({ path })])),
});
const own = page('sign-in', '/sign-in');
const both = [own, page('sign-up', '/sign-up')];
const environment = (display: object) =>
  exchange({
    path: 'https://clerk.example.com/v1/environment',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ display_config: display }),
  });

interface Case {
  readonly name: string;
  readonly evidence: SignInUrlsEvidence;
  readonly signIn?: string | null;
  readonly options?: ReadinessOptions;
  readonly status: Outcome['status'];
  readonly levels?: ReadonlyArray<'error' | 'warning'>;
  readonly says?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'own pages',
    evidence: { guarded: guarded(`${ORIGIN}/sign-in${back}`), pages: both },
    status: 'pass',
    says: /sign-in at \/sign-in and sign-up at \/sign-up answer 200; 1 protected page leads/,
  },
  {
    name: 'no sign-up declared',
    evidence: { guarded: [], pages: both.slice(0, 1) },
    status: 'pass',
    says: /sign-up is not declared/,
  },
  {
    name: 'a language in front',
    evidence: {
      guarded: guarded(`${ORIGIN}/de/sign-in${back}`),
      pages: [
        page('sign-in', '/sign-in', to('/de/sign-in', '/sign-in'), exchange({ path: '/de/sign-in' })),
        page('sign-up', '/sign-up', to('/de/sign-up', '/sign-up'), exchange({ path: '/de/sign-up' })),
      ],
    },
    status: 'pass',
  },
  {
    name: 'the Account Portal unasked',
    evidence: { guarded: guarded(`${PORTAL}/sign-in${back}`), pages: both },
    status: 'fail',
    levels: ['error'],
    says: /SIGN_IN_URL/,
  },
  {
    name: 'the portal of a development instance unasked',
    evidence: { guarded: guarded(`https://happy-cat-12.accounts.dev/sign-in${back}`), pages: both },
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'the Account Portal intended',
    evidence: { guarded: guarded(`${PORTAL}/sign-in${back}`), pages: [page('sign-in', `${PORTAL}/sign-in`)] },
    signIn: `${PORTAL}/sign-in`,
    status: 'pass',
  },
  {
    name: 'the Account Portal, and nothing said',
    evidence: { guarded: guarded(`${PORTAL}/sign-in${back}`), pages: [] },
    signIn: null,
    status: 'not-verified',
    says: /set routes\.signIn to 'https:\/\/accounts\.example\.com\/sign-in'/,
  },
  {
    name: 'a portal that refuses this runner',
    evidence: {
      guarded: [],
      pages: [page('sign-in', `${PORTAL}/sign-in`, exchange({ path: `${PORTAL}/sign-in`, status: 403 }))],
    },
    signIn: `${PORTAL}/sign-in`,
    status: 'not-verified',
    says: /accounts\.example\.com/,
  },
  {
    name: 'a portal without the page',
    evidence: {
      guarded: [],
      pages: [page('sign-in', `${PORTAL}/sign-in`, exchange({ path: `${PORTAL}/sign-in`, status: 404 }))],
    },
    signIn: `${PORTAL}/sign-in`,
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'no sign-in page',
    evidence: { guarded: [], pages: [page('sign-in', '/sign-in', exchange({ path: '/sign-in', status: 404 }))] },
    status: 'fail',
    levels: ['error'],
    says: /\[\[\.\.\.sign-in\]\]/,
  },
  {
    name: 'no sign-up page',
    evidence: {
      guarded: [],
      pages: [own, page('sign-up', '/sign-up', exchange({ path: '/sign-up', status: 404 }))],
    },
    status: 'fail',
    levels: ['error'],
    says: /routes\.signUp/,
  },
  {
    name: 'a sign-in page that fails',
    evidence: { guarded: [], pages: [page('sign-in', '/sign-in', exchange({ path: '/sign-in', status: 500 }))] },
    status: 'fail',
    levels: ['error'],
    says: /fails on the server/,
  },
  {
    name: 'a sign-in page that sends on to the home page',
    evidence: { guarded: [], pages: [page('sign-in', '/sign-in', to('/', '/sign-in'), exchange({ path: '/' }))] },
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'a sign-up page that is protected',
    evidence: {
      guarded: [],
      pages: [own, page('sign-up', '/sign-up', to('/sign-in', '/sign-up'), exchange({ path: '/sign-in' }))],
    },
    status: 'fail',
    levels: ['error'],
    says: /protected itself/,
  },
  {
    name: 'a sign-in that is no page',
    evidence: {
      guarded: [],
      pages: [
        page('sign-in', '/sign-in', exchange({ path: '/sign-in', headers: { 'content-type': 'application/json' } })),
      ],
    },
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'a page elsewhere, which another check judges',
    evidence: { guarded: guarded('https://other.example/x'), pages: both },
    status: 'pass',
  },
  {
    name: 'nothing known',
    evidence: { guarded: [], pages: [] },
    signIn: null,
    status: 'not-verified',
    says: /set routes\.signIn/,
  },
  {
    name: 'addresses of development in the instance',
    evidence: {
      guarded: [],
      pages: both,
      environment: environment({
        home_url: 'http://localhost:3000',
        sign_in_url: 'https://happy-cat-12.accounts.dev/sign-in',
      }),
    },
    status: 'pass',
    levels: ['warning', 'warning'],
    says: /Paths of the production instance/,
  },
  {
    name: 'the same in staging',
    evidence: { guarded: [], pages: both, environment: environment({ home_url: 'http://localhost:3000' }) },
    options: { profile: 'staging' },
    status: 'pass',
  },
  {
    name: 'addresses of the site in the instance',
    evidence: {
      guarded: [],
      pages: both,
      environment: environment({ home_url: 'https://example.com', sign_in_url: `${PORTAL}/sign-in`, sign_up_url: '' }),
    },
    status: 'pass',
  },
];

describe('environment/sign-in-urls over HTTP', () => {
  for (const { name, evidence, signIn = '/sign-in', options = {}, status, levels = [], says } of CASES) {
    it(`${name}: ${status}`, () => {
      const routes = { signUp: '/sign-up', ...(signIn !== null && { signIn }) };
      const outcome = conclude(signInUrls.judge(evidence, expectation({ routes, ...options })), [], false);
      assert.equal(outcome.status, status, outcome.reason);
      assert.deepEqual(
        outcome.findings.map(({ level }) => level),
        levels,
      );
      outcome.findings.forEach(assertComplete);
      const words = [outcome.reason, ...outcome.findings.flatMap(({ cause, fix }) => [cause, fix])];
      if (says) assert.match(words.join(' '), says);
    });
  }

  it('learns the sign-in page from where protected pages lead', async () => {
    const asked: string[] = [];
    const outcome = await verifySite(
      signInUrls,
      (request, response) => {
        asked.push(request.url ?? '');
        response.setHeader('content-type', 'text/html');
        if (request.url === '/dashboard') response.writeHead(307, { location: '/login?redirect_url=/dashboard' });
        else response.writeHead(200);
        response.end('<!doctype html><title>Shop</title>');
      },
      { routes: { protected: ['/dashboard'] } },
    );
    assert.equal(outcome.status, 'pass', outcome.reason);
    assert.match(outcome.reason, /sign-in at \/login answers 200; 1 protected page leads to sign-in/);
    assert.ok(asked.includes('/login'));
  });
});

describe('environment/sign-in-urls in a browser', () => {
  const view = (over: Partial<EntryView> = {}): EntryView => ({
    name: 'sign-in',
    page: '/sign-in',
    form: true,
    visit: {
      asked: `${ORIGIN}/sign-in`,
      cookies: {},
      moves: [{ url: `${ORIGIN}/sign-in`, status: 200 }],
      text: 'Shop',
      showsProtected: false,
      errors: [],
      consoleErrors: [],
    },
    ...over,
  });
  const judge = (...views: EntryView[]) => conclude(signInMounts.judge(views, expectation()), [], false);

  it('passes where a form is shown', () => {
    const outcome = judge(view(), view({ name: 'sign-up', page: '/sign-up' }));
    assert.equal(outcome.status, 'pass');
    assert.match(outcome.reason, /sign-in at \/sign-in and sign-up at \/sign-up/);
  });
  it('fails where none appears, with what the console says', () => {
    const outcome = judge(
      view({ form: false, visit: { ...view().visit, consoleErrors: ['Refused to load the script'] } }),
    );
    assert.equal(outcome.status, 'fail');
    assert.match(outcome.reason, /no form appears: \/sign-in 200 shows “Shop”, with the error: Refused to load/);
    outcome.findings.forEach(assertComplete);
  });
  for (const [name, over, says] of [
    [
      'the Frontend API is out of reach',
      { unreached: 'net::ERR_NAME_NOT_RESOLVED' },
      /could not reach Clerk’s Frontend API/,
    ],
    [
      'the page could not be opened',
      { visit: { ...view().visit, failure: 'net::ERR_TIMED_OUT' } },
      /could not open \/sign-in/,
    ],
  ] as const) {
    it(`is not verified when ${name}`, () => {
      const outcome = judge(view({ form: false, ...over }));
      assert.equal(outcome.status, 'not-verified');
      assert.match(outcome.reason, says);
    });
  }
  it('is not verified without a sign-in page', () => assert.match(judge().reason, /set routes\.signIn/));
  it('takes silence over HTTP for no verdict', () =>
    assert.equal(
      signInUrls.judge(
        { guarded: [], pages: [page('sign-in', '/sign-in', failure('ECONNRESET'))] },
        expectation({ routes: { signIn: '/sign-in' } }),
      ).findings.length,
      0,
    ));
});

describe('environment/sign-in-urls in a real browser', () => {
  let browser: Browser;
  before(async () => {
    browser = await chromium.launch(browserLaunchOptions());
  });
  after(() => browser.close());

  /** Messages about one page that is sign-in. */
  async function messages(signIn: string, html: string): Promise<string[]> {
    const { origin } = await serve((_, response) =>
      response.setHeader('content-type', 'text/html').end(`<!doctype html><title>Shop</title>${html}`),
    );
    const readiness = resolveOptions({ baseURL: origin, routes: { signIn } }, {});
    const target = await Target.connect(readiness);
    const tab = await Tab.open(browser, readiness);
    try {
      const context = { readiness, target, identity: target.identity, tab };
      return signInMounts.judge(await signInMounts.collect(context), context).findings.map(({ message }) => message);
    } finally {
      await tab.close();
      await target.close();
    }
  }

  for (const [name, signIn, html] of [
    ['the button of a provider, without a field', '/sign-in', '<h1>Shop</h1><button>Continue with Google</button>'],
    ['a field for a user name', '/sign-in', '<h1>Shop</h1><form><input name="username"><button>Next</button></form>'],
    ['a home page whose header opens a modal', '/', '<header><button>Sign in</button></header><h1>Shop</h1>'],
  ] as const)
    it(`passes ${name}`, async () => assert.deepEqual(await messages(signIn, html), []));
  for (const [name, signIn, html] of [
    [
      'a page with the way to sign in in its header alone',
      '/sign-in',
      '<header><a href="/">Sign in</a></header><h1>Shop</h1>',
    ],
    ['a home page that names no sign-in', '/', '<h1>Shop</h1>'],
  ] as const)
    it(`fails ${name}`, async () => assert.match((await messages(signIn, html)).join(), /no form appears/));
});
