import { stripVTControlCharacters } from 'node:util';
import { CLI, run } from './cli.ts';
import type { Ended } from './cli.ts';

/** What a person types: at each question one. */
export const KEYS = { ctrlC: '\u0003', endOfInput: '\u0004', enter: '\r' } as const;

/**
 * Runs `clerk-readiness …` on a terminal, which `script` of util-linux makes, and types an answer at each question.
 * @throws when a question has no answer left, or an answer no question.
 */
export async function onTerminal(args: readonly string[], cwd: string, answers: readonly string[]): Promise<Ended> {
  const line = [process.execPath, ...CLI, ...args].map((word) => `'${word}'`).join(' ');
  const { child, done } = run('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd,
    stdin: 'pipe',
  });
  const left = [...answers];
  let seen = '';
  child.stdout?.on('data', (chunk: string) => {
    seen += chunk;
    for (; seen.includes('[y/N] '); seen = seen.slice(seen.indexOf('[y/N] ') + 1)) {
      const answer = left.shift();
      if (answer === undefined) child.kill();
      else child.stdin?.write(answer);
    }
  });
  const ended = await done;
  if (left.length > 0 || ended.code === null)
    throw new Error(`${left.length} of ${answers.length} answers were left:\n${ended.stdout}`);
  return { ...ended, stdout: stripVTControlCharacters(ended.stdout).replaceAll('\r', '') };
}
