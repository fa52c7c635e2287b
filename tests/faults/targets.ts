import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { ReadinessOptions } from '../../src/config/options.ts';
import { closedPort, selfSigned, serve, serveTcp, serveTls } from '../support/server.ts';

/** A target that misbehaves, on loopback. */
export interface BadTarget {
  readonly name: string;
  /** Starts it; gives its URL and the options that it needs. */
  readonly start: () => Promise<string | (ReadinessOptions & { readonly baseURL: string })>;
  /** What the run must say: the one message that it ends with, or the reason of a failing check. */
  readonly says: RegExp;
  /** Checks run, because the first visit gives nothing away. */
  readonly connects?: true;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const HTML = { 'content-type': 'text/html; charset=utf-8' };

export const PAGE = '<!doctype html><html lang="en"><head><title>App</title></head><body><h1>Home</h1></body></html>';

const MEGABYTE = 1 << 20;

// Made once, because the memory of the servers counts as that of the runs.
const DEEP_JSON = Buffer.from('['.repeat(100_000) + ']'.repeat(100_000));

/** Writes what it gets as fast as the other side reads, until it hangs up or a bound is reached. */
function pour(stream: Socket | ServerResponse, chunk: Buffer | string, bytes = Infinity): void {
  let written = 0;
  const more = (): void => {
    while (!stream.destroyed && written < bytes) {
      written += chunk.length;
      if (!stream.write(chunk)) return;
    }
    stream.end();
  };
  stream.on('drain', more).on('error', () => {});
  more();
}

/** One byte at a time, for ever. */
function drip(stream: Socket | ServerResponse, byte: string): void {
  const timer = setInterval(() => stream.write(byte), 50);
  stream.on('close', () => clearInterval(timer)).on('error', () => {});
}

const http = (handler: Handler) => async (): Promise<string> => (await serve(handler)).origin;

/** Answers on the bare connection, once the request has come. */
const raw = (answer: (socket: Socket) => void) => async (): Promise<string> =>
  (await serveTcp((socket) => socket.once('data', () => answer(socket)))).origin;

const page = (response: ServerResponse, status = 200, headers: Record<string, string> = {}, body = PAGE): void => {
  response.writeHead(status, { ...HTML, ...headers }).end(body);
};

/** Answers some requests and then never again. */
const dies = (after: number, how: (request: IncomingMessage) => void) => async (): Promise<string> => {
  let answered = 0;
  return (
    await serve((request, response) => {
      answered += 1;
      if (answered > after) how(request);
      else page(response);
    })
  ).origin;
};

const reset = ({ socket }: IncomingMessage): void => void socket.resetAndDestroy();
const silence = (): void => {};

/** A page of an app whose Clerk is at a host of its own. */
const withClerk = async (frontendApi: string): Promise<string> => {
  const key = `pk_test_${Buffer.from(`${frontendApi}$`).toString('base64')}`;
  const head = `<script src="https://${frontendApi}/npm/@clerk/clerk-js@5/dist/clerk.browser.js" data-clerk-publishable-key="${key}"></script>`;
  return (await serve((_, response) => page(response, 200, {}, PAGE.replace('</head>', `${head}</head>`)))).origin;
};

const expired = () => selfSigned(['localhost'], { from: new Date('2020-01-01'), to: new Date('2021-01-01') });

export const BAD_TARGETS: readonly BadTarget[] = [
  {
    name: 'nothing listens',
    start: async () => `http://127.0.0.1:${await closedPort()}`,
    says: /Nothing listens at 127\.0\.0\.1:\d+ \(connection refused\)/,
  },
  { name: 'resets before the headers', start: raw((socket) => socket.resetAndDestroy()), says: /could not be fetched/ },
  {
    name: 'resets inside the headers',
    start: raw((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-ty', () => socket.resetAndDestroy())),
    says: /could not be fetched/,
  },
  {
    name: 'resets inside the body',
    start: http((_, response) => {
      response.writeHead(200, { ...HTML, 'content-length': '1000' });
      response.write('<html>', () => response.socket?.resetAndDestroy());
    }),
    says: /could not be fetched/,
  },
  { name: 'never answers', start: raw(silence), says: /did not answer in time \(no complete answer within 1500 ms\)/ },
  {
    name: 'drips its headers',
    start: raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      drip(socket, 'a');
    }),
    says: /did not answer in time/,
  },
  {
    name: 'drips its body',
    start: http((_, response) => drip(response.writeHead(200, HTML), 'a')),
    says: /did not answer in time/,
  },
  {
    name: 'an endless body',
    start: http((_, response) => pour(response.writeHead(200, HTML), Buffer.alloc(MEGABYTE, 'a'))),
    says: /is longer than network\.maxBodyBytes \(5242880 bytes\)/,
  },
  {
    name: 'a body of 100 MB',
    start: http((_, response) =>
      pour(
        response.writeHead(200, { ...HTML, 'content-length': String(100 * MEGABYTE) }),
        Buffer.alloc(MEGABYTE, 'a'),
        100 * MEGABYTE,
      ),
    ),
    says: /is longer than network\.maxBodyBytes/,
  },
  {
    name: '50 MB of elements',
    start: http((_, response) => pour(response.writeHead(200, HTML), '<div><p>x</p>'.repeat(1000), 50 * MEGABYTE)),
    says: /is longer than network\.maxBodyBytes/,
  },
  ...(
    [
      ['gzip', gzipSync(Buffer.alloc(64 * MEGABYTE))],
      ['br', brotliCompressSync(Buffer.alloc(64 * MEGABYTE), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
    ] as const
  ).map(([encoding, bomb]) => ({
    name: `a compression bomb (${encoding})`,
    start: http((_, response) => response.writeHead(200, { ...HTML, 'content-encoding': encoding }).end(bomb)),
    says: /is longer than network\.maxBodyBytes/,
  })),
  {
    name: 'a body in an encoding that it is not in',
    start: http((_, response) => page(response, 200, { 'content-encoding': 'br' })),
    says: /could not be fetched/,
  },
  {
    name: 'a content-length beyond the body',
    start: raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort')),
    says: /could not be fetched/,
  },
  {
    name: 'two different content-lengths',
    start: raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nshort!')),
    says: /could not be fetched/,
  },
  {
    name: 'chunks of no length',
    start: raw((socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\nabc\r\n')),
    says: /could not be fetched/,
  },
  {
    name: 'chunks that end in the middle',
    start: raw((socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n400\r\nabc')),
    says: /could not be fetched/,
  },
  {
    name: 'invalid headers',
    start: raw((socket) => socket.end('HTTP/1.1 200 OK\r\nno colon here\r\n\r\n')),
    says: /could not be fetched/,
  },
  {
    name: '1 MB of headers',
    start: raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      pour(socket, `x-pad: ${'a'.repeat(1000)}\r\n`, MEGABYTE);
    }),
    says: /could not be fetched \(UND_ERR_HEADERS_OVERFLOW/,
  },
  {
    name: 'endless 1xx answers',
    start: raw((socket) => drip(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')),
    says: /did not answer in time/,
  },
  { name: 'HTTP/0.9', start: raw((socket) => socket.end('<html>hello</html>')), says: /could not be fetched/ },
  {
    name: 'another protocol',
    start: async () => (await serveTcp((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))).origin,
    says: /could not be fetched/,
  },
  {
    name: 'a redirect loop',
    start: http(({ url }, response) => response.writeHead(302, { location: `${url}x` }).end()),
    says: /redirects in a loop \(\d+ redirects\)/,
  },
  {
    name: 'a redirect to a file',
    start: http((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end()),
    says: /redirects to file:\/\/\/etc\/passwd, which is no web page/,
  },
  {
    name: 'a redirect to a script',
    start: http((_, response) => response.writeHead(302, { location: 'javascript:alert(1)' }).end()),
    says: /redirects to javascript:alert\(1\), which is no web page/,
  },
  {
    name: 'a public name that redirects to loopback',
    start: async () => {
      const { port } = await serve((_, response) =>
        response.writeHead(307, { location: 'http://127.0.0.1:1/v1/client/handshake' }).end(),
      );
      return {
        baseURL: `http://app.example.test:${port}`,
        network: { resolve: { 'app.example.test': '127.0.0.1' } },
      };
    },
    says: /PRIVATE_ADDRESS: not sent, because a public target led to a private address/,
  },
  {
    name: 'a self-signed certificate',
    start: async () => (await serveTls(await selfSigned(['localhost']), (_, response) => page(response))).origin,
    says: /has a self-signed certificate/,
  },
  {
    name: 'an expired certificate',
    start: async () => (await serveTls(await expired(), (_, response) => page(response))).origin,
    says: /certificate/,
  },
  {
    name: 'http where https is expected',
    start: async () => (await serve((_, response) => page(response))).origin.replace('http:', 'https:'),
    says: /does not speak TLS as expected/,
  },
  {
    name: '429 with Retry-After of a day',
    start: http((_, response) => page(response, 429, { 'retry-after': '86400' })),
    says: /is behind a rate limit/,
  },
  { name: '503', start: http((_, response) => page(response, 503)), says: /is down: .* answered 503/ },
  {
    name: 'Vercel Deployment Protection',
    start: http((_, response) => response.writeHead(302, { location: 'https://vercel.com/sso-api?url=x' }).end()),
    says: /is behind Vercel Deployment Protection/,
  },
  {
    name: 'a challenge of Cloudflare',
    start: http((_, response) =>
      page(response, 403, { server: 'cloudflare' }, '<title>Just a moment...</title><script>challenge()</script>'),
    ),
    says: /is behind a Cloudflare challenge/,
  },
  {
    name: 'Netlify password protection',
    start: http((_, response) => page(response, 401, { server: 'Netlify' }, '<form><input type="password"></form>')),
    says: /is behind Netlify password protection/,
  },
  {
    name: 'basic authentication',
    start: http((_, response) => page(response, 401, { 'www-authenticate': 'Basic realm="x"' })),
    says: /is behind HTTP Basic authentication/,
  },
  ...[1, 10, 100].map((after) => ({
    name: `resets after ${after} requests`,
    start: dies(after, reset),
    says: /stopped answering: after \d+ requests/,
    connects: true as const,
  })),
  {
    name: 'is silent after 10 requests',
    start: dies(10, silence),
    says: /stopped answering: after \d+ requests/,
    connects: true,
  },
  {
    name: 'answers longer than the bound, except the first page',
    start: async () => {
      const { origin } = await serve(({ url }, response) =>
        url === '/' ? page(response) : pour(response.writeHead(200, HTML), 'a'.repeat(10_000)),
      );
      return { baseURL: origin, network: { maxBodyBytes: 20_000 } };
    },
    says: /answers are longer than network\.maxBodyBytes/,
    connects: true,
  },
  {
    name: '503 every other time',
    start: async () => {
      let count = 0;
      return (await serve((_, response) => page(response, (count += 1) % 2 === 0 ? 503 : 200))).origin;
    },
    says: /answered 503/,
    connects: true,
  },
  {
    name: '429 from the 20th request on',
    start: async () => {
      let count = 0;
      return (await serve((_, response) => page(response, (count += 1) > 20 ? 429 : 200, { 'retry-after': '86400' })))
        .origin;
    },
    says: /the page was served to an anonymous visitor/,
    connects: true,
  },
  {
    name: 'pages that reload themselves',
    start: http((_, response) =>
      page(response, 200, {}, PAGE.replace('</head>', '<meta http-equiv="refresh" content="0;url=/"></head>')),
    ),
    says: /the page was served to an anonymous visitor/,
    connects: true,
  },
  {
    name: 'elements nested 12,000 deep',
    start: http((_, response) => page(response, 200, {}, PAGE.replace('<h1>', '<div>'.repeat(12_000)))),
    says: /the page was served to an anonymous visitor/,
    connects: true,
  },
  {
    name: 'JSON nested 100,000 deep',
    start: http((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(DEEP_JSON)),
    says: /the page was served to an anonymous visitor/,
    connects: true,
  },
  {
    name: 'Clerk is down',
    start: async () => withClerk(`127.0.0.1:${await closedPort()}`),
    says: /api\/unauthenticated-401/,
    connects: true,
  },
  {
    name: 'Clerk never answers',
    start: async () => withClerk(`127.0.0.1:${(await serveTcp(silence)).port}`),
    says: /api\/unauthenticated-401/,
    connects: true,
  },
];
