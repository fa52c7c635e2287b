import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Redactor } from '../../src/target/redact.ts';
import { connection } from '../support/connect.ts';
import { serve } from '../support/server.ts';

const random = (bytes = 18) => randomBytes(bytes).toString('hex');

/** A value with all that encodings change. */
const value = `p@ss/"word"+=\\ ${random()}`;
const ENCODINGS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 without padding': (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'URL-encoded': encodeURIComponent,
  'JSON-escaped': (text) => JSON.stringify(text).slice(1, -1),
};

describe('secrets of the options', () => {
  const redactor = new Redactor([{ name: 'webhook.secret', value }]);

  for (const [name, encode] of Object.entries(ENCODINGS)) {
    it(`are replaced when ${name}`, () => {
      assert.equal(
        redactor.text(`before ${encode(value)} after ${encode(value)}`),
        'before [redacted:webhook.secret] after [redacted:webhook.secret]',
      );
    });
  }

  it('are replaced longest first, so that one inside another leaves no rest', () => {
    const inner = random();
    const nested = new Redactor([
      { name: 'inner', value: inner },
      { name: 'outer', value: `${inner}-and-more` },
    ]);
    assert.equal(nested.text(`${inner}-and-more ${inner}`), '[redacted:outer] [redacted:inner]');
  });

  it('that are too short to be secrets do not shred text', () => {
    assert.equal(new Redactor([{ name: 'headers.x', value: '1' }]).text('101'), '101');
  });
});

describe('what looks like a secret', () => {
  const redactor = new Redactor([]);
  const jwt = ['{"alg":"RS256"}', `{"sub":"${random()}"}`, random()]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.');
  const cases: Array<readonly [name: string, secret: string, text: (secret: string) => string]> = [
    ['a live secret key', `sk_live_${random()}`, (secret) => `CLERK_SECRET_KEY=${secret}`],
    ['a restricted key', `rk_live_${random()}`, (secret) => `"${secret}"`],
    ['a key of OpenAI', `sk-proj-${random()}`, (secret) => `key: ${secret}`],
    ['a secret key of Supabase', `sb_secret_${random()}`, (secret) => `${secret};`],
    ['a test secret key', `sk_test_${random()}`, (secret) => `{"key":"${secret}"}`],
    ['a signing secret', `whsec_${randomBytes(24).toString('base64')}`, (secret) => `secret ${secret}`],
    ['a JWT', jwt, (secret) => `token=${secret};`],
    [
      'a private key',
      randomBytes(60).toString('base64'),
      (secret) => `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
    ],
    ['a cut private key', randomBytes(60).toString('base64'), (secret) => `-----BEGIN RSA PRIVATE KEY-----\n${secret}`],
    ['a development browser token', `dvb_${random()}`, (secret) => `?__clerk_db_jwt=${secret}&x=1`],
    ['a client cookie with suffix', random(), (secret) => `__refresh_aB3-_x9Z=${secret}; Path=/`],
    ['a testing token', random(), (secret) => `/v1/client?__clerk_testing_token=${secret}`],
  ];
  for (const [name, secret, text] of cases) {
    it(`is replaced: ${name}`, () => {
      const shown = redactor.text(text(secret));
      assert.ok(!shown.includes(secret.replace(/^([rs]k_(live|test)_|whsec_|sk-proj-|sb_secret_)/, '')), shown);
      assert.match(shown, /\[redacted/);
    });
  }

  it('is replaced in credential headers, whose scheme stays', () => {
    assert.deepEqual(redactor.header('Authorization', `Bearer ${random()}`), ['Authorization', 'Bearer [redacted]']);
    assert.deepEqual(redactor.header('authorization', random()), ['authorization', '[redacted]']);
    assert.deepEqual(redactor.header('accept', 'text/html'), ['accept', 'text/html']);
  });

  it('stays in known(), which keeps forgeries readable, while option values do not', () => {
    assert.equal(redactor.known(jwt), jwt);
    assert.equal(new Redactor([{ name: 'clerk.secretKey', value }]).known(value), '[redacted:clerk.secretKey]');
  });

  it('is not a publishable key, a prefix in code or a public key', () => {
    for (const text of [
      `pk_live_${Buffer.from('clerk.example.com$').toString('base64')}`,
      'startsWith("sk_live_")',
      '-----BEGIN PUBLIC KEY-----\nMIIB',
    ]) {
      assert.equal(redactor.text(text), text);
    }
  });
});

describe('a recorded exchange', () => {
  it('holds no form of any secret, wherever it was sent or echoed', async () => {
    const echoed = Object.values(ENCODINGS).map((encode) => encode(value));
    const server = await serve((_, response) => {
      response.writeHead(302, {
        location: `/next?v=${encodeURIComponent(value)}`,
        'set-cookie': `a=${Buffer.from(value).toString('base64url')}`,
      });
      response.end(echoed.join('\n'));
    });
    const client = connection(server.origin, { secrets: [{ name: 'session.user.password', value }] });
    const exchange = await client.send({
      origin: server.origin,
      path: `/?p=${encodeURIComponent(value)}`,
      method: 'POST',
      headers: {
        'x-value': value.replace(/[^\x20-\x7e]/g, ''),
        authorization: `Basic ${Buffer.from(value).toString('base64')}`,
      },
      body: JSON.stringify({ value }),
    });
    const recorded = JSON.stringify(exchange);
    for (const form of [...echoed, JSON.stringify(JSON.stringify(value)).slice(3, -3)])
      assert.ok(!recorded.includes(form), form);
    assert.equal(exchange.response?.status, 302);
    assert.ok(server.received[0]?.body.includes(JSON.stringify(value)), 'the server must get the real value');
  });

  it('is the same the second time, and tells what stood in its headers only where it did', () => {
    const redactor = new Redactor([{ name: 'webhook.secret', value }]);
    const page = `${'<p>text</p>'.repeat(2_000)}${value}`;
    const first = redactor.answer([['x-id', '1']], page);
    assert.ok(first.body.endsWith('</p>[redacted:webhook.secret]'));
    assert.equal(first.secrets?.[0]?.what, 'the value of webhook.secret');
    assert.deepEqual(redactor.answer([['x-id', '1']], page), first);
    const another = redactor.answer([['x-key', value]], '');
    assert.deepEqual(another.headers, [['x-key', '[redacted:webhook.secret]']]);
    assert.equal(another.secrets?.length, 1);
    assert.deepEqual(redactor.answer([['x-id', '1']], ''), { headers: [['x-id', '1']], body: '' });
  });

  it('shares a long text with those that say the same, so that hundreds of refusals take the memory of one', () => {
    const redactor = new Redactor([]);
    const bodies: string[] = [];
    const before = used();
    for (let count = 0; count < 200; count += 1)
      bodies.push(redactor.answer([], Buffer.from('x'.repeat(500_000)).toString()).body);
    assert.equal(bodies.length, 200);
    assert.ok(used() - before < 50e6, `${used() - before} bytes for ${bodies.length} times 500 kB`);
  });

  it('forgets texts before they take more memory than they may', () => {
    const redactor = new Redactor([]);
    const before = used();
    for (let count = 0; count < 200; count += 1) redactor.answer([], `${count}${'x'.repeat(500_000)}`);
    assert.ok(used() - before < 50e6, `${used() - before} bytes are kept`);
    assert.equal(redactor.answer([], 'y').body, 'y');
  });
});

/** Bytes in use once what nothing refers to is gone. */
function used(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
