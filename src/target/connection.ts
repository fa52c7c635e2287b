import { readFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { isIPv6 } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Agent, EnvHttpProxyAgent } from 'undici';
import { ReadinessConfigError } from '../config/error.ts';
import type { Network } from '../config/options.ts';
import { answerTo } from './answer.ts';
import type { Answer } from './answer.ts';
import { describe, valuesOf } from './exchange.ts';
import type { Exchange, ExchangeError, HeaderList } from './exchange.ts';
import { isPrivateHost } from './private-address.ts';
import { TargetError } from './reachable.ts';
import type { Redactor } from './redact.ts';
import { Throttle } from './throttle.ts';
import { USER_AGENT } from './user-agent.ts';

/** Headers to send, as a list where order or repetition matters. */
export type HeadersInput = Readonly<Record<string, string>> | HeaderList;

/** A request to send; the path goes out byte for byte. */
export interface Request {
  readonly method?: string;
  /** Origin to connect to, `https://host:port`. */
  readonly origin: string;
  /** Path and query, never normalised. */
  readonly path: string;
  readonly headers?: HeadersInput;
  /** Names of headers with a made-up credential: recorded as sent, so that the curl command reproduces the request. */
  readonly forged?: readonly string[];
  readonly body?: string;
  /** The body is a credential, whatever its form, and is not recorded. */
  readonly confidential?: true;
  /** The check judges a refusal or a failure of this request itself, so it is no obstacle to it. */
  readonly judged?: true;
}

/** An exchange with the raw values that following it needs; those are never recorded, printed or stored. */
export interface Sent {
  readonly exchange: Exchange;
  readonly raw: { readonly location?: string; readonly setCookies: readonly string[]; readonly body: string };
}

/** Most bytes of response headers that are read. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Requests to the target in a row without an answer after which it is asked whether it is still there. */
const MAX_UNANSWERED = 4;

/** Codes of a connection that the other side closed, or on which it sent what nobody asked for, such as a body for HEAD. */
const SPENT = /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|HTTPParserError)$/;

/** Answers of the target that may be longer than `network.maxBodyBytes`; what was read of them is kept for the judges. */
const MAX_TRUNCATED = 20;

/** What every request says that says nothing else. */
const DEFAULT_HEADERS: HeaderList = [
  ['user-agent', USER_AGENT],
  ['accept', '*/*'],
  ['accept-encoding', 'gzip, br'],
];

/** Extra headers and the only origin that they may go to: the target's. */
export interface Credentials {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a connection is made of. */
export interface ConnectionOptions {
  readonly network: Network;
  readonly redactor: Redactor;
  readonly credentials: Credentials;
  /** Other origins that the options name; they may be private although the target is public. */
  readonly trusted?: readonly string[];
  /** Told of every exchange, once it is recorded. */
  readonly onExchange?: (exchange: Exchange, request: Request) => void;
  /** Told once when the target stopped answering. */
  readonly onLost?: (failure: TargetError) => void;
}

/** The one place that opens sockets: bounded in concurrency, rate, size and time; every exchange is recorded redacted. */
export class Connection {
  readonly #agent: Agent | EnvHttpProxyAgent;
  readonly #throttle: Throttle;
  readonly #network: Network;
  readonly #redactor: Redactor;
  readonly #credentials: Credentials;
  readonly #trusted: ReadonlySet<string>;
  readonly #onExchange: (exchange: Exchange, request: Request) => void;
  readonly #onLost: (failure: TargetError) => void;
  #sent = 0;
  #unanswered = 0;
  #truncated = 0;
  #asking: Promise<void> | undefined;
  #lost: TargetError | undefined;

