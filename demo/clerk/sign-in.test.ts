import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/index.ts';
import { MissingOptionError } from '../../src/needs.ts';
import { FrontendApi } from '../../src/target/frontend-api.ts';
import { Account, withConnection } from '../../src/user/account.ts';
import { TestUser } from '../../src/test-user.ts';
import { createCertificate } from '../net/certificate.ts';
import { randomSecretKey } from './keys.ts';
import { startClerkStandIn } from './stand-in.ts';
import type { ClerkStandIn } from './stand-in.ts';

const SECRET_KEY = randomSecretKey('live');
const JANE = { email: 'jane@example.com', password: randomBytes(9).toString('base64'), firstName: '', lastName: '' };

describe('signing in at Clerk', () => {
  let clerk: ClerkStandIn;
  before(async () => {
    clerk = await startClerkStandIn({
      kind: 'live',
      secretKey: SECRET_KEY,
      user: JANE,
      frontendApiPort: 0,
      backendApiPort: 0,
      certificate: await createCertificate(),
      scripts: '/nowhere',
    });
  });
  after(() => clerk.close());
  afterEach(() => {
    clerk.control.setFurtherStep(undefined);
    clerk.control.setNewUserRules({ required: [], unknown: [] });
    clerk.control.clearLog();
    assert.deepEqual(clerk.control.openSessions(), [], 'no session is left');
  });

  type User = NonNullable<ReadinessOptions['session']>['user'];
  const contextOf = (user: User, secretKey: string | undefined = SECRET_KEY) => ({
    readiness: resolveOptions(
      {
        baseURL: 'https://127.0.0.1',
        mode: 'full',
        clerk: { secretKey, apiUrl: clerk.backendApiUrl },
        session: { user },
        network: { ignoreHTTPSErrors: true },
      },
      {},
    ),
    identity: {
      origin: 'https://127.0.0.1',
      clerk: {
        publishableKey: clerk.publishableKey,
        publishableKeyKind: 'live' as const,
        frontendApi: `https://${clerk.frontendApi}`,
      },
    },
  });
  /** Signs in, and out again: whose session it was. */
  const signIn = async (user: User, secretKey?: string): Promise<string> => {
    const context = contextOf(user, secretKey);
    const account = await Account.open(context);
    return withConnection(context, (connection) =>
      account.withFirstFactor(async (factor, testingToken) => {
        const frontendApi = await FrontendApi.open(
          { connection, identity: context.identity },
          testingToken === undefined ? {} : { testingToken },
        );
        const { sessionId, owner } = await frontendApi.signIn(factor);
        await frontendApi.end(sessionId);
        return owner.id;
      }),
    );
  };
  const byTicket: User = { email: JANE.email };
  const calls = (path: RegExp) => clerk.control.log.filter((entry) => path.test(entry.path));

  test('by ticket, which is revoked afterwards and carries a testing token along', async () => {
    assert.equal(await signIn(byTicket), clerk.control.user.id);
    assert.equal(calls(/sign_in_tokens\/\w+\/revoke$/).length, 1);
    assert.ok(calls(/^\/v1\/client/).every(({ testingToken }) => testingToken));
  });
  test('by password, with no ticket', async () => {
    assert.equal(await signIn(JANE_ALONE), clerk.control.user.id);
    assert.equal(calls(/sign_in_tokens/).length, 0);
  });
  const JANE_ALONE = { email: JANE.email, password: JANE.password };

  test('after both APIs have refused with a rate limit, as late as they say', async () => {
    clerk.control.limitRate('backend', { times: 1, retryAfter: 1, of: 'POST /v1/sign_in_tokens' });
    clerk.control.limitRate('frontend', { times: 2, retryAfter: 1, of: 'POST /v1/client/sign_ins' });
    const started = performance.now();
    await signIn(byTicket);
    assert.ok(performance.now() - started >= 3000);
    assert.equal(calls(/^\/v1\/client\/sign_ins$/).length, 3);
  });
  test('is given up when the rate limit does not end', async () => {
    clerk.control.limitRate('frontend', { times: 100, retryAfter: 0, of: 'POST /v1/client/sign_ins' });
    await assert.rejects(signIn(byTicket), /answered 429 \(Too many requests.*run fewer workers/);
    assert.equal(calls(/^\/v1\/client\/sign_ins$/).length, 4);
    clerk.control.limitRate('frontend', { times: 0, retryAfter: 0 });
  });

  const STEPS = [
    ['needs_second_factor', /asks for a second factor: use a dedicated user without two-step verification/],
    ['needs_client_trust', /Device Trust.*leave session\.user\.password out/],
    ['needs_new_password', /asks for a new password/],
    ['choose-organization', /waits for an organization to be chosen/],
    ['setup-mfa', /waits for two-step verification to be set up/],
    ['reset-password', /waits for a new password/],
  ] as const;
  for (const [step, message] of STEPS) {
    test(`that ends at ${step} says so in one line and names the fix`, async () => {
      clerk.control.setFurtherStep(step);
      await assert.rejects(signIn(byTicket), (failure: Error) => {
        assert.match(failure.message, message);
        assert.doesNotMatch(failure.message, /\n|jane@|eyJ/);
        return true;
      });
    });
  }

  test('with a wrong password says which option to correct, and keeps the password to itself', async () => {
    const wrong = randomBytes(9).toString('hex');
    await assert.rejects(signIn({ email: JANE.email, password: wrong }), (failure: Error) => {
      assert.match(failure.message, /Password is incorrect.*Correct session\.user\.password/);
      assert.ok(!failure.message.includes(wrong) && !failure.message.includes(JANE.email));
      return true;
    });
  });

  test('without the secret key knows the user, signs out by itself, and says what revoking needs', async () => {
    const { readiness, identity } = contextOf(JANE_ALONE);
    const { secretKey: _, ...clerkOptions } = readiness.clerk;
    const user = await TestUser.find({ ...readiness, clerk: clerkOptions }, identity);
    assert.equal(user.id, clerk.control.user.id);
    assert.ok(clerk.control.log.every(({ api }) => api === 'frontend'));
    await assert.rejects(user.revoke('sess_1'), (failure: Error) => {
      assert.ok(failure instanceof MissingOptionError);
      assert.match(failure.message, /^set clerk\.secretKey \(or CLERK_SECRET_KEY\)/);
      return true;
    });
  });

  test('a user of the options is never removed', async () => {
    const { readiness, identity } = contextOf(byTicket);
    const user = await TestUser.find(readiness, identity);
    await assert.rejects(user.remove(), /set session\.user: 'ephemeral'/);
    assert.ok(clerk.control.users().some(({ id }) => id === user.id));
  });

  describe('an ephemeral user', () => {
    const open = () => Account.open(contextOf('ephemeral'));

    test('has a tag that names the process, and a password that nobody knows', async () => {
      const account = await open();
      const user = clerk.control.users().find(({ id }) => id === account.id);
      assert.ok(user);
      assert.equal((user.privateMetadata.clerkReadiness as { pid: number }).pid, process.pid);
      assert.ok((user.password ?? '').length >= 32);
      await account.remove();
      assert.ok(account.removed);
      assert.ok(!clerk.control.users().some(({ id }) => id === account.id));
    });
    test('may be removed by somebody else meanwhile', async () => {
      const [account, other] = [
        await open(),
        await TestUser.find(contextOf('ephemeral').readiness, contextOf('ephemeral').identity),
      ];
      await other.remove();
      await other.signOutEverywhere();
      await account.remove();
      await account.remove();
    });
    test('gets what an instance asks for, and no password where there are none', async () => {
      clerk.control.setNewUserRules({ required: ['username', 'first_name', 'phone_number'], unknown: ['password'] });
      const account = await open();
      assert.equal(clerk.control.users().find(({ id }) => id === account.id)?.password, undefined);
      await account.remove();
    });
    test('cannot be made where more is asked for; the message says what, and the way out', async () => {
      clerk.control.setNewUserRules({ required: ['web3_wallet'], unknown: [] });
      await assert.rejects(open(), /answered 422 .*web3_wallet.*with session\.user/);
    });
  });
});
