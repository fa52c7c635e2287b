import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unauthenticated401 } from '../../src/areas/api.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import type { Answer } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
function judge(answer: Answer, { method = 'GET', unauthenticatedStatus = [401] } = {}) {
  const route = { path: '/api/me', methods: [method], unauthenticatedStatus };
  const refused = {
    route,
    method: 'PUT',
    exchange: exchange({ method: 'PUT', path: '/api/me', status: unauthenticatedStatus[0] ?? 401, headers: JSON_TYPE }),
  };
  return unauthenticated401.judge(
    [refused, { route, method, exchange: exchange({ method, path: '/api/me', ...answer }) }],
    expectation(),
  );
}

describe('api/unauthenticated-401', () => {
  it('passes on 401 and owns that it has no positive control', () => {
    const judgement = judge({ status: 401, headers: JSON_TYPE, body: '{}' });
    assertClean(judgement);
    assert.match(judgement.summary, /no positive control/);
  });
  it('passes on problem+json', () =>
    assertClean(judge({ status: 401, headers: { 'content-type': 'application/problem+json' } })));
  for (const status of [403, 404])
    it(`passes on ${status} where that is declared`, () =>
      assertClean(judge({ status }, { unauthenticatedStatus: [status] })));

  for (const [name, answer, method, text] of [
    ['an empty list', { status: 200, headers: JSON_TYPE, body: '[]' }, 'GET', /does not check userId.*await auth\(\)/],
    [
      'a POST that only GET guards',
      { status: 201, headers: JSON_TYPE },
      'POST',
      /does not check userId for this method/,
    ],
    ['204', { status: 204 }, 'DELETE', /does not check userId/],
    ['a redirect', { status: 302, headers: { location: '/sign-in' } }, 'GET', /treats the API route as a page/],
    [
      'a 404 of auth.protect()',
      { status: 404, headers: { 'x-clerk-auth-reason': 'protect-rewrite, session-token-and-uat-missing' } },
      'GET',
      /auth\.protect\(\) in the middleware.*\[401, 404\]/,
    ],
    ['a 404 page', { status: 404 }, 'GET', /does not exist in this deployment, or auth\.protect/],
    ['a 404 JSON', { status: 404, headers: JSON_TYPE }, 'GET', /before it checks the session/],
    ['405', { status: 405 }, 'POST', /does not serve this method/],
    ['500', { status: 500 }, 'GET', /handler throws without a session.*getAuth\(\).*before the route and in its scope/],
    ['422', { status: 422, headers: JSON_TYPE }, 'POST', /judges the request .* before it checks/],
    ['an undeclared 403', { status: 403, headers: JSON_TYPE }, 'GET', /Check userId first/],
  ] as const) {
    it(`fails on ${name}`, () => {
      const finding = only(judge(answer, { method }));
      assert.deepEqual(
        [finding.level, finding.subject, finding.expected],
        ['error', `${method} /api/me`, 'status 401 to a request without a session'],
      );
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  }
  it('takes a declared 2xx for a refusal only where it has errors and no data, as of GraphQL', () => {
    const declared = (body: string) =>
      judge({ status: 200, headers: JSON_TYPE, body }, { unauthenticatedStatus: [401, 200] });
    assertClean(declared('{"errors":[{"message":"UNAUTHENTICATED"}],"data":{"me":null}}'));
    for (const body of ['{"data":{"me":{"id":7}}}', '{"errors":[{}],"data":{"me":{"id":7}}}', '{"errors":[]}', '[]']) {
      const { findings, unverified } = declared(body);
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', /answered as declared, .*: GET \/api\/me \(200\)/);
    }
  });
  it('leaves failed connections to the engine', () => {
    const route = { path: '/api/me', methods: ['GET'], unauthenticatedStatus: [401] };
    assert.deepEqual(
      unauthenticated401.judge([{ route, method: 'GET', exchange: failure('ECONNRESET') }], expectation()).findings,
      [],
    );
  });
});
