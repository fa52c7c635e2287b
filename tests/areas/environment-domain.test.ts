import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { productionDomain } from '../../src/areas/environment.ts';
import type { DomainEvidence } from '../../src/areas/environment/production-domain.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import type { ReadinessOptions } from '../../src/config/options.ts';
import type { DnsRecord } from '../../src/target/dns.ts';
import { Target } from '../../src/target/target.ts';
import { conclude, verify } from '../../src/verify.ts';
import type { Outcome } from '../../src/verify.ts';
import { serveDns } from '../support/dns.ts';
import type { DnsEntry } from '../support/dns.ts';
import { exchange, expectation, failure } from '../support/exchange.ts';
import { assertComplete } from '../support/findings.ts';
import { selfSigned, serveTls } from '../support/server.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-23T12:00:00Z');
const SITE = 'https://app.example.com';
const keyOf = (host: string, kind = 'live') => `pk_${kind}_${Buffer.from(`${host}$`).toString('base64')}`;
const environmentOf = (display: object = {}, settings: object = {}) => ({
  auth_config: { test_mode: false },
  display_config: { instance_environment_type: 'production', ...display },
  ...settings,
});
const answered = (body: unknown, status = 200) =>
  exchange({
    path: 'https://clerk.example.com/v1/environment',
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const record = (name: string, over: Partial<DnsRecord> = {}): DnsRecord => ({
  name,
  cnames: [`${name.split('.')[0] === 'accounts' ? 'accounts' : 'frontend-api'}.clerk.services`],
  resolves: true,
  ...over,
});
const certificate = (days: number, life = 90, host = 'clerk.example.com') => ({
  host,
  validFrom: NOW + (days - life) * DAY,
  validTo: NOW + days * DAY,
  issuer: "Let's Encrypt",
});
const sound = (over: Partial<DomainEvidence> = {}): DomainEvidence => ({
  domain: { mode: 'direct', frontendApi: 'https://clerk.example.com' },
  environment: answered(environmentOf()),
  records: [record('clerk.example.com'), record('accounts.example.com')],
  certificates: [certificate(60, 90, 'app.example.com'), certificate(60)],
  now: NOW,
  ...over,
});
const at = (frontendApi: string): Partial<DomainEvidence> => ({ domain: { mode: 'direct', frontendApi } });
const records = (clerk: Partial<DnsRecord>, accounts: Partial<DnsRecord> = {}): Partial<DomainEvidence> => ({
  records: [record('clerk.example.com', clerk), record('accounts.example.com', accounts)],
});
const ABSENT = { cnames: [], resolves: false };

interface Case {
  readonly name: string;
  readonly evidence: DomainEvidence;
  readonly options?: ReadinessOptions;
  readonly kind?: 'live' | 'test';
  readonly status: Outcome['status'];
  readonly levels?: ReadonlyArray<'error' | 'warning'>;
  readonly says?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'everything in place',
    evidence: sound(),
    status: 'pass',
    says: /clerk\.example\.com fits app\.example\.com \(direct\).*lead to Clerk.*certificates hold/,
  },
  {
    name: 'a proxy on the site',
    evidence: sound({ domain: { mode: 'proxy', frontendApi: `${SITE}/__clerk` }, records: [] }),
    status: 'pass',
    says: /\(proxy\)/,
  },
  {
    name: 'a Frontend API on another domain',
    evidence: sound(at('https://clerk.other.com')),
    status: 'fail',
    levels: ['error'],
    says: /clerk\.example\.com, a proxy path/,
  },
  {
    name: 'the host of a development instance',
    evidence: sound({ ...at('https://happy-cat-12.clerk.accounts.dev'), records: [] }),
    status: 'fail',
    levels: ['error'],
    says: /keys of a development instance/,
  },
  {
    name: 'an instance that says development',
    evidence: sound({ environment: answered(environmentOf({ instance_environment_type: 'development' })) }),
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'the same in staging',
    evidence: sound({ environment: answered(environmentOf({ instance_environment_type: 'development' })) }),
    options: { profile: 'staging' },
    status: 'pass',
  },
  {
    name: 'a development instance in staging',
    evidence: { records: [], certificates: [], now: NOW },
    options: { profile: 'staging' },
    kind: 'test',
    status: 'not-applicable',
  },
  {
    name: 'test mode',
    evidence: sound({ environment: answered(environmentOf({}, { auth_config: { test_mode: true } })) }),
    status: 'fail',
    levels: ['error'],
    says: /Turn test mode off/,
  },
  {
    name: 'maintenance',
    evidence: sound({ environment: answered(environmentOf({}, { maintenance_mode: true })) }),
    status: 'pass',
    levels: ['warning'],
  },
  {
    name: 'an environment without a type',
    evidence: sound({ environment: answered({}) }),
    status: 'not-verified',
    says: /without instance_environment_type/,
  },
  {
    name: 'a host that Clerk does not know',
    evidence: sound({ environment: answered({ errors: [] }, 404) }),
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'a Frontend API that refuses this runner',
    evidence: sound({ environment: answered('blocked', 403) }),
    status: 'not-verified',
    says: /let this runner reach/,
  },
  {
    name: 'a Frontend API out of reach',
    evidence: sound({ environment: failure('ECONNREFUSED') }),
    status: 'not-verified',
  },
  {
    name: 'no clerk record',
    evidence: sound({ ...records(ABSENT), environment: failure('ENOTFOUND') }),
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'no accounts record',
    evidence: sound(records({}, ABSENT)),
    status: 'fail',
    levels: ['error'],
    says: /Create the CNAME record for accounts\.example\.com/,
  },
  {
    name: 'an accounts record that leads elsewhere',
    evidence: sound(records({}, { cnames: ['old.example.net'] })),
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'a record that leads nowhere',
    evidence: sound(records({}, { cnames: ['accounts.example.net'], resolves: false })),
    status: 'fail',
    levels: ['error'],
    says: /accounts\.example\.net, which does not exist|Create/,
  },
  {
    name: 'a flattened record that works',
    evidence: sound(records({ cnames: [] })),
    status: 'pass',
    levels: ['warning'],
    says: /proxied/,
  },
  {
    name: 'a record that only ends in the words',
    evidence: sound(records({}, { cnames: ['accounts.evilclerk.services'] })),
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'a resolver that fails',
    evidence: sound(records({ cnames: [], failure: 'ETIMEOUT' })),
    status: 'not-verified',
    says: /network\.dns/,
  },
  {
    name: 'a certificate that has ended',
    evidence: sound({ certificates: [certificate(-1)] }),
    status: 'fail',
    levels: ['error'],
    says: /ended on 2026-11-22|Compare/,
  },
  {
    name: 'a certificate that ends in 13 days',
    evidence: sound({ certificates: [certificate(13)] }),
    status: 'fail',
    levels: ['error'],
  },
  { name: 'a certificate that ends in 14 days', evidence: sound({ certificates: [certificate(14)] }), status: 'pass' },
  {
    name: 'a certificate of six days, in its third',
    evidence: sound({ certificates: [certificate(3, 6)] }),
    status: 'pass',
  },
  {
    name: 'a certificate of six days, in its last',
    evidence: sound({ certificates: [certificate(1, 6)] }),
    status: 'fail',
    levels: ['error'],
  },
  {
    name: 'a certificate that was not seen',
    evidence: sound({ certificates: [{ host: 'clerk.example.com', unseen: 'ECONNREFUSED' }] }),
    status: 'not-verified',
    says: /without a proxy/,
  },
  {
    name: 'no publishable key',
    evidence: { records: [], certificates: [], now: NOW },
    status: 'not-verified',
    says: /clerk\.publishableKey/,
  },
];

describe('environment/production-domain', () => {
  for (const { name, evidence, options = {}, kind = 'live', status, levels = [], says } of CASES) {
    it(`${name}: ${status}`, () => {
      const known = expectation(options, { publishableKeyKind: kind });
      const outcome = conclude(productionDomain.judge(evidence, known), [], false);
      assert.equal(outcome.status, status, outcome.reason);
      assert.deepEqual(
        outcome.findings.map(({ level }) => level),
        levels,
      );
      outcome.findings.forEach(assertComplete);
      const words = [outcome.reason, ...outcome.findings.flatMap(({ expected, cause, fix }) => [expected, cause, fix])];
      if (says) assert.match(words.join(' '), says);
    });
  }
});

/** A site and Clerk's Frontend API on loopback, under the names that they would have. */
describe('environment/production-domain over sockets', () => {
  const closers: Array<() => Promise<void>> = [];
  after(async () => {
    for (const close of closers) await close();
  });

  interface Place {
    readonly site: string;
    readonly clerk: string;
    /** Attributes of Clerk's script. */
    readonly attributes?: (port: number) => Readonly<Record<string, string>>;
    readonly zone: Readonly<Record<string, DnsEntry>>;
    /** Path below which the site hands requests on to Clerk. */
    readonly proxyPath?: string;
    readonly days?: number;
  }

  const run = async ({ site, clerk, attributes, zone, proxyPath, days = 60 }: Place) => {
    const to = new Date(Date.now() + days * DAY);
    const frontend = await serveTls(
      await selfSigned([clerk], { to, from: new Date(to.getTime() - 90 * DAY) }),
      (request, response) => {
        response.setHeader('content-type', 'application/json');
        response.writeHead(request.headers.origin === undefined ? 400 : 200).end(JSON.stringify(environmentOf()));
      },
    );
    const script = Object.entries({
      'data-clerk-publishable-key': keyOf(`${clerk}:${frontend.port}`),
      ...attributes?.(frontend.port),
    }).map(([attribute, value]) => `${attribute}="${value}"`);
    const app = await serveTls(await selfSigned([site]), (request, response) => {
      if (proxyPath !== undefined && request.url === `${proxyPath}/v1/environment`) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(environmentOf()));
      } else {
        response.writeHead(request.url === '/' ? 200 : 404, { 'content-type': 'text/html' });
        response.end(`<!doctype html><title>Shop</title><script ${script.join(' ')}></script>`);
      }
    });
    const dns = await serveDns(zone);
    const hosts = Object.fromEntries([site, clerk, ...Object.keys(zone)].map((name) => [name, '127.0.0.1'] as const));
    const readiness = resolveOptions(
      {
        baseURL: `https://${site}:${app.port}`,
        network: { ignoreHTTPSErrors: true, resolve: hosts, dns: [dns.address] },
      },
      {},
    );
    const target = await Target.connect(readiness);
    closers.push(() => target.close());
    const outcome = await verify(productionDomain, { target, readiness, identity: target.identity });
    return { outcome, asked: dns.asked, frontend };
  };

  const zoneOf = (domain: string): Record<string, DnsEntry> => ({
    [`clerk.${domain}`]: { cname: 'frontend-api.clerk.services' },
    [`accounts.${domain}`]: { cname: 'accounts.clerk.services' },
    'frontend-api.clerk.services': { a: '203.0.113.7' },
    'accounts.clerk.services': { a: '203.0.113.8' },
  });

  it('passes with records, certificates and an instance in place', async () => {
    const { outcome, frontend } = await run({
      site: 'app.shop.example',
      clerk: 'clerk.shop.example',
      zone: zoneOf('shop.example'),
    });
    assert.equal(outcome.status, 'pass', outcome.reason);
    assert.match(outcome.reason, /clerk\.shop\.example and accounts\.shop\.example lead to Clerk/);
    assert.equal(frontend.received.length, 1);
  });
  it('fails without the accounts record', async () => {
    const { 'accounts.shop.example': _, ...zone } = zoneOf('shop.example');
    const { outcome } = await run({ site: 'app.shop.example', clerk: 'clerk.shop.example', zone });
    assert.equal(outcome.status, 'fail');
    assert.match(outcome.reason, /DNS of accounts\.shop\.example: there is no such record/);
  });
  it('fails on a certificate that has ended', async () => {
    const { outcome } = await run({
      site: 'app.shop.example',
      clerk: 'clerk.shop.example',
      zone: zoneOf('shop.example'),
      days: -2,
    });
    assert.equal(outcome.status, 'fail');
    assert.match(outcome.reason, /certificate of clerk\.shop\.example:\d+: the certificate .* ended on/);
  });
  it('fails on the domain of another site', async () => {
    const { outcome } = await run({
      site: 'app.other.example',
      clerk: 'clerk.shop.example',
      zone: zoneOf('shop.example'),
    });
    assert.equal(outcome.status, 'fail');
    assert.match(outcome.reason, /not on the domain of app\.other\.example/);
  });
  it('passes on a satellite, whose portal is that of its primary domain', async () => {
    const { outcome, asked } = await run({
      site: 'satellite.example',
      clerk: 'clerk.shop.example',
      attributes: (port) => ({ 'data-clerk-domain': `satellite.example:${port}` }),
      zone: zoneOf('satellite.example'),
    });
    assert.equal(outcome.status, 'pass', outcome.reason);
    assert.match(outcome.reason, /clerk\.satellite\.example:\d+ fits satellite\.example \(satellite\)/);
    assert.ok(!asked.some((question) => question.includes('accounts.satellite')), asked.join());
  });
  it('passes in proxy mode, and asks for no records', async () => {
    const { outcome, asked, frontend } = await run({
      site: 'app.shop.example',
      clerk: 'clerk.shop.example',
      attributes: () => ({ 'data-clerk-proxy-url': '/api/__clerk' }),
      zone: {},
      proxyPath: '/api/__clerk',
    });
    assert.equal(outcome.status, 'pass', outcome.reason);
    assert.match(outcome.reason, /\(proxy\)/);
    assert.deepEqual([asked.length, frontend.received.length], [0, 0]);
  });
  it('passes with the proxy that deployments at vercel.app have by themselves', async () => {
    const { outcome } = await run({
      site: 'shop.vercel.app',
      clerk: 'clerk.shop.example',
      zone: {},
      proxyPath: '/__clerk',
    });
    assert.equal(outcome.status, 'pass', outcome.reason);
    assert.match(outcome.reason, /shop\.vercel\.app:\d+ fits shop\.vercel\.app \(proxy\)/);
  });
  it('fails at vercel.app where that proxy is off', async () => {
    const { outcome } = await run({
      site: 'shop.vercel.app',
      clerk: 'clerk.shop.example',
      zone: zoneOf('shop.example'),
    });
    assert.equal(outcome.status, 'fail');
    assert.match(outcome.reason, /not on the domain of shop\.vercel\.app/);
  });
});
