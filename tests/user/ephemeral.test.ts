import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { resolveOptions } from '../../src/config/resolve.ts';
import { Backend } from '../../src/user/backend.ts';
import { createEphemeral } from '../../src/user/ephemeral.ts';
import { serve } from '../support/server.ts';

/** A reason for which the Backend API refuses a new user. */
interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly long_message?: string;
  readonly meta?: { readonly param_name: string };
}

/** As Clerk says it: the names stand in the text only, with a blank between them. */
const missing = (...names: string[]): Refusal => ({
  code: 'form_data_missing',
  message: 'missing data',
  long_message: `${JSON.stringify(names).replaceAll(',', ' ')} data doesn't match user requirements set for this instance`,
});

/** Creates a user at an instance that refuses so many tries, and gives back what was sent. */
async function create(...refusals: Refusal[]): Promise<Array<Record<string, unknown>>> {
  const { origin, received } = await serve((_, response) => {
    const refusal = refusals.shift();
    response
      .writeHead(refusal ? 422 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(refusal ? { errors: [refusal] } : { object: 'user', id: 'user_new', email_addresses: [] }));
  });
  const secretKey = `sk_test_${randomBytes(20).toString('hex')}`;
  const backend = Backend.of(
    resolveOptions({ baseURL: 'https://app.example.com', clerk: { secretKey, apiUrl: origin } }, {}),
  );
  assert.ok(backend);
  await createEphemeral(backend);
  return received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}

describe('an ephemeral user', () => {
  test('has an address and a password where nothing more is asked', async () => {
    const [user = {}] = await create();
    assert.match(String(user['email_address']), /^clerk-readiness-/);
    assert.ok('password' in user && !('phone_number' in user));
  });

  test('has the telephone number that an instance asks for: one that nobody owns', async () => {
    const [, user = {}] = await create(missing('phone_number', 'username'));
    assert.match(String(user['phone_number']), /^\+120\d55501\d\d$/);
    assert.match(String(user['username']), /^readiness_/);
  });

  test('gets another number where the first is taken', async () => {
    const taken = { code: 'form_identifier_exists', message: 'taken', meta: { param_name: 'phone_number' } };
    const [, first, second] = await create(missing('phone_number'), taken);
    assert.ok(first && second && first['phone_number'] !== second['phone_number']);
  });

  test('cannot be made where more is asked, and the message blames neither a ban nor a lock', async () => {
    await assert.rejects(create(missing('web3_wallet')), (error: Error) => {
      assert.match(error.message, /\["web3_wallet"\].*name a user of yours with session\.user/);
      assert.doesNotMatch(error.message, /banned|locked/);
      return true;
    });
  });
});