  /** @throws ReadinessConfigError when `network.ca` cannot be read. */
  constructor({ network, redactor, credentials, trusted = [], onExchange, onLost }: ConnectionOptions) {
    this.#network = network;
    this.#redactor = redactor;
    this.#credentials = credentials;
    this.#trusted = new Set([credentials.origin, ...trusted]);
    this.#onExchange = onExchange ?? (() => {});
    this.#onLost = onLost ?? (() => {});
    this.#throttle = new Throttle(network.concurrency, network.requestsPerSecond);
    const tls = tlsOptions(network);
    const lookup = lookupFor(network);
    const options = {
      connections: network.concurrency,
      connect: { ...tls, timeout: network.requestTimeoutMs, ...(lookup && { lookup }) },
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: network.requestTimeoutMs,
      bodyTimeout: network.requestTimeoutMs,
    };
    // The one for proxies parses the address of every request.
    this.#agent = proxied(process.env) ? new EnvHttpProxyAgent({ ...options, requestTls: tls }) : new Agent(options);
  }

  /** Requests sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Sends one request; a failure is a recorded error, never an exception.
   * @throws TargetError once the target is lost, so that a run against it ends at once.
   */
  async send(request: Request): Promise<Exchange> {
    return (await this.sendRaw(request)).exchange;
  }

  /** Like {@link send}, with the raw values for whoever follows a redirect or signs in. */
  async sendRaw(request: Request): Promise<Sent> {
    const sent = await this.#throttle.run(() => this.#attempt(request));
    this.#onExchange(sent.exchange, request);
    return sent;
  }

  /**
   * Makes sure that the target still answers; sends nothing when its last answer arrived.
   * @throws TargetError when it does not.
   */
  async assertAnswering(): Promise<void> {
    if (this.#lost) throw this.#lost;
    if (this.#unanswered > 0) await this.#askOnce();
  }

  /** Closes every socket. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #attempt(request: Request): Promise<Sent> {
    if (this.#lost) throw this.#lost;
    let sent = await this.#exchange(request);
    if (isRepeatable(request) && SPENT.test(sent.exchange.error?.code ?? '')) {
      await this.#throttle.pace();
      sent = await this.#exchange(request);
    }
    if (request.origin === this.#credentials.origin) {
      this.#unanswered = sent.exchange.error ? this.#unanswered + 1 : 0;
      if (this.#unanswered >= MAX_UNANSWERED) await this.#askOnce();
      if (sent.exchange.response?.truncated === true) this.#truncated += 1;
      if (this.#truncated > MAX_TRUNCATED)
        this.#lose(
          `${this.#truncated} answers are longer than network.maxBodyBytes (${this.#network.maxBodyBytes} bytes), the last to ${sent.exchange.request.method} ${sent.exchange.request.url}. Find out what is sent there, or raise that bound.`,
        );
    }
    return sent;
  }

  /** Single failures may be the doing of odd requests, which some servers cut off; an ordinary one decides. */
  async #askOnce(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { exchange } = await this.#exchange({ origin: this.#credentials.origin, path: '/' });
    if (!exchange.error) {
      this.#unanswered = 0;
      return;
    }
    this.#lose(
      `${this.#credentials.origin} stopped answering: after ${this.#sent} requests ${describe(exchange)}. Check that the deployment is up and that no firewall blocks this runner; where it could not keep up, lower network.requestsPerSecond.`,
    );
  }

  #lose(message: string): never {
    this.#lost = new TargetError(message);
    this.#onLost(this.#lost);
    throw this.#lost;
  }

