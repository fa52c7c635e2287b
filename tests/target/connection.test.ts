import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ReadinessConfigError } from '../../src/config/error.ts';
import type { Request } from '../../src/target/connection.ts';
import type { Exchange } from '../../src/target/exchange.ts';
import { connection } from '../support/connect.ts';
import { closedPort, selfSigned, serve, serveTcp, serveTls } from '../support/server.ts';
import type { Certificate, Listening } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

function temporaryFile(name: string, content: string): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('what goes out', () => {
  let server: Listening;
  before(async () => {
    server = await serve((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' });
      response.end('ok');
    });
  });

  for (const path of ['//x', '/%2e%2e/', '/./a', '/a/../b', '/a;b', '/%zz', '/a?b=%20&c=[1]', '/A%2Fb', '/a//b/']) {
    it(`keeps ${path} byte for byte`, async () => {
      const exchange = await connection(server.origin).send({ origin: server.origin, path });
      assert.equal(exchange.response?.status, 200);
      assert.equal(server.received.at(-1)?.url, path);
      assert.equal(exchange.request.url, server.origin + path);
    });
  }

  for (const path of ['api/me', 'https://other.example/api/me', '']) {
    it(`sends nothing for "${path}", which is no path of the target`, async () => {
      const { response, error } = await connection(server.origin).send({ origin: server.origin, path });
      assert.equal(response, undefined);
      assert.equal(error?.message, 'not sent, because a path begins with "/"; only the target is asked');
    });
  }

  it('keeps the order, the case and the repetition of headers', async () => {
    const headers = [
      ['X-One', '1'],
      ['x-two', 'a'],
      ['X-TWO', 'b'],
      ['x-empty', ''],
    ] as const;
    await connection(server.origin).send({ origin: server.origin, path: '/', headers });
    const raw = server.received.at(-1)?.rawHeaders ?? [];
    const pairs = raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]]] : []));
    assert.deepEqual(
      pairs.filter(([name]) => /^x-/i.test(name ?? '')),
      headers,
    );
  });

  it('follows no redirect', async () => {
    const before = server.received.length;
    const exchange = await connection(server.origin).send({ origin: server.origin, path: '/moved' });
    assert.equal(exchange.response?.status, 302);
    assert.equal(server.received.length, before + 1);
  });

  it('says who is asking', async () => {
    await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.match(server.received.at(-1)?.headers['user-agent'] ?? '', /^clerk-readiness\/\d/);
  });

  it('sends a body as it is', async () => {
    await connection(server.origin).send({ origin: server.origin, path: '/', method: 'POST', body: '{"a": "ü"}' });
    assert.equal(server.received.at(-1)?.body, '{"a": "ü"}');
  });

  it('uses sockets again after HEAD', async () => {
    const client = connection(server.origin);
    const before = server.connections();
    for (let count = 0; count < 10; count += 1)
      await client.send({ origin: server.origin, path: '/', method: count % 2 === 0 ? 'HEAD' : 'GET' });
    assert.ok(server.connections() - before <= 2);
  });

  for (const when of ['with the headers', 'after the headers', 'before the next answer'] as const) {
    it(`is answered by what belongs to it where a server sends a body for HEAD ${when}`, async () => {
      const head = 'HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 4\r\n\r\n';
      let owed = '';
      const { origin } = await serveTcp((socket) => {
        socket.on('error', () => {});
        socket.on('data', (data) => {
          if (!data.toString().startsWith('HEAD')) {
            socket.write(`${owed}${head}good`);
            owed = '';
            return;
          }
          socket.write(when === 'with the headers' ? `${head}evil` : head);
          if (when === 'after the headers') setImmediate(() => socket.write('evil'));
          if (when === 'before the next answer') owed = 'evil';
        });
      });
      const client = connection(origin);
      for (let count = 0; count < 5; count += 1) {
        const { response: headed } = await client.send({ origin, path: '/', method: 'HEAD' });
        assert.deepEqual([headed?.status, headed?.body], [200, '']);
        const { response, error } = await client.send({ origin, path: '/' });
        assert.deepEqual([response?.status, response?.body], [200, 'good'], error?.message);
      }
    });
  }

  it('uses sockets again for requests one after the other', async () => {
    const client = connection(server.origin);
    const before = server.connections();
    for (let index = 0; index < 5; index += 1) await client.send({ origin: server.origin, path: `/${index}` });
    // The pool may open a second one while the first is being freed, and never more.
    assert.ok(server.connections() - before <= 2);
    assert.equal(client.sent, 5);
  });
});

