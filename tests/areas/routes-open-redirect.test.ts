import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { openRedirect, openRedirectSignedIn } from '../../src/areas/routes.ts';
import type { Departure } from '../../src/areas/routes/open-redirect-signed-in.ts';
import { foreignAddresses, FOREIGN_HOST, isForeign } from '../../src/areas/routes/redirects.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { expectation, ORIGIN } from '../support/exchange.ts';
import { assertClean, assertComplete, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const OPTIONS: ReadinessOptions = {
  routes: { public: ['/'], signIn: '/sign-in', redirects: ['/go?to='] },
  network: { requestsPerSecond: 5000 },
};

/** An app whose pages follow a parameter when its value looks good to them. */
function app(follow: (path: string, parameters: URLSearchParams) => string | undefined, refresh?: 'header' | 'meta') {
  return ({ url = '/' }: IncomingMessage, response: ServerResponse) => {
    const [path = '/', query = ''] = url.split('?');
    const to = follow(path, new URLSearchParams(query));
    response.setHeader('content-type', 'text/html');
    if (to === undefined) return response.end('<h1>Acme</h1>');
    if (refresh === 'header') return response.setHeader('refresh', `0; url=${to}`).end('<h1>Bye</h1>');
    if (refresh === 'meta') return response.end(`<meta http-equiv=Refresh content="0;URL='${to}'">`);
    return response.writeHead(302, { location: to }).end();
  };
}

/** A correct endpoint for leaving. */
const ownOnly = (value: string | null): string => {
  const base = 'http://own.example';
  return value !== null && URL.canParse(value, base) && new URL(value, base).origin === base
    ? new URL(value, base).pathname.replace(/^\/+/, '/')
    : '/';
};
const go = (path: string, parameters: URLSearchParams) => (path === '/go' ? ownOnly(parameters.get('to')) : undefined);

describe('routes/open-redirect against a real server', () => {
  for (const [name, follow] of [
    ['follows nothing', go],
    [
      'folds the slashes of its paths',
      (path, parameters) => (path.startsWith('//') ? path.replace(/^\/+/, '/') : go(path, parameters)),
    ],
    [
      'leads to sign-in with the address in its query',
      (path, parameters) =>
        path === '/' && parameters.has('next')
          ? `/sign-in?redirect_url=${encodeURIComponent(parameters.get('next') ?? '')}`
          : go(path, parameters),
    ],
    [
      'leads to a sibling whatever the parameter says',
      (path, parameters) => (parameters.has('url') ? 'https://help.acme.example/' : go(path, parameters)),
    ],
  ] as ReadonlyArray<readonly [string, Parameters<typeof app>[0]]>)
    it(`passes on an app that ${name}`, async () => {
      const { status, reason, findings } = await verifySite(openRedirect, app(follow), OPTIONS);
      assert.deepEqual([status, findings], ['pass', []], reason);
    });

  for (const [name, follow, subject, refresh] of [
    [
      'any address',
      (path, parameters) =>
        path === '/sign-in' ? (parameters.get('redirect_url') ?? undefined) : go(path, parameters),
      '/sign-in with redirect_url',
    ],
    [
      'what ends like an address of its own',
      (path, parameters) => {
        const value = parameters.get('redirect_url') ?? '';
        return path === '/sign-in' && /^https.*127\.0\.0\.1:\d+$/.test(value) ? value : go(path, parameters);
      },
      '/sign-in with redirect_url',
    ],
    [
      'what does not begin like an address',
      (path, parameters) => {
        const value = parameters.get('redirect_url') ?? '';
        const refused = value.startsWith('http') || /^\/|^\\|^%|^javascript:/.test(value);
        return path === '/sign-in' && value !== '' && !refused ? value : go(path, parameters);
      },
      '/sign-in with redirect_url',
    ],
    ...['from', 'to', 'destination', 'goto'].map(
      (name) =>
        [
          `any address in ${name}`,
          (path, parameters) => (path === '/sign-in' ? (parameters.get(name) ?? undefined) : go(path, parameters)),
          `/sign-in with ${name}`,
        ] as readonly [string, Parameters<typeof app>[0], string],
    ),
    [
      'what begins with a slash',
      (path, parameters) =>
        parameters.get('returnTo')?.startsWith('/') === true
          ? (parameters.get('returnTo') ?? '')
          : go(path, parameters),
      '/sign-in with returnTo',
    ],
    [
      'what begins with one slash',
      (path, parameters) =>
        /^\/(?!\/)/.test(parameters.get('next') ?? '') ? (parameters.get('next') ?? '') : go(path, parameters),
      '/sign-in with next',
    ],
    [
      'an address that it decodes again',
      (path, parameters) =>
        path === '/' && /^%2f/i.test(parameters.get('url') ?? '')
          ? decodeURIComponent(parameters.get('url') ?? '')
          : go(path, parameters),
      '/ with url',
    ],
    [
      'a script',
      (path, parameters) =>
        parameters.get('redirect')?.startsWith('javascript:') === true
          ? (parameters.get('redirect') ?? '')
          : go(path, parameters),
      '/sign-in with redirect',
    ],
    [
      'everything at its own endpoint',
      (path, parameters) => (path === '/go' ? (parameters.get('to') ?? '/') : undefined),
      '/go?to=',
    ],
    [
      'addresses by a Refresh header',
      (path, parameters) => (path === '/' ? (parameters.get('callbackUrl') ?? undefined) : undefined),
      '/ with callbackUrl',
      'header',
    ],
    [
      'addresses by a meta element',
      (path, parameters) => (path === '/' ? (parameters.get('url') ?? undefined) : undefined),
      '/ with url',
      'meta',
    ],
    [
      'its paths with a slash more',
      (path, parameters) => (path.endsWith('/') ? go(path, parameters) : path === '/go' ? '/' : `${decodeURI(path)}/`),
      'the path of the request',
    ],
    [
      'its paths with a slash less',
      (path, parameters) => (/.\/$/.test(path) ? path.replace('%5c', '\\').slice(0, -1) : go(path, parameters)),
      'the path of the request',
    ],
    ['redirectTo', (path, parameters) => parameters.get('redirectTo') ?? go(path, parameters), '/ with redirectTo'],
  ] as ReadonlyArray<readonly [string, Parameters<typeof app>[0], string, ('header' | 'meta')?]>)
    it(`fails an app that follows ${name}`, async () => {
      const { status, reason, findings } = await verifySite(openRedirect, app(follow, refresh), OPTIONS);
      assert.equal(status, 'fail', reason);
      assert.ok(
        findings.some((finding) => finding.subject === subject),
        findings.map((finding) => finding.subject).join(', '),
      );
      for (const finding of findings) assertComplete(finding);
    });

  it('doubts an endpoint that leads nowhere at all', async () => {
    const { status, reason } = await verifySite(
      openRedirect,
      app(() => undefined),
      OPTIONS,
    );
    assert.equal(status, 'not-verified');
    assert.match(reason, /\/go\?to= does not redirect to an address of the app itself either/);
  });
});

describe('the foreign addresses', () => {
  it('have one that ends like the domain of the app', () => {
    const address = foreignAddresses(ORIGIN).find((each) => each.endsWith('foreignexample.com/')) ?? ORIGIN;
    assert.ok(isForeign(new URL(address)), address);
  });
  it('lead a browser away, or are harmless as they stand', () => {
    const harmless = foreignAddresses(ORIGIN).filter((address) => !isForeign(new URL(address, `${ORIGIN}/sign-in`)));
    // The first is a path for a browser, the second only after it was decoded once more, the last two when cut to their path.
    assert.deepEqual(harmless, [
      `https:${FOREIGN_HOST}/`,
      `%2f%2f${FOREIGN_HOST}/`,
      `${ORIGIN}//${FOREIGN_HOST}/`,
      `/.//${FOREIGN_HOST}/`,
    ]);
  });
});

describe('routes/open-redirect after a genuine sign-in', () => {
  const at = (address: string, ...urls: string[]): Departure => ({ address, moves: urls.map((url) => ({ url })) });
  const judge = (
    departures: readonly Departure[],
    control = at(`${ORIGIN}/dashboard`, `${ORIGIN}/sign-in`, `${ORIGIN}/dashboard`),
  ) => openRedirectSignedIn.judge({ signIn: `${ORIGIN}/sign-in`, departures, control }, expectation());
  const foreign = `https://${FOREIGN_HOST}/`;

  it('passes where Clerk leads home', () =>
    assertClean(judge([at(foreign, `${ORIGIN}/sign-in?redirect_url=${foreign}`, `${ORIGIN}/`)])));
  it('fails where the person is sent away', () =>
    assert.match(only(judge([at('//x', `${ORIGIN}/sign-in`, foreign)])).message, new RegExp(FOREIGN_HOST)));
  it('doubts where not even a page of the app is reached', () =>
    assert.match(
      judge([], at(`${ORIGIN}/dashboard`, `${ORIGIN}/sign-in`)).unverified ?? '',
      /attest routes\/open-redirect/,
    ));
  it('is sure that parameters are followed where the router puts the base path in front once more', () => {
    const control = at(`${ORIGIN}/portal/dashboard`, `${ORIGIN}/portal/sign-in`, `${ORIGIN}/portal/portal/dashboard`);
    const evidence = { signIn: `${ORIGIN}/portal/sign-in`, departures: [], control };
    const { readiness, identity } = expectation();
    const known = { readiness, identity: { ...identity, basePath: '/portal' } };
    assert.equal(openRedirectSignedIn.judge(evidence, known).unverified, undefined);
    assert.match(openRedirectSignedIn.judge(evidence, expectation()).unverified ?? '', /attest routes\/open-redirect/);
  });
  it('doubts where nobody could sign in', () => {
    const judgement = openRedirectSignedIn.judge(
      { signIn: `${ORIGIN}/sign-in`, departures: [], refused: 'locked' },
      expectation(),
    );
    assert.match(judgement.unverified ?? '', /nobody could sign in.*locked/);
  });
});
