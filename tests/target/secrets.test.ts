import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Redactor } from '../../src/target/redact.ts';
import { findSecrets } from '../../src/target/secrets.ts';
import { connection } from '../support/connect.ts';
import { serve } from '../support/server.ts';

const letters = (length: number) => {
  let text = '';
  while (text.length < length)
    text += randomBytes(length)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '');
  return text.slice(0, length);
};
const secretKey = () => ['sk', 'live', letters(40)].join('_');
const signingSecret = () => ['whsec', randomBytes(24).toString('base64')].join('_');
const databaseUrl = (password: string) => `postgresql://app:${password}@db.example.net:5432/app`;
const supabaseKey = (claims: object) =>
  [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(randomBytes(32).toString('base64url'))
    .join('.');
const pem = (type: 'privateKey' | 'publicKey') => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return type === 'privateKey'
    ? pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    : pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
};

describe('what has the form of a secret', () => {
  for (const [name, text, what] of [
    ['a secret key in code', `const k="${secretKey()}"`, /secret key of Clerk or Stripe/],
    ['a secret key in escaped JSON', `{\\"secretKey\\":\\"${secretKey()}\\"}`, /secret key/],
    ['a restricted key of Stripe', `key:"${secretKey().replace('s', 'r')}"`, /secret key of Clerk or Stripe/],
    ['a project key of OpenAI', `{apiKey:"${['sk', 'proj', letters(48)].join('-')}"}`, /key of OpenAI/],
    ['a key of Anthropic', `"${['sk', 'ant', 'api03', letters(90)].join('-')}"`, /Anthropic/],
    ['a secret key of Supabase', `x='${['sb', 'secret', letters(31)].join('_')}'`, /Supabase/],
    [
      'a service key of Supabase',
      `createClient(u,"${supabaseKey({ iss: 'supabase', ref: 'abcdefghijklmnopqrst', role: 'service_role', iat: 1 })}")`,
      /Supabase/,
    ],
    [
      'a service key of a Supabase of one’s own',
      `k="${supabaseKey({ role: 'service_role', iss: 'supabase' })}"`,
      /Supabase/,
    ],
    ['a token of GitHub', `//${['ghp', letters(36)].join('_')}@github.com`, /GitHub/],
    ['a password of a database', `{url:"${databaseUrl(letters(16))}"}`, /password of a database/],
    [
      'a password of a cache',
      databaseUrl(letters(20)).replace('postgresql://app', 'rediss://'),
      /password of a database/,
    ],
    ['a signing secret', `{"signingSecret":"${signingSecret()}"}`, /webhook signing secret/],
    ['a machine secret', `{secret:"${['ak', letters(32)].join('_')}"}`, /API key/],
    ['a private key', `key=\`${pem('privateKey')}\``, /private key/],
    ['a private key in JSON', JSON.stringify({ key: pem('privateKey') }), /private key/],
  ] as const) {
    it(`is found: ${name}`, () => {
      const [trace, ...rest] = findSecrets(text, []);
      assert.match(trace?.what ?? '', what);
      assert.deepEqual(rest, []);
      const told = JSON.stringify(trace);
      assert.ok(told.length < 200 && !/[A-Za-z0-9+/]{20}/.test(told), told);
    });
  }

  for (const [name, text] of [
    ['prefixes in an SDK', '["sk_live_","sk_test_","whsec_","ak_"].some(p=>k.startsWith(p))'],
    [
      'the public key of Supabase',
      `k="${supabaseKey({ iss: 'supabase', ref: 'abcdefghijklmnopqrst', role: 'anon' })}"`,
    ],
    ['a row of x', `sk_test_${'x'.repeat(40)}`],
    ['an ellipsis', 'sk_test_... and whsec_...'],
    ['words', 'CLERK_SECRET_KEY=sk_live_YOURSECRETKEYFROMTHEDASHBOARD whsec_yourSigningSecretFromTheDashboard'],
    ['a publishable key', `pk_live_${letters(40)}`],
    ['a public key', pem('publicKey')],
    ['the header of a private key in a parser', 'if(k.includes("-----BEGIN PRIVATE KEY-----"))throw 1'],
    ['a name in minified code', `var mt_${'a1B2c3D4e5'.repeat(3)}=1;ask_${letters(30)}()`],
    ['a database of this machine', databaseUrl(letters(20)).replace('db.example.net', 'localhost')],
    ['a database of a container', databaseUrl(letters(20)).replace('db.example.net', 'db')],
    ['a database without a password', 'postgresql://app@db.example.net:5432/app'],
    [
      'a database of examples',
      `${databaseUrl('password')} ${databaseUrl('my-example-password')} ${databaseUrl('[YOUR-PASSWORD]')}`,
    ],
    ['a database whose password comes later', `${databaseUrl('${DB_PASSWORD}')} ${databaseUrl('<password>')}`],
    ['part of a word', `task_live_${letters(30)} risk_test_${letters(30)}`],
  ] as const) {
    it(`is not: ${name}`, () => assert.deepEqual(findSecrets(text, []), []));
  }

  it('is told once, with the name that it is assigned to and the length', () => {
    const key = secretKey();
    assert.deepEqual(findSecrets(`a={secretKey:"${key}"};b="${key}"`, []), [
      {
        what: 'a secret key of Clerk or Stripe',
        form: 'plain',
        shown: 'sk_live_… (48 characters)',
        member: 'secretKey',
      },
    ]);
  });

  it('is found inside the source map that a script carries, and does not leave it', () => {
    const key = secretKey();
    const map = Buffer.from(JSON.stringify({ sourcesContent: [`// ${key}`] })).toString('base64');
    const text = `x\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${map}`;
    assert.equal(findSecrets(text, [])[0]?.form, 'base64');
    assert.ok(!new Redactor([]).text(text).includes(map));
  });
});