describe('what comes back', () => {
  const text = 'déjà vu '.repeat(50);
  const encoders = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync };

  for (const [encoding, encode] of Object.entries(encoders)) {
    it(`is decoded from ${encoding}`, async () => {
      const server = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(encode(text)),
      );
      const exchange = await connection(server.origin).send({ origin: server.origin, path: '/' });
      assert.equal(exchange.response?.body, text);
      assert.equal(exchange.response.truncated, false);
    });
    it(`is read as far as it came when ${encoding} is longer than maxBodyBytes even packed`, async () => {
      const long = Array.from({ length: 20_000 }, (_, index) =>
        createHash('sha256').update(`${index}`).digest('hex'),
      ).join('');
      const server = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(encode(long)),
      );
      const { response, error } = await connection(server.origin, { network: { maxBodyBytes: 100_000 } }).send({
        origin: server.origin,
        path: '/',
      });
      assert.equal(error, undefined);
      assert.equal(response?.truncated, true);
      assert.equal(response.body, long.slice(0, 100_000));
    });
    it(`is no error for HEAD with content-encoding ${encoding} and no body`, async () => {
      const server = await serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end());
      const exchange = await connection(server.origin).send({ origin: server.origin, path: '/', method: 'HEAD' });
      assert.equal(exchange.error, undefined);
      assert.equal(exchange.response?.status, 200);
    });
    it(`is no error for a redirect with content-encoding ${encoding} and no body`, async () => {
      const server = await serve((_, response) =>
        response.writeHead(307, { 'content-encoding': encoding, location: '/sign-in' }).end(),
      );
      const exchange = await connection(server.origin).send({ origin: server.origin, path: '/' });
      assert.equal(exchange.error, undefined);
      assert.equal(exchange.response?.status, 307);
    });
  }

  it('is decoded from encodings that were put over one another', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'identity, gzip, br' }).end(brotliCompressSync(gzipSync(text))),
    );
    const { response } = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.equal(response?.body, text);
  });

  it('is an error when the encoding is one that nobody asked for', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'zstd' }).end(Buffer.from('28b52ffd', 'hex')),
    );
    const { error } = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.match(error?.message ?? '', /zstd, which was not asked for/);
  });

  for (const [type, bytes] of [
    ['application/json', Buffer.from('\ufeff{"déjà":"vu"}')],
    ['text/html; Charset="ISO-8859-1"', Buffer.from('{"déjà":"vu"}', 'latin1')],
    ['text/html;charset=utf-16le', Buffer.from('\ufeff{"déjà":"vu"}', 'utf16le')],
    ['text/html; charset=none-such', Buffer.from('{"déjà":"vu"}')],
  ] as const) {
    it(`is read as ${type}`, async () => {
      const server = await serve((_, response) => response.writeHead(200, { 'content-type': type }).end(bytes));
      const { response } = await connection(server.origin).send({ origin: server.origin, path: '/' });
      assert.equal(response?.body, '{"déjà":"vu"}');
    });
  }

  it('is an error when the encoding is a lie', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain text'),
    );
    const exchange = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.equal(exchange.response, undefined);
    assert.equal(exchange.error?.code, 'Z_DATA_ERROR');
  });

  for (const packed of [false, true]) {
    it(`is cut at maxBodyBytes when the ${packed ? 'packed ' : ''}body never ends, in bounded memory`, async () => {
      let written = 0;
      const chunk = packed ? gzipSync(Buffer.alloc(4 << 20)) : Buffer.alloc(64 << 10, 'a');
      const server = await serve((_, response) => {
        response.writeHead(200, packed ? { 'content-encoding': 'gzip' } : {});
        const pump = () => {
          while (!response.destroyed && response.write(chunk)) written += chunk.length;
          written += chunk.length;
        };
        response.on('drain', pump).on('error', () => {});
        pump();
      });
      const maxBodyBytes = 100_000;
      const exchange = await connection(server.origin, { network: { maxBodyBytes } }).send({
        origin: server.origin,
        path: '/',
      });
      assert.equal(exchange.response?.truncated, true);
      assert.equal(exchange.response.body.length, maxBodyBytes);
      assert.ok(written < 32 << 20, `the server could write ${written} bytes`);
    });
  }

  it('is an error when the headers are endless', async () => {
    const server = await serveTcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const more = () => {
        while (!socket.destroyed && socket.write(`x-pad: ${'a'.repeat(1000)}\r\n`));
      };
      socket.on('drain', more);
      socket.once('data', more);
    });
    const exchange = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.equal(exchange.error?.code, 'UND_ERR_HEADERS_OVERFLOW');
  });

  it('is TIMEOUT when the server never answers', async () => {
    const server = await serveTcp(() => {});
    const exchange = await connection(server.origin, { network: { requestTimeoutMs: 150 } }).send({
      origin: server.origin,
      path: '/',
    });
    assert.deepEqual(exchange.error, { code: 'TIMEOUT', message: 'no complete answer within 150 ms' });
  });

  it('is TIMEOUT when the body drips for ever', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const exchange = await connection(server.origin, { network: { requestTimeoutMs: 200 } }).send({
      origin: server.origin,
      path: '/',
    });
    assert.equal(exchange.error?.code, 'TIMEOUT');
    assert.ok(exchange.durationMs < 2000);
  });

  it('is ECONNREFUSED when nothing listens', async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    const exchange = await connection(origin).send({ origin, path: '/' });
    assert.equal(exchange.error?.code, 'ECONNREFUSED');
  });

  it('is an error when the connection breaks inside the body', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    });
    const exchange = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.equal(exchange.response, undefined);
    assert.match(exchange.error?.code ?? '', /UND_ERR_SOCKET|ECONNRESET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH/);
  });

  describe('when the server closes the connection instead of an answer', () => {
    const sentTo = async (request: Partial<Request>, closes: (asked: number) => boolean) => {
      const server = await serve(({ socket }, response) => {
        if (closes(server.received.length)) socket.resetAndDestroy();
        else response.end('here');
      });
      const told: Exchange[] = [];
      const client = connection(server.origin, { onExchange: (exchange) => told.push(exchange) });
      const exchange = await client.send({ origin: server.origin, path: '/', ...request });
      assert.deepEqual(told, [exchange]);
      return { exchange, asked: server.received.length };
    };

    it('is asked for once more, as the connection may have been kept a moment too long', async () => {
      const { exchange, asked } = await sentTo({}, (count) => count === 1);
      assert.equal(exchange.response?.body, 'here');
      assert.equal(asked, 2);
    });
    it('is an error when that is closed too', async () => {
      const { exchange, asked } = await sentTo({}, () => true);
      assert.match(exchange.error?.code ?? '', /UND_ERR_SOCKET|ECONNRESET/);
      assert.equal(asked, 2);
    });
    for (const request of [{ method: 'POST', body: '{}' }, { judged: true }] as const)
      it(`is not asked for again by ${JSON.stringify(request)}`, async () => {
        const { exchange, asked } = await sentTo(request, (count) => count === 1);
        assert.match(exchange.error?.code ?? '', /UND_ERR_SOCKET|ECONNRESET/);
        assert.equal(asked, 1);
      });
  });

  it('is told to the listener once, redacted', async () => {
    const told: unknown[] = [];
    const value = `tell-${Math.random()}`;
    const server = await serve((_, response) => response.end(`it was ${value}`));
    const client = connection(server.origin, {
      secrets: [{ name: 'headers.x', value }],
      onExchange: (exchange) => told.push(exchange),
    });
    const { exchange } = await client.sendRaw({ origin: server.origin, path: '/' });
    assert.deepEqual(told, [exchange]);
    assert.equal(exchange.response?.body, 'it was [redacted:headers.x]');
  });
});

