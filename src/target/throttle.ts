import { setTimeout as delay } from 'node:timers/promises';

/** Bounds how many tasks run at once and how many start per second, first come, first served. */
export class Throttle {
  readonly #concurrency: number;
  readonly #intervalMs: number;
  readonly #waiting: Array<() => void> = [];
  #running = 0;
  #nextStart = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(concurrency: number, perSecond: number) {
    this.#concurrency = concurrency;
    this.#intervalMs = 1000 / perSecond;
  }

  /** Runs a task as soon as both bounds allow it. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      await this.pace();
      return await task();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** Waits until one more may start, for a task that is under way. */
  pace(): Promise<void> {
    // One after the other, because timers of nearly the same time fire in any order.
    this.#turn = this.#turn.then(() => this.#nextSlot());
    return this.#turn;
  }

  async #enter(): Promise<void> {
    if (this.#running >= this.#concurrency) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
  }

  async #nextSlot(): Promise<void> {
    const now = performance.now();
    // A pause earns a burst of one full concurrency, so short runs are not slowed down.
    this.#nextStart = Math.max(this.#nextStart, now - this.#concurrency * this.#intervalMs) + this.#intervalMs;
    const wait = this.#nextStart - now;
    if (wait > 0) await delay(wait);
  }
}
