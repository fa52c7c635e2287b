import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { serve } from '../support/server.ts';
import { judgeTarget } from './judge.ts';
import { everyOption } from './options.ts';
import { PAGE } from './targets.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Ids of checks that may pass, with the reason why the pass is true of such a target. */
type Justified = Readonly<Record<string, string>>;

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const JSON_TYPE = { 'content-type': 'application/json' };

const all =
  (status: number, headers: Readonly<Record<string, string>>, body: string): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

const returnTo = ({ headers, url }: IncomingMessage): string =>
  `?redirect_url=${encodeURIComponent(`http://${headers.host}${url}`)}`;

/** True of every target that sends no cookie, no CORS header and no redirect to a foreign place. */
const ANSWERED_ALIKE: Justified = {
  'routes/not-cacheable': 'no answer invites a shared cache to keep it',
  'routes/open-redirect': 'no answer leads to a foreign site',
  'headers/cookies': 'no answer sets a cookie',
  'cors/untrusted-origin': 'no answer grants anything to any origin; cors/allowed-origin fails',
  'exposure/dotfiles': 'no answer has the content of such a file',
};
const NEVER_BREAKS: Justified = { 'errors/error-page': 'odd requests get no 5xx, no stack trace and no blank page' };
const SERVES: Justified = {
  'routes/public-reachable': 'public pages do answer 200',
  'webhook/valid-delivery': 'genuine deliveries are accepted; webhook/forged-signature fails, because all are',
  'exposure/secrets-in-client': 'what is sent holds no secret',
  'exposure/user-object': 'what is sent holds no user',
};
const REFUSES: Justified = {
  'routes/protected-redirect': 'protected pages are refused in every shape of a request',
  'errors/auth-failure': 'broken credentials are refused without a 5xx',
};

/** Targets that answer everything alike, and what may pass there. */
const TARGETS: ReadonlyArray<readonly [what: string, answer: Answer, justified: Justified]> = [
  [
    '200 and a page',
    all(200, HTML, PAGE),
    {
      ...ANSWERED_ALIKE,
      ...SERVES,
      ...NEVER_BREAKS,
      'environment/sign-in-urls': 'there is a page at both addresses; its form is the matter of the browser part',
      'routes/undeclared': 'every page that was found is declared public',
    },
  ],
  ['200 and JSON', all(200, JSON_TYPE, '{"ok":true}'), { ...ANSWERED_ALIKE, ...SERVES, ...NEVER_BREAKS }],
  ['200 and nothing', all(200, {}, ''), { ...ANSWERED_ALIKE, ...SERVES }],
  [
    '401',
    all(401, JSON_TYPE, '{"error":"unauthorized"}'),
    {
      ...ANSWERED_ALIKE,
      ...NEVER_BREAKS,
      ...REFUSES,
      'api/unauthenticated-401': 'anonymous requests do get 401; api/authenticated is the control',
      'api/error-shape': 'the error is terse JSON',
    },
  ],
  [
    '401 with the headers of Clerk',
    all(401, { ...HTML, 'x-clerk-auth-status': 'signed-out' }, PAGE),
    {
      ...ANSWERED_ALIKE,
      ...NEVER_BREAKS,
      ...REFUSES,
      'api/unauthenticated-401': 'anonymous requests do get 401; api/authenticated is the control',
      'environment/middleware-file': 'Clerk’s middleware does answer',
    },
  ],
  [
    '403',
    all(403, JSON_TYPE, '{"error":"forbidden"}'),
    { ...ANSWERED_ALIKE, ...NEVER_BREAKS, ...REFUSES, 'api/error-shape': 'the error is terse JSON' },
  ],
  [
    '404',
    all(404, HTML, PAGE),
    {
      ...ANSWERED_ALIKE,
      ...NEVER_BREAKS,
      'errors/auth-failure': 'broken credentials are refused without a 5xx',
      'errors/not-found-page': 'an unknown path does answer 404 with a page',
      'api/error-shape': 'the error is terse and no stack trace',
    },
  ],
  [
    '302 to its sign-in page',
    (request, response) =>
      request.url?.startsWith('/sign-in') === true
        ? response.writeHead(200, HTML).end(PAGE)
        : response.writeHead(302, { location: `/sign-in${returnTo(request)}` }).end(),
    {
      ...ANSWERED_ALIKE,
      ...NEVER_BREAKS,
      ...REFUSES,
      'routes/undeclared': 'every page that was found is declared public, or refused',
      'exposure/secrets-in-client': 'what is sent holds no secret',
      'exposure/user-object': 'what is sent holds no user',
    },
  ],
  [
    '302 to the Account Portal',
    (request, response) =>
      response.writeHead(302, { location: `https://accounts.example.test/sign-in${returnTo(request)}` }).end(),
    { ...ANSWERED_ALIKE, ...NEVER_BREAKS, ...REFUSES },
  ],
  [
    '302 to sign-in, which redirects too',
    (request, response) => response.writeHead(302, { location: `/sign-in${returnTo(request)}` }).end(),
    {},
  ],
  ['500', all(500, HTML, PAGE), {}],
  ['429', all(429, HTML, PAGE), {}],
];

describe('a target that answers everything with', () => {
  for (const [what, answer, justified] of TARGETS) {
    it(`${what} is NOT READY, and passes only what is true of it`, async () => {
      const { origin } = await serve(answer);
      const run = await judgeTarget(await everyOption(origin));
      assert.equal(run.verdict, 'NOT READY', run.reason);
      const passed = run.checks.filter(({ status }) => status === 'pass').map(({ id }) => id);
      assert.deepEqual(passed.toSorted(), Object.keys(justified).toSorted());
    });
  }
});