describe('bounds', () => {
  it('never has more than eight requests under way by default', async () => {
    let inFlight = 0;
    let most = 0;
    const server = await serve((_, response) => {
      most = Math.max(most, (inFlight += 1));
      setTimeout(() => {
        inFlight -= 1;
        response.end();
      }, 15);
    });
    const client = connection(server.origin, { network: { requestsPerSecond: 10_000 } });
    await Promise.all(
      Array.from({ length: 60 }, (_, index) => client.send({ origin: server.origin, path: `/${index}` })),
    );
    assert.equal(server.received.length, 60);
    assert.equal(most, 8);
  });

  it('starts no more requests per second than allowed, beyond one burst', async () => {
    const server = await serve((_, response) => response.end());
    const client = connection(server.origin, { network: { requestsPerSecond: 50, concurrency: 4 } });
    const started = performance.now();
    await Promise.all(Array.from({ length: 24 }, () => client.send({ origin: server.origin, path: '/' })));
    assert.ok(performance.now() - started >= ((24 - 4 - 1) / 50) * 1000 * 0.95);
  });
});

describe('extra headers', () => {
  it('are redacted in the record by name, so that a short everyday value may stand in a body', async () => {
    const own = await serve((_, response) => response.end('<p>staging</p>'));
    const client = connection(own.origin, { headers: { 'x-env': 'staging', 'x-flag': '1' } });
    const { request, response } = await client.send({ origin: own.origin, path: '/' });
    const sent = Object.fromEntries(request.headers);
    assert.deepEqual([sent['x-env'], sent['x-flag']], ['[redacted:headers.x-env]', '[redacted:headers.x-flag]']);
    assert.equal(response?.body, '<p>staging</p>');
  });

  it('go to the exact origin and to no other port, scheme or host', async () => {
    const value = `bypass-${Math.random()}`;
    const own = await serve((_, response) => response.end());
    const other = await serve((_, response) => response.end());
    const client = connection(own.origin, {
      headers: { 'x-bypass': value },
      secrets: [{ name: 'headers.x-bypass', value }],
    });
    const exchange = await client.send({ origin: own.origin, path: '/' });
    await client.send({ origin: other.origin, path: '/' });
    await client.send({ origin: `http://localhost:${own.port}`, path: '/by-name' });
    assert.equal(own.received[0]?.headers['x-bypass'], value);
    assert.equal(other.received[0]?.headers['x-bypass'], undefined);
    assert.equal(own.received.find(({ url }) => url === '/by-name')?.headers['x-bypass'], undefined);
    assert.ok(!JSON.stringify(exchange).includes(value));
    assert.ok(
      exchange.request.headers.some(([name, shown]) => name === 'x-bypass' && shown === '[redacted:headers.x-bypass]'),
    );
  });

  it('give way to a header of the request', async () => {
    const server = await serve((_, response) => response.end());
    await connection(server.origin, { headers: { authorization: 'Basic b3duOm93bg==' } }).send({
      origin: server.origin,
      path: '/',
      headers: { Authorization: 'Bearer forged' },
    });
    assert.equal(server.received[0]?.headers.authorization, 'Bearer forged');
  });
});

