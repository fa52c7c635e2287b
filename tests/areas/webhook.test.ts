import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { Webhook } from 'svix';
import { forgedSignature, forgeries } from '../../src/areas/webhook/forged-signature.ts';
import type { ForgedSignatureEvidence, Forgery } from '../../src/areas/webhook/forged-signature.ts';
import type { Exchange } from '../../src/target/exchange.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import { assertClean, assertComplete, only } from '../support/findings.ts';

const SECRET = `whsec_${randomBytes(24).toString('base64')}`;
const KEY = Buffer.from(SECRET.slice('whsec_'.length), 'base64');

function request({ headers, payload }: Forgery): Request {
  return new Request('https://app.example.com/api/webhooks/clerk', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: payload,
  });
}

const FORGERIES = await forgeries(SECRET);

/** Names of the forgeries that a verifier takes. */
async function accepted(
  verifier: (request: Request) => Promise<boolean>,
  secret: string | undefined,
): Promise<string[]> {
  const verdicts = await Promise.all(
    (await forgeries(secret)).map(async (forgery) => ({ name: forgery.name, taken: await verifier(request(forgery)) })),
  );
  return verdicts.filter(({ taken }) => taken).map(({ name }) => name);
}

const clerk = (incoming: Request) =>
  verifyWebhook(incoming, { signingSecret: SECRET }).then(
    () => true,
    () => false,
  );

describe('the forgeries', async () => {
  for (const [knowledge, secret, all] of [
    ['unknown', undefined, await forgeries(undefined)],
    ['known', SECRET, FORGERIES],
  ] as const) {
    it(`are at least 18 with names of their own, the secret ${knowledge}`, () => {
      assert.ok(all.length >= 18);
      assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
    });
    it(`are all refused by Clerk's verifyWebhook, the secret ${knowledge}`, async () =>
      assert.deepEqual(await accepted(clerk, secret), []));
    it(`do no harm: an unknown event type and a user that cannot exist, the secret ${knowledge}`, () => {
      for (const { payload } of all.filter((forgery) => forgery.payload !== '')) {
        const event = JSON.parse(payload) as { type: string; data: { id: string } };
        assert.doesNotMatch(event.type, /^(user|session|organization|email|sms|role|permission|waitlist|subscription)/);
        assert.match(event.data.id, /does_not_exist$/);
      }
    });
  }

  it('differ from a genuine delivery, which the same verifier accepts', async () => {
    const payload = JSON.stringify({ type: 'readiness.probe', object: 'event', data: { id: 'user_x' } });
    const now = new Date();
    const headers = {
      'svix-id': 'msg_1',
      'svix-timestamp': String(Math.floor(now.getTime() / 1000)),
      'svix-signature': new Webhook(SECRET).sign('msg_1', now, payload),
    };
    assert.equal(await clerk(request({ name: 'genuine', headers, payload })), true);
  });
});

