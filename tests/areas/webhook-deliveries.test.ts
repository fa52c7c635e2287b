import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { replay, staleTimestamp, validDelivery } from '../../src/areas/webhook.ts';
import type { ReplayEvidence } from '../../src/areas/webhook/replay.ts';
import type { StaleTimestampEvidence } from '../../src/areas/webhook/stale-timestamp.ts';
import type { ValidDeliveryEvidence } from '../../src/areas/webhook/valid-delivery.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import type { Exchange } from '../../src/target/exchange.ts';
import { exchange, expectation, failure, ORIGIN } from '../support/exchange.ts';
import { assertClean, only } from '../support/findings.ts';
import { verifySite } from '../support/site.ts';
import type { Handler } from '../support/site.ts';

const PATH = '/api/webhooks/clerk';
const SECRET = `whsec_${randomBytes(24).toString('base64')}`;
const OTHER = `whsec_${randomBytes(24).toString('base64')}`;

const answer = (status: number, headers: Record<string, string> = {}): Exchange =>
  exchange({ method: 'POST', path: PATH, status, headers: { 'content-type': 'text/plain', ...headers } });

describe('webhook/stale-timestamp', () => {
  const judge = (evidence: Partial<StaleTimestampEvidence>) =>
    staleTimestamp.judge(
      {
        answers: [{ age: '10 minutes old', exchange: answer(400) }],
        foreign: answer(400),
        fresh: answer(200),
        ...evidence,
      },
      expectation(),
    );
  for (const status of [400, 401, 403])
    it(`passes on ${status}, a fresh delivery being accepted`, () =>
      assertClean(judge({ answers: [{ age: '10 minutes old', exchange: answer(status) }] })));
  it('passes on 422 alike for a foreign signature, a fresh delivery being accepted', () =>
    assertClean(judge({ answers: [{ age: '10 minutes old', exchange: answer(422) }], foreign: answer(422) })));
  it('fails on an accepted one', () => {
    const finding = only(judge({ answers: [{ age: '10 minutes ahead', exchange: answer(204) }] }));
    assert.equal(finding.subject, '10 minutes ahead');
    assert.match(finding.cause, /svix-timestamp with the clock.*CVE-2025-53548/);
  });
  it('fails on an accepted one in mode read-only too', () =>
    assert.equal(
      only(
        staleTimestamp.judge(
          { answers: [{ age: '10 minutes old', exchange: answer(200) }], foreign: answer(400) },
          expectation(),
        ),
      ).level,
      'error',
    ));
  it('fails on 5xx', () =>
    assert.match(only(judge({ answers: [{ age: '10 minutes old', exchange: answer(500) }] })).cause, /not caught/));
  for (const [name, evidence, text] of [
    ['without the control of mode full', { fresh: undefined }, /set mode: 'full'/],
    ['when a fresh one is refused too', { fresh: answer(400) }, /webhook\/valid-delivery pass first/],
    [
      'when forged ones are accepted',
      { foreign: answer(200), answers: [{ age: '10 minutes old', exchange: answer(200) }] },
      /webhook\/forged-signature pass first/,
    ],
  ] as ReadonlyArray<readonly [string, Partial<StaleTimestampEvidence>, RegExp]>)
    it(`is not verified ${name}`, () => {
      const { findings, unverified } = judge(evidence);
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', text);
    });
  it('leaves failed connections to the engine', () =>
    assert.deepEqual(judge({ answers: [{ age: '10 minutes old', exchange: failure('ECONNRESET') }] }).findings, []));
});

describe('webhook/valid-delivery', () => {
  const judge = (evidence: Partial<ValidDeliveryEvidence>) =>
    validDelivery.judge(
      { plain: answer(200), rotated: answer(200), reversed: answer(200), ...evidence },
      expectation(),
    );
  for (const status of [200, 202, 204]) it(`passes on ${status}`, () => assertClean(judge({ plain: answer(status) })));
  const location = (url: string) => ({ location: url });
  for (const [name, plain, text] of [
    ['400', answer(400), /secret.*CLERK_WEBHOOK_SIGNING_SECRET and not CLERK_WEBHOOK_SECRET.*event types.*Answer 2xx/],
    [
      'a redirect to www',
      answer(308, location(`https://www.app.example.com${PATH}`)),
      /apex to www.*www\.app\.example\.com/,
    ],
    ['a slash', answer(308, location(`${ORIGIN}${PATH}/`)), /slash at the end/],
    [
      'a guard',
      answer(307, { ...location('/sign-in'), 'x-clerk-auth-status': 'signed-out' }),
      /guard answers before the handler.*x-clerk-auth-status/,
    ],
    ['404', answer(404), /No handler takes POST/],
    ['500', answer(500), /verifyWebhook\(\), because the signing secret/],
    ['422', answer(422), /event types that it does not know/],
  ] as const)
    it(`fails on ${name}`, () => {
      const finding = only(judge({ plain }));
      assert.match(`${finding.cause} ${finding.fix}`, text);
    });
  it('fails when Svix would have given up', () => {
    const slow = { ...answer(200), durationMs: 15_200 };
    assert.match(only(judge({ plain: slow })).message, /within 15 s/);
    const never = { ...failure('TIMEOUT', PATH), durationMs: 15_001 };
    assert.match(only(judge({ plain: never })).fix, /queue/);
  });
  it('leaves a shorter timeout of the options to the engine', () =>
    assert.deepEqual(judge({ plain: { ...failure('TIMEOUT', PATH), durationMs: 5_000 } }).findings, []));
  it('fails when a list of signatures is refused', () =>
    assert.match(only(judge({ rotated: answer(400) })).cause, /first signature .* only/));
  it('fails when only the last of two signatures is looked at', () =>
    assert.match(only(judge({ reversed: answer(400) })).cause, /last signature .* only/));
  it('fails once when the header is taken for one signature', () =>
    assert.match(only(judge({ rotated: answer(400), reversed: answer(400) })).cause, /as a whole/));
});

