import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { describe, it } from 'node:test';
import { isPrivateHost } from '../../src/target/private-address.ts';
import { parseJson } from '../../src/target/json.ts';
import { TargetError } from '../../src/target/reachable.ts';
import { connection } from '../support/connect.ts';
import { serve } from '../support/server.ts';

const cutOff: RequestListener = ({ socket }) => socket.destroy();

/** A server that cuts off requests to `/odd`, and all of them once it is down. */
async function server(): Promise<{ origin: string; asked: () => number; down: () => void }> {
  let isDown = false;
  const { origin, received } = await serve((request, response) => {
    if (isDown || request.url === '/odd') cutOff(request, response);
    else response.end('here');
  });
  return { origin, asked: () => received.length, down: () => (isDown = true) };
}

describe('a target that stops answering', () => {
  it('is lost after four requests and an ordinary one, and asked nothing more', async () => {
    const { origin, asked, down } = await server();
    const client = connection(origin);
    await client.send({ origin, path: '/' });
    down();
    for (let count = 0; count < 3; count += 1)
      assert.ok((await client.send({ origin, path: `/${count}` })).error, 'a single failure is recorded');
    const lost = (failure: Error) =>
      failure instanceof TargetError && /stopped answering: after 10 requests GET .*\/ failed/.test(failure.message);
    await assert.rejects(client.send({ origin, path: '/3' }), lost);
    await assert.rejects(client.send({ origin, path: '/4' }), lost);
    await assert.rejects(client.assertAnswering(), lost);
    // Each of the four is asked for once more.
    assert.equal(asked(), 10);
  });

  it('is not lost while it answers ordinary requests', async () => {
    const { origin } = await server();
    const client = connection(origin);
    for (let count = 0; count < 20; count += 1) assert.ok((await client.send({ origin, path: '/odd' })).error);
    await client.assertAnswering();
    assert.equal((await client.send({ origin, path: '/' })).response?.body, 'here');
  });

  it('is no business of other origins', async () => {
    const [home, other] = [await server(), await server()];
    const client = connection(home.origin);
    other.down();
    for (let count = 0; count < 20; count += 1)
      assert.ok((await client.send({ origin: other.origin, path: '/' })).error);
    assert.equal(home.asked(), 0);
  });

  it('is asked about by nobody whose last answer arrived', async () => {
    const { origin, asked } = await server();
    const client = connection(origin);
    await client.send({ origin, path: '/' });
    await client.assertAnswering();
    assert.equal(asked(), 1);
  });
});

describe('a private address', () => {
  for (const host of [
    'localhost',
    'app.localhost',
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '[::1]',
    '[fd00::1]',
    '[fe80::1]',
    '[::ffff:127.0.0.1]',
    'LOCALHOST.',
  ])
    it(`is ${host}`, () => assert.ok(isPrivateHost(host)));
  for (const host of [
    'example.com',
    'localhost.example.com',
    '8.8.8.8',
    '172.32.0.1',
    '[2606:4700::1111]',
    '127.example.com',
  ])
    it(`is not ${host}`, () => assert.ok(!isPrivateHost(host)));

  it('is asked nothing for a public target, unless the options name it', async () => {
    const { origin, asked } = await server();
    const client = connection('https://app.example.test');
    assert.equal((await client.send({ origin, path: '/' })).error?.code, 'PRIVATE_ADDRESS');
    assert.equal(asked(), 0);
    const trusting = connection('https://app.example.test', { trusted: [origin] });
    assert.equal((await trusting.send({ origin, path: '/' })).response?.body, 'here');
  });
});

describe('JSON', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  it('is read up to a depth that nobody walks by mistake', () => {
    assert.ok(Array.isArray(parseJson(nested(1000))));
    assert.equal(parseJson(nested(1001)), undefined);
    assert.equal(parseJson(JSON.stringify('['.repeat(5000) + '\\"')), '['.repeat(5000) + '\\"');
  });
});
