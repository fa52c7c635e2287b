import type { Dispatcher } from 'undici';
import type { HeaderList } from './exchange.ts';

/** An answer as it came over the wire: the body is not decoded. */
export interface Answer {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** The body was longer than the bound, and the rest was not read. */
  readonly truncated: boolean;
}

/** What is asked; the path goes out byte for byte. */
export interface Question {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: HeaderList;
  readonly body?: string;
}

/** How much of an answer is read, and for how long. */
export interface Bounds {
  readonly bytes: number;
  readonly milliseconds: number;
}

/**
 * Sends one request and reads its answer.
 * @throws Error what undici says went wrong, or a `TimeoutError` when the answer is not complete in time.
 */
export function answerTo(
  dispatcher: Dispatcher,
  { origin, path, method, headers, body }: Question,
  { bytes, milliseconds }: Bounds,
): Promise<Answer> {
  const flat: string[] = [];
  for (const [name, value] of headers) flat.push(name, value);
  return new Promise((resolve, reject) => {
    const reader = new Reader(bytes, settled(resolve), settled(reject));
    const timer = setTimeout(() => reader.stop(new DOMException('the time is over', 'TimeoutError')), milliseconds);
    dispatcher.dispatch(
      // Without `reset: false` undici closes the connection after each HEAD.
      { origin, path, method: method as Dispatcher.HttpMethod, headers: flat, body: body ?? null, reset: false },
      reader,
    );

    function settled<T>(settle: (value: T) => void): (value: T) => void {
      return (value) => {
        clearTimeout(timer);
        settle(value);
      };
    }
  });
}

/** undici's own `request` makes a stream of every body, which costs a fifth of the whole request. */
class Reader implements Dispatcher.DispatchHandler {
  readonly #limit: number;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (failure: Error) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: HeaderList = [];
  #controller: Dispatcher.DispatchController | undefined;
  #stopped: Error | undefined;

  constructor(limit: number, resolve: (answer: Answer) => void, reject: (failure: Error) => void) {
    this.#limit = limit;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Waits for nothing more; a request that is still queued is not sent. */
  stop(reason: Error): void {
    this.#stopped = reason;
    this.#controller?.abort(reason);
    this.#reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#stopped) controller.abort(this.#stopped);
  }

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, status: number): void {
    // Interim answers, such as 103 Early Hints, come before the one that counts.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headerList(rawHeaders);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#bytes <= this.#limit) return;
    this.#finish();
    controller.abort(new Error('enough was read'));
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_: Dispatcher.DispatchController, failure: Error): void {
    this.#reject(failure);
  }

  #finish(): void {
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      body: Buffer.concat(this.#chunks).subarray(0, this.#limit),
      truncated: this.#bytes > this.#limit,
    });
  }
}

/** As HTTP/1.1 brings them, the only protocol that is spoken: names and values in turn, in the case they were sent in. */
function headerList(raw: Dispatcher.DispatchController['rawHeaders']): HeaderList {
  const list: Array<HeaderList[number]> = [];
  if (Array.isArray(raw)) for (let at = 0; at + 1 < raw.length; at += 2) list.push([text(raw[at]), text(raw[at + 1])]);
  return list;
}

function text(part: Buffer | string = ''): string {
  return typeof part === 'string' ? part : part.toString('latin1');
}
