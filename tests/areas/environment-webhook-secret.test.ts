import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Webhook } from 'svix';
import { webhookSecretForm, webhookSecretTaken } from '../../src/areas/environment.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { conclude } from '../../src/verify.ts';
import { exchange, expectation } from '../support/exchange.ts';
import { assertClean, assertComplete, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';

const secretOf = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;
const withSecret = (secret: string) => ({ webhook: { path: '/hook', secret } });

describe('environment/webhook-secret', () => {
  for (const bytes of [24, 32])
    it(`takes a key of ${bytes} bytes`, () =>
      assertClean(webhookSecretForm.judge(null, expectation(withSecret(secretOf(bytes))))));
  it('fails on a key that was cut', () => {
    const finding = only(webhookSecretForm.judge(null, expectation(withSecret(secretOf(18)))));
    assert.match(finding.message, /key of 18 bytes/);
  });
  it('is read under the new and under the former name, the new one first', () => {
    const [current, former] = [secretOf(24), secretOf(24)];
    const read = (env: NodeJS.ProcessEnv) => {
      const { webhook } = resolveOptions({ webhook: { path: '/hook' } }, env);
      return webhook && webhook.secret;
    };
    assert.equal(read({ CLERK_WEBHOOK_SECRET: former }), former);
    assert.equal(read({ CLERK_WEBHOOK_SECRET: former, CLERK_WEBHOOK_SIGNING_SECRET: current }), current);
  });

  const answer = (status: number) => exchange({ method: 'POST', path: '/hook', status });
  for (const [name, genuine, foreign, status, says] of [
    ['takes the genuine delivery only', 204, 400, 'pass', /204.*400/],
    ['refuses both', 400, 400, 'fail', /CLERK_WEBHOOK_SIGNING_SECRET, not the former CLERK_WEBHOOK_SECRET/],
    ['fails on both alike', 500, 500, 'fail', /unset/],
    ['fails on the genuine delivery only', 500, 400, 'not-verified', /webhook\/valid-delivery/],
    ['sends the delivery away', 307, 307, 'not-verified', /webhook\/valid-delivery/],
    ['believes both', 200, 200, 'not-verified', /webhook\/forged-signature/],
  ] as const) {
    it(`${status} where the endpoint ${name}`, () => {
      const judgement = webhookSecretTaken.judge({ genuine: answer(genuine), foreign: answer(foreign) }, expectation());
      const outcome = conclude(judgement, [], false);
      assert.equal(outcome.status, status);
      outcome.findings.forEach(assertComplete);
      assert.match([outcome.reason, ...outcome.findings.map(({ cause }) => cause)].join(' '), says);
    });
  }

  const endpoint = (...secrets: string[]) =>
    verifySite(
      webhookSecretTaken,
      (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const taken = secrets.some((secret) => {
            try {
              return (
                new Webhook(secret).verify(Buffer.concat(chunks), request.headers as Record<string, string>) !==
                undefined
              );
            } catch {
              return false;
            }
          });
          response.writeHead(request.method === 'GET' || taken ? 200 : 400).end();
        });
      },
      { ...withSecret(GIVEN), mode: 'full' },
    );
  const GIVEN = secretOf(24);

  it('passes over sockets with the secret of the endpoint, and while two are taken', async () => {
    for (const secrets of [[GIVEN], [secretOf(24), GIVEN]]) assert.equal((await endpoint(...secrets)).status, 'pass');
  });
  it('fails over sockets with the secret of another endpoint, and shows it nowhere', async () => {
    const outcome = await endpoint(secretOf(24));
    assert.equal(outcome.status, 'fail');
    assert.ok(!JSON.stringify(outcome).includes(GIVEN));
  });
});
