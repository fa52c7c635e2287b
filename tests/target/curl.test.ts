import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { curl } from '../../src/target/curl.ts';
import type { Request } from '../../src/target/connection.ts';
import { connection } from '../support/connect.ts';
import { serve } from '../support/server.ts';

const run = promisify(execFile);

describe('the curl command of a recorded exchange', () => {
  const requests: Array<readonly [name: string, request: Omit<Request, 'origin'>]> = [
    ['a raw path', { path: '/a/../%2e%2e//b;c?x=[1]&y={2}' }],
    ['quotes and dollars', { path: '/', headers: { 'x-text': `it's "$HOME" \`id\` \\ !` } }],
    ['an empty header value', { path: '/', headers: { 'x-empty': '' } }],
    [
      'repeated headers',
      {
        path: '/',
        headers: [
          ['x-a', '1'],
          ['x-a', '2'],
        ],
      },
    ],
    ['HEAD', { path: '/', method: 'HEAD' }],
    [
      'a body with newlines and quotes',
      { path: '/', method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"a":\n "it's @file"}` },
    ],
    [
      'a body that begins with @',
      { path: '/', method: 'PUT', headers: { 'content-type': 'text/plain' }, body: '@/etc/passwd' },
    ],
    ['an empty body', { path: '/', method: 'POST', headers: { 'content-type': 'text/plain' }, body: '' }],
    ['a method of its own', { path: '/', method: 'PATCH', headers: { 'content-type': 'text/plain' }, body: 'x' }],
    ['DELETE without a body', { path: '/', method: 'DELETE' }],
  ];

  for (const [name, request] of requests) {
    it(`sends the same request again: ${name}`, async () => {
      const server = await serve((_, response) => response.end('ok'));
      const { request: recorded } = await connection(server.origin).send({ origin: server.origin, ...request });
      await run('/bin/sh', ['-c', curl(recorded)], { env: { PATH: process.env['PATH'] ?? '' } });
      const [first, second] = server.received;
      assert.ok(first && second);
      const relevant = ({ method, url, body, rawHeaders }: typeof first) => ({
        method,
        url,
        body,
        headers: rawHeaders
          .flatMap((key, index) => (index % 2 === 0 ? [`${key.toLowerCase()}: ${rawHeaders[index + 1]}`] : []))
          .filter((line) => !/^(connection|transfer-encoding|content-length|accept-encoding):/.test(line))
          .sort(),
      });
      assert.deepEqual(relevant(second), relevant(first));
    });
  }
});
