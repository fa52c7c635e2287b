import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Account } from '../../src/user/account.ts';
import { serve } from '../support/server.ts';

const USER = 'user_somebody';

/** What the Backend API answers, by method and path; 404 elsewhere. */
type Answers = Readonly<Record<string, unknown>>;

const ANSWERS: Answers = {
  'GET /v1/users': [{ object: 'user', id: USER, email_addresses: [] }],
  'GET /v1/users/count': { object: 'total_count', total_count: 1 },
  'POST /v1/testing_tokens': { object: 'testing_token', token: 'testing', expires_at: 4_000_000_000 },
  'POST /v1/sign_in_tokens': { object: 'sign_in_token', id: 'sit_1', token: 'ticket' },
  'POST /v1/sign_in_tokens/sit_1/revoke': { object: 'sign_in_token', id: 'sit_1' },
};

/** The organization that the test user signs in to, where these are theirs. */
async function organization(memberships: Answers): Promise<unknown> {
  const answers: Answers = { ...ANSWERS, ...memberships };
  const { origin, received } = await serve((request, response) => {
    const answer = answers[`${request.method} ${request.url?.split('?')[0]}`];
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? { errors: [{ code: 'resource_not_found', message: 'not found' }] }));
  });
  const clerk = { secretKey: `sk_test_${randomBytes(20).toString('hex')}`, apiUrl: origin };
  const readiness = resolveOptions({ baseURL: origin, clerk, session: { user: USER } }, {});
  const account = await Account.open({ readiness, identity: { origin, clerk: {} } });
  await account.withFirstFactor(async (factor) => assert.equal(factor.strategy, 'ticket'));
  const asked = received.find(({ url }) => url === '/v1/sign_in_tokens');
  return (JSON.parse(asked?.body ?? '{}') as Record<string, unknown>)['org_id'];
}

const memberOf = (...ids: string[]): Answers => ({
  [`GET /v1/users/${USER}/organization_memberships`]: {
    data: ids.map((id) => ({
      object: 'organization_membership',
      public_user_data: {},
      id: `mem_${id}`,
      organization: { id, object: 'organization' },
    })),
    total_count: ids.length,
  },
});

describe('the organization in which the test user acts', () => {
  test('is the one they are a member of', async () => assert.equal(await organization(memberOf('org_1')), 'org_1'));
  test('is left open where there are several', async () =>
    assert.equal(await organization(memberOf('org_1', 'org_2')), undefined));
  test('is left open where there is none, or the instance knows no organizations', async () => {
    assert.equal(await organization(memberOf()), undefined);
    assert.equal(await organization({}), undefined);
  });
});
