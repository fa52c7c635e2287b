import { createInterface } from 'node:readline';
import { UsageError } from './usage-error.ts';

/** Ctrl-C at a question: nothing more is done. */
export class Interrupted extends Error {}

/**
 * Asks a question that is answered with yes or no; anything but yes is no, the end of the input too.
 * @throws UsageError naming the flags that answer it, where nobody can be asked.
 * @throws Interrupted on Ctrl-C.
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError(`"${question}" cannot be asked here: --yes says yes to it, --dry-run only looks`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    // Not readline/promises: there, both ends are an AbortError or no end at all, by the release of Node.
    return await new Promise<boolean>((resolve, reject) => {
      const unanswered = (end: () => void) => () => {
        process.stdout.write('\n');
        end();
      };
      terminal.once(
        'SIGINT',
        unanswered(() => reject(new Interrupted())),
      );
      terminal.once(
        'close',
        unanswered(() => resolve(false)),
      );
      terminal.question(`${question} [y/N] `, (answer) => resolve(/^y(?:es)?$/i.test(answer.trim())));
    });
  } finally {
    terminal.removeAllListeners('close');
    terminal.close();
  }
}