/** Verifiers that are wrong in one way each. */
const hmac = (text: string) => createHmac('sha256', KEY).update(text).digest('base64');
const part = (incoming: Request, name: string) => incoming.headers.get(`svix-${name}`) ?? '';
const BROKEN: Record<string, readonly [verify: (incoming: Request) => Promise<boolean>, exposedBy: readonly string[]]> =
  {
    'takes everything': [async () => true, ['no signature headers', 'signed with another key', 'empty body']],
    'looks for the header only': [
      async (incoming) => incoming.headers.has('svix-signature'),
      ['empty signature', 'garbage signature', 'no svix-id'],
    ],
    'looks for v1 only': [
      async (incoming) => part(incoming, 'signature').startsWith('v1,'),
      ['version without signature', 'garbage signature', 'signed with another key'],
    ],
    'checks the length only': [
      async (incoming) => Buffer.from(part(incoming, 'signature').split(',')[1] ?? '', 'base64').length === 32,
      ['zeroes of the right length', 'signed with another key'],
    ],
    'does not sign the body': [
      async (incoming) =>
        part(incoming, 'signature').includes(
          hmac(
            `${part(incoming, 'id')}.${part(incoming, 'timestamp')}.${JSON.stringify(JSON.parse((await incoming.text()) || 'null')).replace('other', 'probe')}`,
          ),
        ),
      ['genuine signature, other body'],
    ],
    'ignores the version': [
      async (incoming) =>
        part(incoming, 'signature').split(',')[1] ===
        hmac(`${part(incoming, 'id')}.${part(incoming, 'timestamp')}.${await incoming.text()}`),
      ['genuine signature relabelled v2'],
    ],
    'compares the beginning only': [
      async (incoming) => {
        const given = part(incoming, 'signature').split(',')[1] ?? '';
        return (
          given.length > 8 &&
          hmac(`${part(incoming, 'id')}.${part(incoming, 'timestamp')}.${await incoming.text()}`).startsWith(given)
        );
      },
      ['genuine signature cut short'],
    ],
    'has an empty key when the variable is unset': [
      async (incoming) =>
        part(incoming, 'signature') ===
        `v1,${createHmac('sha256', '')
          .update(`${part(incoming, 'id')}.${part(incoming, 'timestamp')}.${await incoming.text()}`)
          .digest('base64')}`,
      ['signed with an empty key'],
    ],
    'is inverted, as CVE-2025-53548': [
      async (incoming) =>
        part(incoming, 'id') !== '' &&
        part(incoming, 'timestamp') !== '' &&
        /^v\w+,./.test(part(incoming, 'signature')) &&
        !(await clerk(incoming)),
      [
        'garbage signature',
        'signed with another key',
        'unknown version v2',
        'timestamp that is no number',
        'timestamp of another century',
      ],
    ],
  };

describe('a verifier that', () => {
  for (const [name, [verifier, exposedBy]] of Object.entries(BROKEN)) {
    it(`${name} is exposed`, async () => {
      const taken = await accepted(verifier, SECRET);
      for (const forgery of exposedBy)
        assert.ok(taken.includes(forgery), `${forgery} is not among ${taken.join(', ')}`);
    });
  }
});

it('a verifier of the parsed and printed body, as @clerk/fastify, refuses every forgery', async () => {
  const verifier = async (incoming: Request): Promise<boolean> => {
    const printed = JSON.stringify(JSON.parse((await incoming.text()) || 'null'));
    return (
      part(incoming, 'signature') === `v1,${hmac(`${part(incoming, 'id')}.${part(incoming, 'timestamp')}.${printed}`)}`
    );
  };
  assert.deepEqual(await accepted(verifier, SECRET), []);
});

const PATH = '/api/webhooks/clerk';
const answer = (status: number, body = '', headers: Record<string, string> = {}) =>
  exchange({ method: 'POST', path: PATH, status, body, headers: { 'content-type': 'text/plain', ...headers } });

function evidence(
  answers: (name: string) => Exchange,
  beside: Exchange = answer(404, 'page'),
  fetched: Exchange = answer(405),
  { genuine, elsewhere = answer(404, 'page') }: Partial<ForgedSignatureEvidence> = {},
): ForgedSignatureEvidence {
  return {
    answers: FORGERIES.map(({ name }) => ({ forgery: name, exchange: answers(name) })),
    beside,
    fetched,
    elsewhere,
    ...(genuine && { genuine }),
  };
}

const judge = (given: ForgedSignatureEvidence) => forgedSignature.judge(given, expectation());