describe('a given secret', () => {
  const value = `${letters(20)}/+"${letters(6)}1a`;
  const given = [{ name: 'headers.x-token', value }];
  const base64At = (offset: number) => Buffer.from(`${'.'.repeat(offset)}${value}!tail`).toString('base64');
  for (const [name, text, form] of [
    ['plain', value, 'plain'],
    ['URL-encoded', encodeURIComponent(value), 'URL-encoded'],
    ['JSON-escaped', JSON.stringify({ value }), 'JSON-escaped'],
    ['base64', base64At(0), 'base64'],
    ['base64, one byte in', base64At(1), 'base64'],
    ['base64, two bytes in', base64At(2), 'base64'],
    ['base64url', Buffer.from(`..${value}`).toString('base64url'), 'base64'],
  ] as const) {
    it(`is found ${name}, told by its option, and redacted`, () => {
      assert.deepEqual(
        findSecrets(text, given).map(({ what, form: found, shown }) => [what, found, shown]),
        [['the value of headers.x-token', form, `${value.length} characters`]],
      );
      assert.match(new Redactor(given).text(text), /\[redacted:headers\.x-token\]/);
    });
  }

  it('is not reported twice when it has the form of a secret', () => {
    const key = secretKey();
    assert.deepEqual(
      findSecrets(`"${key}"`, [{ name: 'clerk.secretKey', value: key }]).map(({ what }) => what),
      ['the value of clerk.secretKey'],
    );
  });

  for (const [name, option, ordinary] of [
    ['an e-mail address', 'session.user.email', 'jane1234567890@example.com'],
    ['a word in a header', 'headers.x-tenant', 'acme-europe-west'],
    ['a short password', 'session.user.password', 'hunter2'],
  ] as const) {
    it(`is not searched for when pages hold it anyway: ${name}`, () =>
      assert.deepEqual(findSecrets(ordinary, [{ name: option, value: ordinary }]), []));
  }
});

it('an exchange is recorded with the traces of its secrets and without the secrets', async () => {
  const key = secretKey();
  const site = await serve((request, response) => response.end(request.url === '/key' ? `k="${key}"` : 'nothing'));
  const client = connection(site.origin);
  const found = await client.send({ origin: site.origin, path: '/key' });
  assert.deepEqual(
    found.response?.secrets?.map(({ what }) => what),
    ['a secret key of Clerk or Stripe'],
  );
  assert.ok(!JSON.stringify(found).includes(key.slice(-20)));
  assert.equal((await client.send({ origin: site.origin, path: '/' })).response?.secrets, undefined);
});
