import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dnsRecord } from '../../src/target/dns.ts';
import { serveDns } from '../support/dns.ts';
import type { DnsEntry } from '../support/dns.ts';

const ZONE: Readonly<Record<string, DnsEntry>> = {
  'clerk.shop.example': { cname: 'frontend-api.clerk.services' },
  'frontend-api.clerk.services': { a: '203.0.113.7' },
  'accounts.shop.example': { cname: 'alias.shop.example' },
  'alias.shop.example': { cname: 'accounts.clerk.services' },
  'accounts.clerk.services': { a: '203.0.113.8' },
  'flat.shop.example': { a: '203.0.113.9' },
  'dangling.shop.example': { cname: 'gone.shop.example' },
  'empty.shop.example': 'no record',
  'broken.shop.example': 'servfail',
  'mute.shop.example': 'silent',
};

async function ask(name: string, requestTimeoutMs = 15_000) {
  const server = await serveDns(ZONE);
  return dnsRecord(name, { dns: [server.address], requestTimeoutMs });
}

describe('dnsRecord', () => {
  for (const [name, expected] of [
    ['clerk.shop.example', { cnames: ['frontend-api.clerk.services'], resolves: true }],
    ['accounts.shop.example', { cnames: ['alias.shop.example', 'accounts.clerk.services'], resolves: true }],
    ['flat.shop.example', { cnames: [], resolves: true }],
    ['dangling.shop.example', { cnames: ['gone.shop.example'], resolves: false }],
    ['empty.shop.example', { cnames: [], resolves: false }],
    ['missing.shop.example', { cnames: [], resolves: false }],
    ['broken.shop.example', { cnames: [], failure: 'ESERVFAIL' }],
  ] as const) {
    it(`says of ${name}: ${JSON.stringify(expected)}`, async () =>
      assert.deepEqual(await ask(name), { name, ...expected }));
  }

  it('gives up on a resolver that says nothing, in bounded time', async () => {
    const started = performance.now();
    assert.deepEqual(await ask('mute.shop.example', 100), {
      name: 'mute.shop.example',
      cnames: [],
      failure: 'ETIMEOUT',
    });
    assert.ok(performance.now() - started < 5_000);
  });

  it('asks the named resolver and no other', async () => {
    const server = await serveDns(ZONE);
    await dnsRecord('flat.shop.example', { dns: [server.address], requestTimeoutMs: 1_000 });
    assert.deepEqual(server.asked.toSorted(), [
      'A flat.shop.example',
      'AAAA flat.shop.example',
      'CNAME flat.shop.example',
    ]);
  });
});
