import { oneLine } from './printable.ts';

const CLEAR_LINE = '\r\u001b[2K';

/** One line on a terminal that says what is running; where there is no terminal it says nothing. */
export class Progress {
  readonly #stream: NodeJS.WriteStream | undefined;
  #shown = false;

  /** @param stream the terminal; undefined keeps silent. */
  constructor(stream: NodeJS.WriteStream | undefined) {
    this.#stream = stream;
  }

  /** Replaces the line. */
  show(text: string): void {
    if (!this.#stream) return;
    this.#stream.write(CLEAR_LINE + oneLine(text).slice(0, (this.#stream.columns || 80) - 1));
    this.#shown = true;
  }

  /** Removes the line, so that other text can be printed. */
  clear(): void {
    if (this.#shown) this.#stream?.write(CLEAR_LINE);
    this.#shown = false;
  }
}
