import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { didYouMean } from '../config/suggest.ts';
import { UsageError } from './usage-error.ts';

/** Flags as `parseArgs` describes them. */
export type FlagTypes = NonNullable<ParseArgsConfig['options']>;

/** Arguments of a command. */
type Parsed<T extends FlagTypes> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

/**
 * Reads the arguments of a command.
 * @param command its name, for messages
 * @param most positional arguments that it takes at most
 * @throws UsageError naming the flag and the fix.
 */
export function parseFlags<const T extends FlagTypes>(
  command: string,
  args: readonly string[],
  options: T,
  most = 0,
): Parsed<T> {
  const parsed = attempt(command, args, options);
  const extra = parsed.positionals[most];
  if (extra !== undefined)
    throw new UsageError(`${command} does not take "${extra}"; see clerk-readiness ${command} --help`);
  return parsed;
}

function attempt<const T extends FlagTypes>(command: string, args: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (failure) {
    const { code, message } = failure as Error & { code?: string };
    const unknown = /Unknown option '(--?[^']+)'/.exec(message)?.[1];
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && unknown !== undefined) {
      const names = Object.keys(options).map((name) => `--${name}`);
      const near = didYouMean(unknown, names) || `; see clerk-readiness ${command} --help`;
      throw new UsageError(`${unknown} is not a flag of ${command}${near}`, { cause: failure });
    }
    throw new UsageError(`${message.split('\n')[0]}; see clerk-readiness ${command} --help`, { cause: failure });
  }
}

/**
 * A flag that takes one of a few words.
 * @throws UsageError naming the words.
 */
export function oneOf<const Word extends string>(
  flag: string,
  value: string | undefined,
  words: readonly Word[],
): Word | undefined {
  const word = words.find((each) => each === value);
  if (value !== undefined && word === undefined)
    throw new UsageError(`--${flag} must be one of ${words.join(', ')}; got "${value}"${didYouMean(value, words)}`);
  return word;
}