describe('webhook/replay', () => {
  const judge = (evidence: Partial<ReplayEvidence>) =>
    replay.judge(
      { first: answer(200), second: answer(200), effects: { first: 1, both: 1 }, ...evidence },
      expectation(),
    );
  it('passes on one effect', () => assertClean(judge({})));
  it('fails on a duplicate that breaks', () =>
    assert.match(only(judge({ second: answer(500) })).cause, /unique constraint/));
  it('fails on a duplicate that is refused', () =>
    assert.match(only(judge({ second: answer(409) })).cause, /refuses it/));
  it('fails on two effects', () =>
    assert.match(
      only(judge({ effects: { first: 1, both: 2 } })).message,
      /1 effect after the first delivery and 2 after/,
    ));
  for (const [name, evidence, text] of [
    ['without a probe', { effects: undefined }, /answered with 200 and 200.*set webhook\.effects/],
    ['when the probe fails', { effects: { failed: 'no database' } }, /webhook\.effects failed: no database/],
    ['when the probe counts none', { effects: { first: 0, both: 0 } }, /counts none within 5 s/],
    ['when the effect comes too late', { effects: { first: 0, both: 1 } }, /counts none within 5 s/],
    ['when the first was refused', { first: answer(400), second: answer(400) }, /valid-delivery pass first/],
  ] as ReadonlyArray<readonly [string, Partial<ReplayEvidence>, RegExp]>)
    it(`is not verified ${name}`, () => {
      const { findings, unverified } = judge(evidence);
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', text);
    });
});

/** An endpoint that verifies as an app with Clerk's SDK does. */
function endpoint(signingSecret: string): Handler {
  return (request, response) => {
    if (request.url !== PATH) response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>home</h1>');
    else void receive(request, signingSecret).then((status) => response.writeHead(status).end());
  };
}

async function receive(request: IncomingMessage, signingSecret: string): Promise<number> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
  try {
    await verifyWebhook(new Request(ORIGIN + PATH, { method: 'POST', headers, body }), { signingSecret });
    return 200;
  } catch {
    return 400;
  }
}

describe('an endpoint with Clerk’s verifyWebhook', () => {
  const options: ReadinessOptions = {
    mode: 'full',
    profile: 'preview',
    webhook: { path: PATH, secret: SECRET, effects: () => 1 },
  };
  for (const check of [staleTimestamp, validDelivery, replay])
    it(`passes ${check.id}`, async () => {
      const outcome = await verifySite(check as typeof replay, endpoint(SECRET), options);
      assert.deepEqual([outcome.status, outcome.findings], ['pass', []], outcome.reason);
    });
  it('with another secret fails webhook/valid-delivery and leaves the others in doubt', async () => {
    const statuses = await Promise.all(
      [staleTimestamp, validDelivery, replay].map(
        async (check) => (await verifySite(check as typeof replay, endpoint(OTHER), options)).status,
      ),
    );
    assert.deepEqual(statuses, ['not-verified', 'fail', 'not-verified']);
  });
  for (const [name, remembers, expected] of [
    ['once', true, 'pass'],
    ['each time', false, 'fail'],
  ] as const)
    it(`behind a queue that works ${name} is ${expected}`, async () => {
      const done: string[] = [];
      const queue = (id: string) => setTimeout(() => (remembers && done.includes(id) ? undefined : done.push(id)), 150);
      const receiving = endpoint(SECRET);
      const outcome = await verifySite(
        replay,
        (request, response) => {
          if (request.url === PATH) queue(String(request.headers['svix-id']));
          receiving(request, response);
        },
        {
          ...options,
          webhook: { path: PATH, secret: SECRET, effects: (id) => done.filter((each) => each === id).length },
        },
      );
      assert.equal(outcome.status, expected, outcome.reason);
    });
  it('counts the effects by the id of the delivery', async () => {
    const asked: string[] = [];
    const effects = (id: string) => asked.push(id);
    const outcome = await verifySite(replay, endpoint(SECRET), {
      ...options,
      webhook: { path: PATH, secret: SECRET, effects },
    });
    assert.equal(outcome.status, 'fail');
    assert.equal(new Set(asked).size, 1);
  });
});