describe('webhook/forged-signature', () => {
  for (const status of [400, 401, 403])
    it(`passes when the handler refuses with ${status}`, () =>
      assertClean(judge(evidence(() => answer(status, 'invalid signature')))));
  it('passes when a guard beside it answers alike, but the handler does not take GET', () =>
    assertClean(judge(evidence(() => answer(401, 'Unauthorized'), answer(401, 'Unauthorized'), answer(405)))));
  it('passes when a server gives every method and a sibling another 400', () =>
    assertClean(judge(evidence(() => answer(400, 'bad signature'), answer(404), answer(400, 'bad signature')))));

  for (const status of [411, 415, 422])
    it(`passes when an empty body gets ${status}`, () =>
      assertClean(judge(evidence((name) => answer(name === 'empty body' ? status : 400)))));
  it('passes when a schema of the framework misses headers with 422', () =>
    assertClean(judge(evidence((name) => answer(/^no |^standard/.test(name) ? 422 : 400)))));

  for (const [status, fetched] of [
    [401, 401],
    [422, 405],
  ] as const) {
    const alike = (genuine?: Exchange) =>
      judge(evidence(() => answer(status), answer(401), answer(fetched), { ...(genuine && { genuine }) }));
    it(`passes on ${status} that a guard gives too, where a genuine delivery is accepted`, () =>
      assertClean(alike(answer(204))));
    it(`is not verified on ${status} where no genuine delivery was sent`, () => {
      const { findings, unverified } = alike();
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', /set webhook\.secret and mode: 'full'/);
    });
    it(`fails on ${status} that a genuine delivery gets as well`, () =>
      assert.notEqual(alike(answer(status)).findings.length, 0));
  }

  it('fails on one accepted forgery, by its name', () => {
    const finding = only(judge(evidence((name) => answer(name === 'empty signature' ? 200 : 400))));
    assert.equal(finding.level, 'error');
    assert.equal(finding.subject, 'empty signature');
    assert.match(`${finding.cause} ${finding.fix}`, /CVE-2025-53548.*verifyWebhook/);
  });
  for (const [status, why] of [
    [200, /does not verify/],
    [307, /guard answers before the handler.*x-clerk-auth-status/],
    [404, /No handler takes POST here.*x-clerk-auth-status/],
    [405, /No handler/],
    [500, /CLERK_WEBHOOK|signing secret is not set/],
    [418, /unusual/],
  ] as const) {
    it(`fails when every forgery gets ${status}`, () => {
      const { findings } = judge(evidence(() => answer(status, '', { 'x-clerk-auth-status': 'signed-out' })));
      assert.equal(findings.length, FORGERIES.length);
      for (const finding of findings) {
        assertComplete(finding);
        assert.equal(finding.level, 'error');
        assert.match(finding.cause, why);
      }
    });
  }
  it('blames the host, and no guard, for a redirect to www', () => {
    const moved = answer(308, '', { location: `https://www.app.example.com${PATH}` });
    const [finding] = judge(evidence(() => moved, answer(404), answer(404))).findings;
    assert.match(`${finding?.cause} ${finding?.fix}`, /apex to www.*Register https:\/\/www\.app/);
  });
  it('fails when a guard gives the same 401 to every path and method', () => {
    const guard = answer(401, 'no');
    const finding = only(judge(evidence(() => guard, guard, guard, { genuine: guard })));
    assert.match(finding.cause, /guard in front of every path/);
  });
  it('fails when that guard echoes the path, the method, the time and an id', () => {
    const guard = (method: string, path: string, id: string) =>
      exchange({
        method,
        path,
        status: 401,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ error: 'Unauthorized', method, path, timestamp: new Date().toISOString(), id }),
      });
    const all = evidence(
      () => guard('POST', PATH, 'req_a1'),
      guard('POST', '/api/webhooks/beside', 'req_b2'),
      guard('GET', PATH, 'req_c3'),
      { genuine: guard('POST', PATH, 'req_d4') },
    );
    assert.match(only(judge(all)).cause, /guard in front of every path/);
  });
  for (const status of [400, 403]) {
    it(`is not verified when every path and method answers ${status}`, () => {
      const { findings, unverified } = judge(evidence(() => answer(status), answer(status), answer(status)));
      assert.deepEqual(findings, []);
      assert.match(unverified ?? '', new RegExp(`all answer ${status}`));
    });
  }
  it('is not verified when whatever is posted gets the same 403, as without a token against forged forms', () => {
    const refused = answer(403, 'invalid csrf token');
    const { findings, unverified } = judge(evidence(() => refused, refused, answer(405), { elsewhere: refused }));
    assert.deepEqual(findings, []);
    assert.match(unverified ?? '', /all answer 403/);
    assertClean(judge(evidence(() => refused, refused)));
  });
  it('leaves failed connections to the engine', () =>
    assert.deepEqual(judge(evidence(() => failure('ECONNRESET'))).findings, []));
  it('throws rather than pass on too few forgeries', () =>
    assert.throws(() => judge({ ...evidence(() => answer(400)), answers: [] }), /only 0 forgeries/));
});