describe('TLS', () => {
  let certificate: Certificate;
  let server: Listening;
  before(async () => {
    certificate = await selfSigned(['app.example.test']);
    server = await serveTls(certificate, (_, response) => response.end('secure'));
  });

  it('refuses a self-signed certificate', async () => {
    const exchange = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.equal(exchange.error?.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
    assert.equal(server.received.length, 0);
  });

  it('accepts it with ignoreHTTPSErrors', async () => {
    const exchange = await connection(server.origin, { network: { ignoreHTTPSErrors: true } }).send({
      origin: server.origin,
      path: '/',
    });
    assert.equal(exchange.response?.body, 'secure');
  });

  it('accepts it with its authority in network.ca', async () => {
    const ca = temporaryFile('ca.pem', certificate.cert);
    const exchange = await connection(server.origin, { network: { ca } }).send({ origin: server.origin, path: '/' });
    assert.equal(exchange.response?.body, 'secure');
  });

  it('reaches another address with network.resolve, by the name of the host', async () => {
    const ca = temporaryFile('ca.pem', certificate.cert);
    const origin = `https://app.example.test:${server.port}`;
    const exchange = await connection(origin, { network: { ca, resolve: { 'app.example.test': '127.0.0.1' } } }).send({
      origin,
      path: '/',
    });
    assert.equal(exchange.response?.body, 'secure');
    assert.equal(server.received.at(-1)?.headers.host, `app.example.test:${server.port}`);
  });

  it('still asks DNS for hosts that network.resolve does not name', async () => {
    const origin = `http://localhost:${(await serve((_, response) => response.end('named'))).port}`;
    const exchange = await connection(origin, { network: { resolve: { 'app.example.test': '127.0.0.1' } } }).send({
      origin,
      path: '/',
    });
    assert.equal(exchange.response?.body, 'named');
  });

  for (const [what, path, why] of [
    ['is missing', '/nowhere/ca.pem', /ENOENT/],
    ['holds no certificate', temporaryFile('empty.pem', 'nothing'), /holds no certificate/],
  ] as const) {
    it(`says so when network.ca ${what}`, () => {
      assert.throws(
        () => connection('https://app.example.test', { network: { ca: path } }),
        (failure: Error) => failure instanceof ReadinessConfigError && why.test(failure.message),
      );
    });
  }
});

describe('proxies of the environment', () => {
  const VARIABLES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy'];
  const tunnels: string[] = [];
  const absolute: string[] = [];
  let proxy: string;
  const saved = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

  before(async () => {
    const server = createServer((request, response) => {
      absolute.push(request.url ?? '');
      response.end('by absolute form');
    });
    server.on('connect', (request, client, head) => {
      tunnels.push(request.url ?? '');
      const { port } = new URL(`http://${request.url}`);
      const upstream = connect(Number(port), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref().on('connection', (socket) => socket.unref());
    proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    for (const [name, value] of Object.entries(saved)) set(name, value);
  });

  function set(name: string, value: string | undefined): void {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }

  function environment(values: Record<string, string>): void {
    for (const name of VARIABLES) set(name, values[name]);
    tunnels.length = 0;
    absolute.length = 0;
  }

  it('HTTP_PROXY carries requests to http targets', async () => {
    environment({ HTTP_PROXY: proxy });
    const server = await serve((_, response) => response.end('origin'));
    const exchange = await connection(server.origin).send({ origin: server.origin, path: '//raw' });
    assert.equal(exchange.error, undefined);
    assert.equal(tunnels.length + absolute.length, 1);
    assert.equal(server.received[0]?.url, '//raw');
  });

  it('HTTPS_PROXY carries requests to https targets, whose certificate is checked all the same', async () => {
    environment({ HTTPS_PROXY: proxy });
    const certificate = await selfSigned(['localhost']);
    const server = await serveTls(certificate, (_, response) => response.end('origin'));
    const refused = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.equal(refused.error?.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
    for (const network of [{ ignoreHTTPSErrors: true }, { ca: temporaryFile('ca.pem', certificate.cert) }]) {
      const exchange = await connection(server.origin, { network }).send({ origin: server.origin, path: '/' });
      assert.equal(exchange.response?.body, 'origin', JSON.stringify(exchange.error));
    }
    assert.deepEqual(new Set(tunnels), new Set([new URL(server.origin).host]));
  });

  it('NO_PROXY keeps hosts off the proxy', async () => {
    environment({ HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' });
    const server = await serve((_, response) => response.end('direct'));
    const exchange = await connection(server.origin).send({ origin: server.origin, path: '/' });
    assert.equal(exchange.response?.body, 'direct');
    assert.equal(tunnels.length + absolute.length, 0);
  });
});