  /** A public target must not make this machine talk to itself or to its network. */
  #leadsInside({ origin }: Request): boolean {
    if (this.#trusted.has(origin)) return false;
    return !isPrivateHost(new URL(this.#credentials.origin).hostname) && isPrivateHost(new URL(origin).hostname);
  }

  #unsendable(request: Request): ExchangeError | undefined {
    if (!request.path.startsWith('/'))
      return { code: 'NO_PATH', message: 'not sent, because a path begins with "/"; only the target is asked' };
    if (this.#leadsInside(request))
      return { code: 'PRIVATE_ADDRESS', message: 'not sent, because a public target led to a private address' };
    return undefined;
  }

  async #exchange(request: Request): Promise<Sent> {
    const method = request.method ?? 'GET';
    const headers = this.#headers(request);
    const recorded = {
      method,
      url: this.#redactor.text(request.origin + request.path),
      headers: headers.map((pair) => this.#record(request, pair)),
      ...(request.body !== undefined && {
        body: request.confidential === true ? '[redacted]' : this.#redactor.text(request.body),
      }),
    };
    const error = this.#unsendable(request);
    if (error) return { exchange: { request: recorded, error, durationMs: 0 }, raw: { body: '', setCookies: [] } };
    this.#sent += 1;
    const started = performance.now();
    const elapsed = () => Math.round(performance.now() - started);
    const { maxBodyBytes, requestTimeoutMs } = this.#network;
    try {
      const answer = await answerTo(
        this.#agent,
        { ...request, method, headers },
        { bytes: maxBodyBytes, milliseconds: requestTimeoutMs },
      );
      const received = answer.headers;
      const { text, truncated } = await decoded(answer, maxBodyBytes, GZIP_SITEMAP.test(request.path));
      const exchange: Exchange = {
        request: recorded,
        response: { status: answer.status, truncated, ...this.#redactor.answer(received, text) },
        durationMs: elapsed(),
      };
      const [location] = valuesOf(received, 'location');
      return {
        exchange,
        raw: { body: text, setCookies: valuesOf(received, 'set-cookie'), ...(location !== undefined && { location }) },
      };
    } catch (failure) {
      return {
        exchange: { request: recorded, error: exchangeError(failure, this.#network), durationMs: elapsed() },
        raw: { body: '', setCookies: [] },
      };
    }
  }

  #record({ origin, forged }: Request, [name, value]: HeaderList[number]): HeaderList[number] {
    const extra = origin === this.#credentials.origin && this.#credentials.headers[name] === value;
    if (extra) return [name, `[redacted:headers.${name}]`];
    return forged?.includes(name.toLowerCase()) === true
      ? [name, this.#redactor.known(value)]
      : this.#redactor.header(name, value);
  }

  #headers({ origin, headers = [] }: Request): HeaderList {
    const given = isHeaderList(headers) ? headers : Object.entries(headers);
    const credentials = origin === this.#credentials.origin ? Object.entries(this.#credentials.headers) : [];
    return completed(completed(given, credentials), DEFAULT_HEADERS);
  }
}

/** Whether a request may go out twice: a server may close a connection at the moment it is used again (RFC 9112 section 9.3.1). */
function isRepeatable({ method = 'GET', judged }: Request): boolean {
  return judged !== true && ['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function isHeaderList(headers: HeadersInput): headers is HeaderList {
  return Array.isArray(headers);
}

/** Headers with those of the others whose names are not among them. */
function completed(headers: HeaderList, others: HeaderList): HeaderList {
  const missing = others.filter(([name]) => !headers.some(([own]) => own.toLowerCase() === name.toLowerCase()));
  return missing.length > 0 ? [...headers, ...missing] : headers;
}

/** Whether a proxy is named, by the variables that undici reads. */
function proxied(env: NodeJS.ProcessEnv): boolean {
  return ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].some((name) => (env[name] ?? '') !== '');
}

function tlsOptions(network: Network): { rejectUnauthorized: boolean; secureContext?: SecureContext } {
  const rejectUnauthorized = !network.ignoreHTTPSErrors;
  if (network.ca === undefined) return { rejectUnauthorized };
  // Added to the public authorities, because Clerk's own hosts are still to be reached; made once, because parsing them is slow.
  return {
    rejectUnauthorized,
    secureContext: createSecureContext({ ca: [...rootCertificates, readAuthority(network.ca)] }),
  };
}

function readAuthority(path: string): string {
  const fail = (why: string) => new ReadinessConfigError(`network.ca must be a readable PEM file; ${path}: ${why}`);
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    throw fail((cause as Error).message);
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw fail('it holds no certificate');
  return pem;
}

/** `curl --resolve`: a fixed address for the named hosts, DNS for the rest. */
function lookupFor({ resolve }: Network): LookupFunction | undefined {
  if (Object.keys(resolve).length === 0) return undefined;
  return (hostname, options, callback) => {
    const address = resolve[hostname];
    if (address === undefined) {
      void import('node:dns').then(({ lookup }) => lookup(hostname, options, callback));
    } else if (options.all) {
      callback(null, [{ address, family: isIPv6(address) ? 6 : 4 }]);
    } else {
      callback(null, address, isIPv6(address) ? 6 : 4);
    }
  };
}

/** Without these a body that was not read to its end would be a broken stream. */
const ALLOW_CUT = { finishFlush: constants.Z_SYNC_FLUSH };
const ALLOW_CUT_BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** A sitemap in a file of gzip, which servers call what they like. */
const GZIP_SITEMAP = /(?:sitemap[^/?]*|\.xml)\.gz$/i;

const DECODERS: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
  gzip: () => createGunzip(ALLOW_CUT),
  'x-gzip': () => createGunzip(ALLOW_CUT),
  br: () => createBrotliDecompress(ALLOW_CUT_BROTLI),
  deflate: () => createInflate(ALLOW_CUT),
};

/** Encodings that browsers unpack and this does not; what else a server writes there, as `utf-8`, they pass over too. */
const UNREAD = /^(zstd|dcb|dcz|compress)$/;

/** The text of a body; a compressed one may be small and its text huge, so that text has the same bound. */
async function decoded(
  { headers, body, truncated }: Answer,
  limit: number,
  maybeGzip: boolean,
): Promise<{ text: string; truncated: boolean }> {
  if (body.length === 0) return { text: '', truncated };
  const encodings = valuesOf(headers, 'content-encoding').join().toLowerCase().split(',');
  let read = { body, truncated };
  // The last one in the list was put on last.
  for (const encoding of encodings.map((each) => each.trim()).reverse()) {
    if (UNREAD.test(encoding)) throw new Error(`its body is in ${encoding}, which was not asked for`);
    const decoder = DECODERS[encoding];
    if (decoder) read = await decompressed(read.body, decoder(), limit, read.truncated);
  }
  if (maybeGzip && read.body[0] === 0x1f)
    read = await decompressed(read.body, createGunzip(ALLOW_CUT), limit, read.truncated).catch(() => read);
  return { text: textOf(read.body, valuesOf(headers, 'content-type')[0]), truncated: read.truncated };
}

const UTF_8 = new TextDecoder();

/** As a browser reads it, which takes a mark of the byte order for no text. */
function textOf(bytes: Buffer, type = ''): string {
  const charset = /charset\s*=\s*["']?([\w:-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    // To make one costs more than to read a short answer.
    return (/^utf-?8$/i.test(charset) ? UTF_8 : new TextDecoder(charset)).decode(bytes);
  } catch {
    return bytes.toString();
  }
}

async function decompressed(
  packed: Buffer,
  decoder: ReturnType<typeof createGunzip>,
  limit: number,
  truncated: boolean,
): Promise<Pick<Answer, 'body' | 'truncated'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The callback keeps a broken stream from becoming an uncaught exception; the reader sees the same error.
  for await (const chunk of pipeline(Readable.from([packed]), decoder, () => {})) {
    bytes += chunk.length;
    chunks.push(chunk);
    // Leaving the loop destroys the stream, so the rest is never unpacked.
    if (bytes > limit) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, limit), truncated: truncated || bytes > limit };
}

type SystemError = Error & { readonly code?: string; readonly reason?: string };

function exchangeError(failure: unknown, network: Network): ExchangeError {
  const error = failure as SystemError & { cause?: SystemError };
  if (error.name === 'TimeoutError')
    return { code: 'TIMEOUT', message: `no complete answer within ${network.requestTimeoutMs} ms` };
  const cause = error.cause?.code !== undefined ? error.cause : error;
  // OpenSSL's reason is a phrase, its message a line of numbers and file names.
  return {
    code: cause.code ?? error.name,
    message: (cause.reason ?? cause.message) || error.message || 'unknown network error',
  };
}
