import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { certificateOf } from '../../src/target/certificate.ts';
import { closedPort, selfSigned, serve, serveTcp, serveTls } from '../support/server.ts';

const DAY = 86_400_000;
const bounds = { resolve: {}, requestTimeoutMs: 2_000 };

describe('certificateOf', () => {
  it('sees when a certificate ends and who vouches for it', async () => {
    const to = new Date(Math.floor(Date.now() / 1000) * 1000 + 20 * DAY);
    const { origin, port } = await serveTls(await selfSigned(['clerk.shop.example'], { to }), () => {});
    const seen = await certificateOf(origin, bounds);
    assert.ok('validTo' in seen);
    assert.equal(seen.host, `127.0.0.1:${port}`);
    assert.equal(seen.validTo, to.getTime());
    assert.ok(seen.validFrom <= Date.now());
    assert.equal(seen.issuer, 'clerk.shop.example');
  });
  it('sees one that has ended, which nobody else would accept', async () => {
    const from = new Date(Date.now() - 90 * DAY);
    const to = new Date(Date.now() - DAY);
    const { origin } = await serveTls(await selfSigned(['clerk.shop.example'], { from, to }), () => {});
    const seen = await certificateOf(origin, bounds);
    assert.ok('validTo' in seen && seen.validTo < Date.now());
  });
  it('goes where network.resolve says, and names the host it wants', async () => {
    const { port } = await serveTls(await selfSigned(['clerk.shop.example']), () => {});
    const url = `https://clerk.shop.example:${port}`;
    const seen = await certificateOf(url, { ...bounds, resolve: { 'clerk.shop.example': '127.0.0.1' } });
    assert.ok('validTo' in seen);
    assert.equal(seen.host, `clerk.shop.example:${port}`);
  });
  it('says why it saw none', async () => {
    const refused = await certificateOf(`https://127.0.0.1:${await closedPort()}`, bounds);
    assert.match('unseen' in refused ? refused.unseen : '', /ECONNREFUSED/);
    const plain = await serve((_request, response) => response.end());
    assert.ok('unseen' in (await certificateOf(plain.origin.replace('http:', 'https:'), bounds)));
    const mute = await serveTcp(() => {});
    const silent = await certificateOf(mute.origin.replace('http:', 'https:'), { ...bounds, requestTimeoutMs: 50 });
    assert.match('unseen' in silent ? silent.unseen : '', /no answer within 50 ms/);
  });
});
