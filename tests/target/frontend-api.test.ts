import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveOptions } from '../../src/config/resolve.ts';
import { FrontendApi } from '../../src/target/frontend-api.ts';
import { refusalHint } from '../../src/target/sign-in-refusal.ts';
import { withConnection } from '../../src/user/account.ts';
import { serve } from '../support/server.ts';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Seconds from now at which a token ends that lives for a minute, where Clerk's clock is ahead of ours by so many. */
async function endsIn(ahead: number): Promise<number> {
  const now = Math.floor(Date.now() / 1000);
  const jwt = `${encode({ alg: 'RS256' })}.${encode({ iat: now + ahead, exp: now + ahead + 60 })}.x`;
  const { origin } = await serve((_, response) => response.end(JSON.stringify({ jwt })));
  const readiness = resolveOptions({ baseURL: origin }, {});
  const identity = { origin, clerk: { frontendApi: origin } };
  return withConnection({ readiness, identity }, async (connection) => {
    const frontendApi = await FrontendApi.open({ connection, identity });
    return (await frontendApi.token('sess_1')).expiresAt - now;
  });
}

test('a session token is used no longer than it lives, where the clock of this machine is behind', async () => {
  for (const ahead of [0, 300]) assert.ok(Math.abs((await endsIn(ahead)) - 60) < 5);
});

test('a sign-in from another domain than that of the instance is refused, and the hint says where to run', () =>
  assert.match(refusalHint(['origin_invalid']), /domain of the instance.*satellite/));
